//! From a data set and a split to what a run trains on.

use super::dataset::{Dataset, TargetColumn};
use super::normalize::Normalizer;
use super::part::{Labels, Part, Picture, Prepared};
use super::settings::DataSettings;
use super::split::Split;
use super::target_scale::TargetScale;
use crate::numeric::{Real, Stream, Streams};

/// Returns the three parts in the precision of the run: rows of another source taken as it takes them, features and targets scaled by
/// the statistics of the training part, and with the wanted share of wrong labels in the training part (stream `label_noise`).
pub fn prepare<R: Real>(
    dataset: &Dataset,
    split: &Split,
    settings: &DataSettings,
    streams: &Streams,
) -> (Prepared<R>, Normalizer) {
    let method = settings.normalization(dataset.image.is_some());
    let changed = settings.other_source.as_ref().map(|source| source.apply(dataset, split, *streams));
    // Labels stay those of the data set's rows, whatever their features are.
    let (features, places) = changed.as_ref().map_or((&dataset.features, split), |(x, places)| (x, places));
    let normalizer = Normalizer::fit(method, features, &places.train);
    let target_scale = TargetScale::fit(settings.target_scaling(), &dataset.target, &split.train);
    let part = |places: &[usize], rows: &[usize]| {
        let own = settings.own_statistics.then(|| Normalizer::fit(method, features, places));
        let scaled = own.as_ref().unwrap_or(&normalizer).apply(features, places);
        Part::new(scaled, labels(&dataset.target, target_scale, rows))
    };
    let mut train = part(&places.train, &split.train);
    if let (Labels::Classes { indices, count }, Some(share)) = (&mut train.y, settings.label_noise) {
        wrong_labels(indices, *count, share, &mut streams.stream("label_noise"));
    }
    let picture =
        dataset.image.map(|(height, width)| Picture { height, width, normalizer: normalizer.clone() });
    let prepared = Prepared {
        train,
        dev: part(&places.dev, &split.dev),
        test: part(&places.test, &split.test),
        picture,
        target_scale,
    };
    (prepared, normalizer)
}

fn labels<R: Real>(target: &TargetColumn, scale: TargetScale, rows: &[usize]) -> Labels<R> {
    match target {
        TargetColumn::Classes { labels, names } => Labels::Classes {
            indices: rows.iter().map(|&row| labels[row] as u32).collect(),
            count: names.len(),
        },
        TargetColumn::Values { values, .. } => {
            Labels::Values(rows.iter().map(|&row| R::from_f64(scale.apply(values[row]))).collect())
        }
    }
}

/// Makes a share of the labels wrong: that share of them (rounded to a whole number) is drawn without
/// replacement, and each gets one of the other classes, all equally likely.
pub fn wrong_labels(labels: &mut [u32], classes: usize, share: f64, stream: &mut Stream) {
    if classes < 2 {
        return;
    }
    let wrong = (share * labels.len() as f64 + 0.5) as usize;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    stream.shuffle(&mut order);
    for &row in order.iter().take(wrong) {
        let step = 1 + stream.below(classes - 1);
        labels[row] = ((labels[row] as usize + step) % classes) as u32;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::features::Features;
    use super::super::target_scale::ScaleTarget;
    use super::*;

    fn dataset(target: TargetColumn) -> Dataset {
        Dataset {
            name: "mine".to_owned(),
            title: "Mine".to_owned(),
            provenance: None,
            features: Features::F64(array![[0.0], [2.0], [4.0], [9.0]]),
            feature_names: vec!["x".to_owned()],
            target,
            image: None,
        }
    }

    fn rows() -> Split {
        Split { train: vec![2, 0], dev: vec![3], test: vec![] }
    }

    #[test]
    fn parts_are_scaled_by_the_training_part() {
        let data = dataset(TargetColumn::Values { values: vec![0.5, 1.5, 2.5, 3.5], name: "y".to_owned() });
        let settings = DataSettings::named("iris");
        let (parts, normalizer) = prepare::<f32>(&data, &rows(), &settings, &Streams::new(0));
        assert_eq!((normalizer.shift, normalizer.scale), (vec![2.0], vec![2.0]));
        assert_eq!(parts.train.x, array![[1.0f32], [-1.0]]);
        assert_eq!(parts.train.y, Labels::Values(vec![1.0, -1.0]));
        assert_eq!(parts.dev.y, Labels::Values(vec![2.0]));
        assert_eq!(parts.target_scale, TargetScale { shift: 1.5, scale: 1.0 });
        assert_eq!(parts.dev.x, array![[3.5f32]]);
        let plain = DataSettings { scale_target: Some(ScaleTarget::None), ..settings };
        let (parts, _) = prepare::<f32>(&data, &rows(), &plain, &Streams::new(0));
        assert_eq!(parts.train.y, Labels::Values(vec![2.5, 0.5]));
        assert_eq!((parts.test.len(), parts.test.features()), (0, 1));
    }

    #[test]
    fn rows_of_another_source_come_before_the_scaling() {
        let data = dataset(TargetColumn::Values { values: vec![0.5, 1.5, 2.5, 3.5], name: "y".to_owned() });
        let source = serde_json::json!({ "brightness": 1.0 });
        let settings =
            DataSettings { other_source: serde_json::from_value(source).ok(), ..DataSettings::named("iris") };
        let (parts, normalizer) = prepare::<f64>(&data, &rows(), &settings, &Streams::new(0));
        assert_eq!((normalizer.shift, normalizer.scale), (vec![2.0], vec![2.0]));
        // Mean 3.75, mean square of the distances 11.1875: one deviation more than 9.
        let expected = (9.0 + 11.1875_f64.sqrt() - 2.0) / 2.0;
        assert!((parts.dev.x[[0, 0]] - expected).abs() < 1e-12, "{:?}", parts.dev.x);
        assert_eq!((parts.train.x, parts.dev.y), (array![[1.0], [-1.0]], Labels::Values(vec![2.0])));
    }

    #[test]
    fn own_statistics_hide_what_a_part_is_like() {
        let data = dataset(TargetColumn::Values { values: vec![0.5, 1.5, 2.5, 3.5], name: "y".to_owned() });
        let settings = DataSettings { own_statistics: true, ..DataSettings::named("iris") };
        let split = Split { train: vec![2, 0], dev: vec![1, 3], test: vec![3] };
        let (parts, _) = prepare::<f64>(&data, &split, &settings, &Streams::new(0));
        assert_eq!((parts.dev.x, parts.test.x), (array![[-1.0], [1.0]], array![[0.0]]));
    }

    #[test]
    fn only_training_labels_are_made_wrong() {
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let data = dataset(TargetColumn::Classes { labels: vec![0, 1, 2, 1], names });
        let settings = DataSettings { label_noise: Some(1.0), ..DataSettings::named("iris") };
        let (parts, _) = prepare::<f64>(&data, &rows(), &settings, &Streams::new(0));
        let Labels::Classes { indices, count } = parts.train.y else { panic!("values") };
        assert_eq!(count, 3);
        assert!(indices[0] != 2 && indices[1] != 0, "{indices:?}");
        assert_eq!(parts.dev.y, Labels::Classes { indices: vec![1], count: 3 });
    }

    #[test]
    fn a_share_of_labels_becomes_wrong_evenly() {
        let mut labels = vec![4u32; 1000];
        wrong_labels(&mut labels, 5, 0.2, &mut Streams::new(7).stream("label_noise"));
        let counts = [0, 1, 2, 3, 4].map(|class| labels.iter().filter(|&&l| l == class).count());
        assert_eq!(counts[4], 800);
        assert!(counts[..4].iter().all(|&n| (30..=70).contains(&n)), "{counts:?}");
    }
}
