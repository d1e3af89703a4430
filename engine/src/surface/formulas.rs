//! The surfaces: their equations, gradients and lowest points.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Formula, Ground, Surface, SurfaceInfo};
use crate::problem::Problem;
use crate::range;

/// (u^2 + condition v^2)/2, with u and v the coordinates along the axes of the bowl.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bowl {
    /// How much steeper the short axis curves than the long one, whose curvature is 1 (default 100).
    pub condition: f64,
    /// By how many degrees the long axis is turned from x (default 0).
    pub rotation: f64,
}

/// x^2/2 + (1 - y^2)^2/4, which is x^2/2 - y^2/2 + y^4/4 with its minima raised to 0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Saddle {}

/// 1 - exp(-x^2/2).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plateau {}

/// (1 - x)^2 + 100 (y - x^2)^2.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rosenbrock {}

/// (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Beale {}

/// (x^2 + y - 11)^2 + (x + y^2 - 7)^2.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Himmelblau {}

impl Default for Bowl {
    fn default() -> Self {
        Bowl { condition: 100.0, rotation: 0.0 }
    }
}

impl Bowl {
    /// Returns cosine and sine of the rotation.
    fn turn(&self) -> (f64, f64) {
        let angle = self.rotation * PI / 180.0;
        (libm::cos(angle), libm::sin(angle))
    }
}

impl Bowl {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "bowl",
        surface: || Surface::Bowl(Bowl::default()),
        summary: "what every minimum looks like from near: one axis curves more than the other",
        equation: "f = (u^2 + condition v^2)/2, u = x cos r + y sin r, v = y cos r - x sin r",
        source: "",
    };
}

impl Ground for Bowl {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (cos, sin) = self.turn();
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        (u * u + self.condition * v * v) / 2.0
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (cos, sin) = self.turn();
        let (u, v) = (x * cos + y * sin, self.condition * (y * cos - x * sin));
        [u * cos - v * sin, u * sin + v * cos]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }
}

impl Formula for Bowl {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-2.5, -1.5], [2.5, 1.5]]
    }

    fn start(&self) -> [f64; 2] {
        [-2.0, 1.0]
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(range::of("condition", self.condition).said("the condition number").one_or_more());
        if !self.rotation.is_finite() {
            let problem = Problem::new("rotation", format!("the rotation is {}", self.rotation));
            problems.push(problem.expected("a number of degrees"));
        }
        problems
    }
}

impl Saddle {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "saddle",
        surface: || Surface::Saddle(Saddle {}),
        summary: "flat in the middle without a minimum there: up along x, down along y, to minima at y = -1 and 1",
        equation: "f = x^2/2 + (1 - y^2)^2/4",
        source: "",
    };
}

impl Ground for Saddle {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let off = 1.0 - y * y;
        x * x / 2.0 + off * off / 4.0
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x, y * y * y - y]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 1.0], [0.0, -1.0]]
    }
}

impl Formula for Saddle {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-1.5, -1.5], [1.5, 1.5]]
    }

    /// Starts all but on the ridge, from where plain descent runs into the saddle.
    fn start(&self) -> [f64; 2] {
        [1.0, 1e-3]
    }
}

impl Plateau {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "plateau",
        surface: || Surface::Plateau(Plateau {}),
        summary: "a trench along y in a plain: three units off, the slope is a thirtieth of one",
        equation: "f = 1 - exp(-x^2/2)",
        source: "",
    };
}

impl Ground for Plateau {
    fn value(&self, [x, _]: [f64; 2]) -> f64 {
        1.0 - libm::exp(-x * x / 2.0)
    }

    fn gradient(&self, [x, _]: [f64; 2]) -> [f64; 2] {
        [x * libm::exp(-x * x / 2.0), 0.0]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn distance(&self, [x, _]: [f64; 2]) -> f64 {
        x.abs()
    }
}

impl Formula for Plateau {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-4.0, -2.0], [4.0, 2.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-3.0, 0.0]
    }
}

impl Rosenbrock {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "rosenbrock",
        surface: || Surface::Rosenbrock(Rosenbrock {}),
        summary: "a curved valley with a flat floor: easy to find, hard to follow to (1, 1)",
        equation: "f = (1 - x)^2 + 100 (y - x^2)^2",
        source: "[@rosenbrock1960]",
    };
}

impl Ground for Rosenbrock {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (along, across) = (1.0 - x, y - x * x);
        along * along + 100.0 * across * across
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let across = y - x * x;
        [-2.0 * (1.0 - x) - 400.0 * x * across, 200.0 * across]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[1.0, 1.0]]
    }
}

impl Formula for Rosenbrock {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-2.0, -1.0], [2.0, 3.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-1.2, 1.0]
    }
}

impl Beale {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "beale",
        surface: || Surface::Beale(Beale {}),
        summary: "a flat valley that leads to (3, 0.5), between walls that rise by the sixth power",
        equation: "f = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
        source: "[@beale1958]",
    };
}

impl Ground for Beale {
    fn value(&self, at: [f64; 2]) -> f64 {
        let [a, b, c] = Beale::terms(at);
        a * a + b * b + c * c
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [a, b, c] = Beale::terms([x, y]);
        let dx = a * (y - 1.0) + b * (y * y - 1.0) + c * (y * y * y - 1.0);
        let dy = a * x + b * 2.0 * x * y + c * 3.0 * x * y * y;
        [2.0 * dx, 2.0 * dy]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[3.0, 0.5]]
    }
}

impl Formula for Beale {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-4.5, -4.5], [4.5, 4.5]]
    }

    fn start(&self) -> [f64; 2] {
        [1.0, 1.0]
    }
}

impl Beale {
    fn terms([x, y]: [f64; 2]) -> [f64; 3] {
        [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y]
    }
}

impl Himmelblau {
    pub(super) const INFO: SurfaceInfo = SurfaceInfo {
        name: "himmelblau",
        surface: || Surface::Himmelblau(Himmelblau {}),
        summary: "four minima of one depth: which one is reached depends on the start and on the steps",
        equation: "f = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        source: "[@himmelblau1972]",
    };
}

impl Ground for Himmelblau {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
        a * a + b * b
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
        [4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        // Where both squares are 0, by Newton's method in 50 digits; rounded to the nearest double.
        vec![
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.2831859912861696],
            [3.5844283403304917, -1.8481265269644036],
        ]
    }
}

impl Formula for Himmelblau {
    fn info(&self) -> SurfaceInfo {
        Self::INFO
    }

    fn window(&self) -> [[f64; 2]; 2] {
        [[-5.0, -5.0], [5.0, 5.0]]
    }

    fn start(&self) -> [f64; 2] {
        [0.0, 0.0]
    }
}
