//! Critical points: where the gradient of J is 0, and which way J curves there.
//!
//! From a network's weights, J's gradient g is led to 0 by Levenberg's and Marquardt's method: with H the matrix of second derivatives, `d` makes
//! `||H d + g||^2 + mu ||d||^2` least; it is taken if ||g|| falls, and mu is divided by 3, else mu is multiplied by 3. Unlike descent this
//! does not prefer minima: it comes to whichever critical point is near. H is made of two-sided differences of back-propagation's
//! gradients, `(g(w + e) - g(w - e))/(2 epsilon)` with epsilon 1e-5, and is good to about nine digits.
//!
//! A curvature counts as flat within a millionth of the largest: two units that have become alike, and weights that nothing
//! depends on, leave such directions.
//!
//! Sources: Dauphin, Pascanu, Gulcehre, Cho, Ganguli and Bengio, Identifying and Attacking the Saddle Point Problem in High-Dimensional
//! Non-Convex Optimization, NeurIPS 2014, section 3; Nocedal and Wright, Numerical Optimization, 2006, section 10.3.

use super::{Backward, Forward, Network, Pass, Penalty};
use crate::data::Targets;
use crate::numeric::{least_squares, symmetric_eigenvalues};

/// The step of a difference.
const EPSILON: f64 = 1e-5;

/// As a share of the largest curvature, what counts as flat.
const FLAT: f64 = 1e-6;

/// A point at which no direction leads up or down at first.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalPoint {
    /// J there.
    pub objective: f64,
    /// What is left of the gradient's Euclidean norm.
    pub gradient_norm: f64,
    /// The eigenvalues of the matrix of second derivatives, ascending, one a parameter.
    pub curvatures: Vec<f64>,
}

impl CriticalPoint {
    /// Returns how many curvatures go down, are flat, and go up.
    pub fn directions(&self) -> [usize; 3] {
        let largest = self.curvatures.iter().fold(0.0_f64, |largest, curvature| largest.max(curvature.abs()));
        let flat = FLAT * largest;
        let count = |of: &dyn Fn(f64) -> bool| self.curvatures.iter().filter(|value| of(**value)).count();
        [count(&|value| value < -flat), count(&|value| value.abs() <= flat), count(&|value| value > flat)]
    }
}

/// The objective of a network as a function of its parameters.
struct Objective<'a> {
    network: Network<f64>,
    x: &'a [f64],
    targets: Targets<'a, f64>,
    penalty: Penalty,
    forward: Forward<f64>,
    backward: Backward<f64>,
}

impl Objective<'_> {
    /// Returns the gradient at parameters.
    fn gradient(&mut self, at: &[f64]) -> &[f64] {
        self.network.parameters_mut().copy_from_slice(at);
        self.forward.run(&self.network, self.x, self.targets.len(), Pass::Training(None));
        self.backward.run(&self.network, &self.forward, self.x, self.targets, None);
        self.penalty.add_gradient(&self.network, self.backward.gradient_mut());
        self.backward.gradient()
    }

    fn value(&mut self, at: &[f64]) -> f64 {
        self.network.parameters_mut().copy_from_slice(at);
        self.forward.run(&self.network, self.x, self.targets.len(), Pass::Training(None));
        let loss = self.forward.score(self.network.architecture().output, self.targets).mean_loss();
        loss + self.penalty.of(&self.network)
    }

    /// Returns the matrix of second derivatives, (n, n) row-major, made symmetric.
    fn second_derivatives(&mut self, at: &[f64]) -> Vec<f64> {
        let n = at.len();
        let mut rows = vec![0.0; n * n];
        let mut moved = at.to_vec();
        for (index, row) in rows.chunks_exact_mut(n).enumerate() {
            moved[index] = at[index] + EPSILON;
            row.copy_from_slice(self.gradient(&moved));
            moved[index] = at[index] - EPSILON;
            row.iter_mut().zip(self.gradient(&moved)).for_each(|(above, below)| *above -= below);
            row.iter_mut().for_each(|difference| *difference /= 2.0 * EPSILON);
            moved[index] = at[index];
        }
        let mean = |cell: usize| f64::midpoint(rows[cell], rows[(cell % n) * n + cell / n]);
        (0..n * n).map(mean).collect()
    }
}

/// Leads a network to a critical point of J, the mean loss on these rows with its penalties, `x` (rows, features) row-major; None
/// where the gradient's norm is still above `tolerance` after so many steps, or weights grow beyond bounds.
pub fn critical_point(
    start: &Network<f64>,
    x: &[f64],
    targets: Targets<f64>,
    penalty: Penalty,
    steps: usize,
    tolerance: f64,
) -> Option<CriticalPoint> {
    let (rows, architecture) = (targets.len(), start.architecture());
    let mut objective = Objective {
        network: start.clone(),
        x,
        targets,
        penalty,
        forward: Forward::new(architecture, rows),
        backward: Backward::new(architecture, rows),
    };
    let n = architecture.parameters();
    let mut at = start.parameters().to_vec();
    let mut gradient = objective.gradient(&at).to_vec();
    let mut mu = 1e-2;
    for _ in 0..steps {
        if norm(&gradient) <= tolerance {
            break;
        }
        let mut system = objective.second_derivatives(&at);
        let root = f64::sqrt(mu);
        system.extend((0..n * n).map(|cell| if cell / n == cell % n { root } else { 0.0 }));
        let aim: Vec<f64> = gradient.iter().map(|slope| -slope).chain(vec![0.0; n]).collect();
        let step = least_squares(&system, n, &aim);
        let next: Option<Vec<f64>> = step.map(|step| at.iter().zip(step).map(|(a, b)| a + b).collect());
        let found = next.map(|next| (objective.gradient(&next).to_vec(), next));
        match found {
            Some((slopes, next)) if norm(&slopes) < norm(&gradient) => {
                (at, gradient) = (next, slopes);
                mu = (mu / 3.0).max(1e-12);
            }
            _ => mu *= 3.0,
        }
    }
    let gradient_norm = norm(&gradient);
    if !(gradient_norm <= tolerance && at.iter().all(|weight| weight.is_finite())) {
        return None;
    }
    let second = objective.second_derivatives(&at);
    let curvatures = symmetric_eigenvalues(&second, n);
    Some(CriticalPoint { objective: objective.value(&at), gradient_norm, curvatures })
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Architecture, ModelSettings};
    use crate::numeric::Streams;

    fn architecture(json: &str, features: usize, target: Target) -> Architecture {
        let model: ModelSettings = serde_json::from_str(json).unwrap();
        Architecture::new(&model, features, target).unwrap()
    }

    #[test]
    fn a_line_has_one_point_with_the_curvatures_of_its_inputs() {
        // J = mean (w x + b - y)^2 over x = -1, 0, 1: second derivatives 2 mean x^2 = 4/3 for w, 2 for b.
        let network =
            Network::from_parameters(architecture(r#"{"hidden": []}"#, 1, Target::Value), vec![5.0, -3.0]);
        let targets = Targets::Values(&[1.0, 2.0, 4.0]);
        let point = critical_point(&network, &[-1.0, 0.0, 1.0], targets, Penalty::NONE, 50, 1e-9).unwrap();
        assert!((point.curvatures[0] - 4.0 / 3.0).abs() < 1e-8 && (point.curvatures[1] - 2.0).abs() < 1e-8);
        // The line 1.5 x + 7/3 misses by 1/6, -1/3 and 1/6.
        assert!((point.objective - 1.0 / 18.0).abs() < 1e-12, "{}", point.objective);
        assert_eq!(point.directions(), [0, 0, 2]);
    }

    #[test]
    fn all_weights_zero_is_a_saddle_of_a_network_with_a_hidden_layer() {
        // y = w2 tanh(w1 x) to learn y = x: at 0 the slopes are 0, and J curves down where w1 and w2 have one sign, up
        // where they do not. Second derivatives: -2 mean x y between w1 and w2, 2 for the outer bias.
        let shape = architecture(r#"{"hidden": [1], "activation": "tanh"}"#, 1, Target::Value);
        let x = [-1.0, -0.5, 0.5, 1.0];
        let network = Network::from_parameters(shape, vec![0.0; 4]);
        let point = critical_point(&network, &x, Targets::Values(&x), Penalty::NONE, 10, 1e-9).unwrap();
        let cross = 2.0 * 0.625;
        let expected = [-cross, 0.0, cross, 2.0];
        assert!(point.curvatures.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{point:?}");
        assert_eq!(point.directions(), [1, 1, 2]);
    }

    #[test]
    fn what_is_found_is_critical_and_the_same_again() {
        let shape = architecture(
            r#"{"hidden": [4], "activation": "tanh", "output": "sigmoid"}"#,
            2,
            Target::Classes(2),
        );
        let mut stream = Streams::new(4).stream("rows");
        let x: Vec<f64> = (0..80).map(|_| stream.normal()).collect();
        let classes: Vec<u32> = x.chunks(2).map(|x| u32::from(x[0] * x[1] > 0.2)).collect();
        let penalty = Penalty { l2: 0.1, rows: 40, ..Penalty::NONE };
        let mut found = 0;
        for seed in 0..6 {
            let mut stream = Streams::new(seed).stream("weights");
            let weights = (0..shape.parameters()).map(|_| stream.normal()).collect();
            let network = Network::from_parameters(shape.clone(), weights);
            let search = || critical_point(&network, &x, Targets::Classes(&classes), penalty, 200, 1e-8);
            let Some(point) = search() else { continue };
            found += 1;
            assert_eq!(search().as_ref(), Some(&point));
            assert!(point.gradient_norm <= 1e-8 && point.curvatures.is_sorted());
            assert_eq!(point.directions().iter().sum::<usize>(), shape.parameters());
        }
        assert!(found >= 3, "{found}");
    }
}
