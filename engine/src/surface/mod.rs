//! Surfaces over a plane, and how optimizers descend them.
//!
//! A [`Surface`] has a value and a gradient at each point, and so has the cost of a model of two features over its weights, a
//! [`DataCost`]: [`descend`] follows either [`Ground`] with the very optimizers that train networks.
//! To add one: its `Ground` and `Formula` in `formulas.rs`, and here its variant, its arm in `Surface::formula` and its entry in
//! [`SURFACES`].

mod data_cost;
mod descent;
mod formulas;
mod ground;

pub use data_cost::DataCost;
pub use descent::{Descent, descend};
pub use formulas::{Beale, Bowl, Himmelblau, Plateau, Rosenbrock, Saddle};
pub use ground::Ground;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, within};

/// A function of two numbers to be made small.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A bowl, stretched by its condition number and perhaps turned.
    Bowl(Bowl),
    /// A saddle between two minima.
    Saddle(Saddle),
    /// A trench in a plain, which is flat far from it.
    Plateau(Plateau),
    /// A curved valley, easy to find and hard to follow.
    Rosenbrock(Rosenbrock),
    /// A flat valley between steep walls.
    Beale(Beale),
    /// Four minima, all alike.
    Himmelblau(Himmelblau),
}

/// A surface as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct SurfaceInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// With its defaults.
    pub surface: fn() -> Surface,
    /// One sentence for an author.
    pub summary: &'static str,
    /// Its formula, in plain text.
    pub equation: &'static str,
    /// Where it is from, as text with citations of `src/bibliography/sources.bib`; empty for what everybody uses.
    pub source: &'static str,
}

/// All surfaces.
pub const SURFACES: &[SurfaceInfo] =
    &[Bowl::INFO, Saddle::INFO, Plateau::INFO, Rosenbrock::INFO, Beale::INFO, Himmelblau::INFO];

/// What a surface is, beside the ground that it makes.
trait Formula: Ground {
    /// Its entry in [`SURFACES`].
    fn info(&self) -> SurfaceInfo;

    /// Returns the lower left and the upper right corner of what is worth seeing.
    fn window(&self) -> [[f64; 2]; 2];

    /// Returns where a descent customarily starts.
    fn start(&self) -> [f64; 2];

    /// Returns problems with paths from the settings on: `condition`.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }
}

impl Default for Surface {
    fn default() -> Self {
        Surface::Bowl(Bowl::default())
    }
}

impl Surface {
    fn formula(&self) -> &dyn Formula {
        match self {
            Surface::Bowl(formula) => formula,
            Surface::Saddle(formula) => formula,
            Surface::Plateau(formula) => formula,
            Surface::Rosenbrock(formula) => formula,
            Surface::Beale(formula) => formula,
            Surface::Himmelblau(formula) => formula,
        }
    }

    /// Its entry in [`SURFACES`].
    pub fn info(&self) -> SurfaceInfo {
        self.formula().info()
    }

    /// Returns the lower left and the upper right corner of what is worth seeing.
    pub fn window(&self) -> [[f64; 2]; 2] {
        self.formula().window()
    }

    /// Returns where a descent customarily starts.
    pub fn start(&self) -> [f64; 2] {
        self.formula().start()
    }

    /// Returns problems with paths from the surface on: `bowl.condition`.
    pub fn check(&self) -> Vec<Problem> {
        within(self.info().name, self.formula().check())
    }
}

impl Ground for Surface {
    fn value(&self, at: [f64; 2]) -> f64 {
        self.formula().value(at)
    }

    fn gradient(&self, at: [f64; 2]) -> [f64; 2] {
        self.formula().gradient(at)
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        self.formula().minima()
    }

    fn distance(&self, at: [f64; 2]) -> f64 {
        self.formula().distance(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    /// Points all over the window, and a little beyond.
    fn points(surface: &Surface) -> Vec<[f64; 2]> {
        let [low, high] = surface.window();
        let mut stream = Streams::new(7).stream("points");
        let mut along = |axis: usize| low[axis] + (1.2 * stream.uniform() - 0.1) * (high[axis] - low[axis]);
        (0..200).map(|_| [along(0), along(1)]).collect()
    }

    fn each(mut contract: impl FnMut(&SurfaceInfo, Surface)) {
        SURFACES.iter().for_each(|info| contract(info, (info.surface)()));
        let turned = Surface::Bowl(Bowl { condition: 20.0, rotation: 30.0 });
        contract(&Bowl::INFO, turned);
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        each(|info, surface| {
            let written = serde_json::to_value(&surface).unwrap();
            assert_eq!(written.as_object().unwrap().keys().next().unwrap(), info.name);
            assert_eq!(serde_json::from_value::<Surface>(written).unwrap(), surface);
            assert_eq!(surface.info().name, info.name);
            assert_eq!(surface.check(), []);
            assert!(!info.summary.is_empty() && !info.equation.is_empty());
        });
    }

    #[test]
    fn gradients_are_those_of_the_values() {
        each(|info, surface| {
            for at in points(&surface) {
                let h = 1e-5;
                let along = |dx: f64, dy: f64| surface.value([at[0] + dx, at[1] + dy]);
                let numeric = [(h, 0.0), (0.0, h)].map(|(x, y)| (along(x, y) - along(-x, -y)) / (2.0 * h));
                let found = surface.gradient(at);
                let size = found[0].abs().max(found[1].abs()).max(1.0);
                for axis in 0..2 {
                    let off = (found[axis] - numeric[axis]).abs() / size;
                    assert!(off < 1e-7, "{} at {at:?}: {found:?} and {numeric:?}", info.name);
                }
            }
        });
    }

    #[test]
    fn minima_are_flat_and_lower_than_all_else_in_the_window() {
        each(|info, surface| {
            let [low, high] = surface.window();
            for at in surface.minima() {
                assert!(surface.value(at).abs() < 1e-27 && surface.distance(at) == 0.0, "{}", info.name);
                let gradient = surface.gradient(at);
                assert!(gradient.iter().all(|g| g.abs() < 1e-12), "{} at {at:?}: {gradient:?}", info.name);
                assert!((0..2).all(|axis| (low[axis]..=high[axis]).contains(&at[axis])), "{}", info.name);
            }
            for at in points(&surface) {
                assert!(surface.value(at) >= 0.0, "{} at {at:?}", info.name);
            }
            let start = surface.start();
            assert!(surface.value(start) > 0.0 && surface.distance(start) > 0.0);
            assert!((0..2).all(|axis| (low[axis]..=high[axis]).contains(&start[axis])), "{}", info.name);
        });
    }

    #[test]
    fn distances_go_to_the_nearest_minimum() {
        assert_eq!(Surface::Saddle(Saddle {}).distance([3.0, -5.0]), 5.0);
        // The whole line x = 0 is as low.
        assert_eq!(Surface::Plateau(Plateau {}).distance([-3.0, 2.0]), 3.0);
    }

    #[test]
    fn impossible_settings_are_reported() {
        let bowl = Surface::Bowl(Bowl { condition: 0.5, rotation: f64::NAN });
        let paths: Vec<String> = bowl.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["bowl.condition", "bowl.rotation"]);
    }
}
