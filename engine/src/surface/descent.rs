//! A descent, step by step.

use super::Ground;
use crate::numeric::Stream;
use crate::optim::{Moment, Optimizer, Schedule};
use crate::problem::{Problem, within};
use crate::range;

/// The most steps that a descent may have.
const MOST_STEPS: usize = 100_000;

/// How to descend.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// What turns gradients into steps.
    pub optimizer: Optimizer,
    /// alpha0, where the optimizer has none of its own.
    pub learning_rate: f64,
    /// Its epochs are the steps.
    pub schedule: Schedule,
    /// Where to begin.
    pub start: [f64; 2],
    /// How many steps to take.
    pub steps: usize,
    /// Standard deviation of what is added to each part of each gradient, as a mini-batch adds to that of all examples.
    pub noise: f64,
}

impl Descent {
    /// Returns problems with paths from the descent on: `optimizer.adam.beta1`. Of ground that is not known yet, any start will do.
    pub fn check(&self, ground: Option<&dyn Ground>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let message = format!("there are {} steps", self.steps);
        problems.extend(range::whole("steps", message, self.steps as u64, 1..=MOST_STEPS as u64));
        problems.extend(range::learning_rate(Some(self.learning_rate)));
        problems.extend(range::of("noise", self.noise).zero_or_more());
        let [x, y] = self.start;
        if ground.is_some_and(|ground| !ground.value(self.start).is_finite()) {
            let problem = Problem::new("start", format!("at ({x}, {y}) the surface has no finite value"));
            problems.push(problem.expected("two numbers, x and y, nearer to the origin"));
        }
        problems.extend(within("optimizer", self.optimizer.check()));
        problems.extend(within("schedule", self.schedule.check()));
        problems
    }
}

/// Returns all points of a descent, the start first. It ends early where a point is no longer finite or has no finite value,
/// which is left out.
pub fn descend(ground: &dyn Ground, descent: &Descent, stream: &mut Stream) -> Vec<[f64; 2]> {
    let Descent { optimizer, learning_rate, schedule, start, steps, noise } = descent;
    let alpha0 = optimizer.learning_rate().unwrap_or(*learning_rate);
    let mut state = optimizer.start::<f64>(2);
    let mut at = *start;
    let mut path = vec![at];
    for epoch in 0..*steps {
        let moment = Moment { epoch, step: 0, epochs: *steps, steps_per_epoch: 1 };
        let mut gradient = ground.gradient(at);
        if *noise > 0.0 {
            gradient.iter_mut().for_each(|part| *part += noise * stream.normal());
        }
        state.step(schedule.learning_rate(alpha0, moment), &mut at, &gradient);
        if !(at.iter().all(|coordinate| coordinate.is_finite()) && ground.value(at).is_finite()) {
            break;
        }
        path.push(at);
    }
    path
}

/// What the course says of descents (momentum, RMSprop, Adam, saddles and plateaus).
#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Bowl, Plateau, Saddle, Surface};
    use super::*;
    use crate::numeric::Streams;

    fn descend(surface: &Surface, descent: &Descent) -> Vec<[f64; 2]> {
        super::descend(surface, descent, &mut Streams::new(0).stream("noise"))
    }

    fn path(surface: &Surface, optimizer: Value, learning_rate: f64, steps: usize) -> Vec<[f64; 2]> {
        let descent = Descent {
            optimizer: serde_json::from_value(optimizer).unwrap(),
            learning_rate,
            schedule: Schedule::default(),
            start: surface.start(),
            steps,
            noise: 0.0,
        };
        descend(surface, &descent)
    }

    fn sgd() -> Value {
        json!({"sgd": {}})
    }

    fn bowl(rotation: f64) -> Surface {
        Surface::Bowl(Bowl { condition: 100.0, rotation })
    }

    /// Steps until the value is a millionth of that at the start; at most 5000.
    fn steps_to_the_bottom(surface: &Surface, optimizer: &Value, learning_rate: f64) -> usize {
        let path = path(surface, optimizer.clone(), learning_rate, 5000);
        let goal = surface.value(path[0]) * 1e-6;
        path.iter().position(|&at| surface.value(at) <= goal).unwrap_or(5000)
    }

    /// With the best of many rates.
    fn least_steps(surface: &Surface, optimizer: &Value) -> usize {
        let rates = (0..60).map(|i| 1e-3 * libm::pow(1.15, f64::from(i)));
        rates.map(|rate| steps_to_the_bottom(surface, optimizer, rate)).min().unwrap()
    }

    /// How far from the lowest point a descent ends.
    fn left(surface: &Surface, optimizer: Value, learning_rate: f64, steps: usize) -> f64 {
        surface.distance(*path(surface, optimizer, learning_rate, steps).last().unwrap())
    }

    #[test]
    fn the_largest_stable_rate_of_momentum() {
        // Curvatures 1 and 100: plain descent up to 2/100, momentum up to 2 (1 + beta)/((1 - beta) 100).
        let stable = |optimizer: Value, rate| {
            let path = path(&bowl(0.0), optimizer, rate, 3000);
            path.len() == 3001 && bowl(0.0).value(path[3000]) < bowl(0.0).value(path[0])
        };
        assert!(stable(sgd(), 0.0199) && !stable(sgd(), 0.0201));
        for beta in [0.5, 0.9, 0.99] {
            let limit = 2.0 * (1.0 + beta) / ((1.0 - beta) * 100.0);
            let momentum = || json!({"momentum": {"beta": beta}});
            assert!(stable(momentum(), 0.995 * limit) && !stable(momentum(), 1.005 * limit), "{beta}");
        }
    }

    #[test]
    fn momentum_gains_by_the_larger_rate_that_it_allows() {
        let (surface, momentum) = (bowl(0.0), json!({"momentum": {}}));
        // At one rate it is hardly faster along the valley: by alpha beta/(1 - beta), here 1.8%.
        let [plain, averaged] = [sgd(), momentum.clone()].map(|o| steps_to_the_bottom(&surface, &o, 0.002));
        assert!(plain < 5000 && averaged >= plain * 97 / 100, "{averaged} against {plain}");
        assert!(least_steps(&surface, &momentum) * 2 < least_steps(&surface, &sgd()));
    }

    #[test]
    fn rmsprop_is_fast_where_the_axes_are_aligned() {
        let rmsprop = json!({"rmsprop": {}});
        let [aligned, turned] = [0.0, 45.0].map(|rotation| least_steps(&bowl(rotation), &rmsprop));
        let plain = least_steps(&bowl(45.0), &sgd());
        assert!(aligned * 4 < plain, "aligned {aligned}, plain {plain}");
        assert!(turned > aligned * 4, "turned {turned}, aligned {aligned}");
    }

    #[test]
    fn rmsprop_ends_oscillating_by_half_of_alpha() {
        let round = Surface::Bowl(Bowl { condition: 1.0, rotation: 0.0 });
        let path = path(&round, json!({"rmsprop": {}}), 0.01, 4000);
        for axis in 0..2 {
            let last = path[3950..].iter().map(|at| at[axis].abs()).fold(0.0, f64::max);
            assert!((last - 0.005).abs() < 2e-4, "{last}");
        }
    }

    #[test]
    fn adams_first_step_is_alpha_and_uncorrected_3_16_times_that() {
        let first = |optimizer: Value| {
            let path = path(&bowl(0.0), optimizer, 0.01, 1);
            [0, 1].map(|axis| path[1][axis] - path[0][axis])
        };
        let [x, y] = first(json!({"adam": {}}));
        assert!((x - 0.01).abs() < 1e-9 && (y + 0.01).abs() < 1e-9, "{x} {y}");
        let [x, y] = first(json!({"adam": {"bias_correction": false}}));
        assert!((x - 0.0316228).abs() < 1e-6 && (y + 0.0316228).abs() < 1e-6, "{x} {y}");
    }

    #[test]
    fn adaptive_steps_leave_saddles_and_plateaus() {
        for (surface, rate, steps) in
            [(Surface::Saddle(Saddle {}), 0.05, 120), (Surface::Plateau(Plateau {}), 0.1, 150)]
        {
            let left = |optimizer| left(&surface, optimizer, rate, steps);
            let plain = left(sgd());
            // An average of the gradients is no longer than they are: no help at an equal rate.
            assert!(left(json!({"momentum": {}})) > 0.9 * plain);
            assert!(plain > 0.4, "{plain}");
            for helpful in
                [json!({"momentum": {"dampening": 0.0}}), json!({"rmsprop": {}}), json!({"adam": {}})]
            {
                assert!(
                    left(helpful.clone()) < 0.35 * plain,
                    "{helpful}: {} of {plain}",
                    left(helpful.clone())
                );
            }
        }
    }

    #[test]
    fn a_descent_ends_where_it_is_no_longer_finite() {
        let path = path(&bowl(0.0), sgd(), 1e3, 5000);
        assert!(path.len() < 200 && path.iter().flatten().all(|coordinate| coordinate.is_finite()));
    }

    #[test]
    fn a_schedule_counts_steps() {
        let surface = Surface::Bowl(Bowl { condition: 1.0, rotation: 0.0 });
        let descent = Descent {
            optimizer: serde_json::from_value(sgd()).unwrap(),
            learning_rate: 1.0,
            schedule: serde_json::from_value(json!({"inverse_time": {"rate": 1.0}})).unwrap(),
            start: [4.0, 8.0],
            steps: 2,
            noise: 0.0,
        };
        assert_eq!(descend(&surface, &descent), [[4.0, 8.0], [0.0, 0.0], [0.0, 0.0]]);
        let slow = Descent { learning_rate: 0.5, ..descent };
        assert_eq!(descend(&surface, &slow), [[4.0, 8.0], [2.0, 4.0], [1.5, 3.0]]);
    }

    #[test]
    fn an_average_of_noisy_gradients_is_less_noisy() {
        // At the bottom of a round bowl, where only noise moves: the variance of plain descent is
        // alpha sd^2/(2 - alpha).
        let descent = |optimizer: Value| Descent {
            optimizer: serde_json::from_value(optimizer).unwrap(),
            learning_rate: 0.5,
            schedule: Schedule::default(),
            start: [0.0, 0.0],
            steps: 20_000,
            noise: 2.0,
        };
        let round = Surface::Bowl(Bowl { condition: 1.0, rotation: 0.0 });
        let spread = |optimizer| {
            let path = super::descend(&round, &descent(optimizer), &mut Streams::new(3).stream("noise"));
            path.iter().map(|at| at[0] * at[0]).sum::<f64>() / path.len() as f64
        };
        let plain = spread(sgd());
        assert!((plain - 0.5 * 4.0 / 1.5).abs() < 0.05, "{plain}");
        assert!(spread(json!({"momentum": {}})) < 0.9 * plain);
    }

    #[test]
    fn impossible_descents_are_reported() {
        let descent = Descent {
            optimizer: serde_json::from_value(json!({"adam": {"beta1": 1}})).unwrap(),
            learning_rate: 0.0,
            schedule: serde_json::from_value(json!({"staircase": {"every": 0}})).unwrap(),
            start: [1e200, 0.0],
            steps: 0,
            noise: -1.0,
        };
        let paths: Vec<String> =
            descent.check(Some(&bowl(0.0))).into_iter().map(|problem| problem.path).collect();
        assert_eq!(
            paths,
            ["steps", "learning_rate", "noise", "start", "optimizer.adam.beta1", "schedule.staircase.every"]
        );
    }
}
