//! Lowest points, curvatures and critical points against PyTorch's exact second derivatives (`tests/reference/curvature.py`).

use gradbook::data::{DataSettings, Dataset, Features, Target, TargetColumn, Targets};
use gradbook::nn::{Architecture, ModelSettings, Network, Penalty, critical_point};
use gradbook::numeric::Streams;
use gradbook::surface::{DataCost, Ground};
use ndarray::Array2;
use serde::Deserialize;

use crate::reference::{F64, assert_near};

#[derive(Deserialize)]
struct Reference {
    costs: Vec<Cost>,
    networks: Vec<NetworkCase>,
}

#[derive(Deserialize)]
struct Cost {
    name: String,
    x: Vec<f64>,
    y: Vec<f64>,
    classes: bool,
    l2: f64,
    lowest: Vec<f64>,
    curvatures: Vec<f64>,
    at: Vec<[f64; 2]>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct NetworkCase {
    hidden: usize,
    features: usize,
    x: Vec<f64>,
    y: Vec<u32>,
    l2: f64,
    start: Vec<f64>,
    objective: f64,
    curvatures: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/curvature.json")).unwrap()
}

#[test]
fn costs_of_two_weights_lie_and_curve_as_pytorch_says() {
    let costs = reference().costs;
    assert_eq!(costs.len(), 4);
    for Cost { name, x, y, classes, l2, lowest, curvatures, at, values } in costs {
        let target = match classes {
            true => TargetColumn::Classes {
                labels: y.iter().map(|y| *y as usize).collect(),
                names: vec!["0".to_owned(), "1".to_owned()],
            },
            false => TargetColumn::Values { values: y, name: "y".to_owned() },
        };
        let dataset = Dataset {
            name: "random".to_owned(),
            title: "Random".to_owned(),
            provenance: None,
            features: Features::F64(Array2::from_shape_vec((x.len() / 2, 2), x).unwrap()),
            feature_names: vec!["a".to_owned(), "b".to_owned()],
            target,
            image: None,
        };
        let settings = r#"{"file": "a.csv", "normalize": "none", "scale_target": "none"}"#;
        let settings: DataSettings = serde_json::from_str(settings).unwrap();
        let cost = DataCost::new(&dataset, &settings, l2, &Streams::new(0)).unwrap();
        assert_near(&cost.lowest(), &lowest, 1e-12, &format!("{name}: the lowest point"));
        assert_near(&cost.curvatures(cost.lowest()), &curvatures, 1e-12, &format!("{name}: curvatures"));
        let found: Vec<f64> = at.iter().map(|&at| cost.value(at)).collect();
        assert_near(&found, &values, F64, &format!("{name}: heights"));
    }
}

#[test]
fn critical_points_are_minima_and_saddles_where_pytorch_has_them() {
    let networks = reference().networks;
    assert_eq!(networks.len(), 4);
    for (index, case) in networks.into_iter().enumerate() {
        let model = serde_json::json!({ "hidden": [case.hidden], "activation": "tanh", "output": "sigmoid" });
        let model: ModelSettings = serde_json::from_value(model).unwrap();
        let architecture = Architecture::new(&model, case.features, Target::Classes(2)).unwrap();
        let start = Network::from_parameters(architecture, case.start);
        let penalty = Penalty { l2: case.l2, rows: case.y.len(), ..Penalty::NONE };
        let point = critical_point(&start, &case.x, Targets::Classes(&case.y), penalty, 200, 1e-10);
        let point = point.unwrap_or_else(|| panic!("network {index} has a critical point nearby"));
        assert_near(&[point.objective], &[case.objective], F64, &format!("network {index}: J"));
        assert_near(&point.curvatures, &case.curvatures, 1e-6, &format!("network {index}: curvatures"));
    }
}
