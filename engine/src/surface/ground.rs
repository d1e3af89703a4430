//! What can be descended: heights, slopes and lowest points over a plane.

/// Ground over a plane, 0 at its lowest points.
pub trait Ground {
    /// Returns its height at a point.
    fn value(&self, at: [f64; 2]) -> f64;

    /// Returns its slope along both axes at a point.
    fn gradient(&self, at: [f64; 2]) -> [f64; 2];

    /// Its lowest points, to six digits or better; of a line of them, the one nearest to the origin. All have the value 0.
    fn minima(&self) -> Vec<[f64; 2]>;

    /// Returns how far it is from a point to the nearest of all lowest points.
    fn distance(&self, [x, y]: [f64; 2]) -> f64 {
        let distances = self.minima().into_iter().map(|[a, b]| libm::hypot(x - a, y - b));
        distances.fold(f64::INFINITY, f64::min)
    }

    /// Returns its two curvatures at a point, the eigenvalues of the matrix of second derivatives, the smaller first; by default
    /// from differences of slopes.
    fn curvatures(&self, at: [f64; 2]) -> [f64; 2] {
        measured_curvatures(&|at| self.gradient(at), at)
    }
}

/// Returns the curvatures at a point from two-sided differences of the slopes.
pub(super) fn measured_curvatures(gradient: &dyn Fn([f64; 2]) -> [f64; 2], at: [f64; 2]) -> [f64; 2] {
    let h = 1e-5;
    let along = |dx: f64, dy: f64| gradient([at[0] + dx, at[1] + dy]);
    let slope = |dx: f64, dy: f64| {
        let (above, below) = (along(dx, dy), along(-dx, -dy));
        [0, 1].map(|axis| (above[axis] - below[axis]) / (2.0 * h))
    };
    let ([a, b], [c, d]) = (slope(h, 0.0), slope(0.0, h));
    eigenvalues([a, f64::midpoint(b, c), d])
}

/// Returns the eigenvalues of the matrix with these upper left, both other and lower right cells, the smaller first.
pub(super) fn eigenvalues([a, b, d]: [f64; 3]) -> [f64; 2] {
    let (middle, half) = (f64::midpoint(a, d), (a - d) / 2.0);
    let radius = (half * half + b * b).sqrt();
    [middle - radius, middle + radius]
}

#[cfg(test)]
mod tests {
    use super::super::{Bowl, Saddle, Surface};
    use super::*;

    #[test]
    fn curvatures_of_known_ground() {
        let of = |surface: Surface, at: [f64; 2]| surface.curvatures(at);
        let near = |found: [f64; 2], expected: [f64; 2]| {
            assert!((0..2).all(|i| (found[i] - expected[i]).abs() < 1e-6), "{found:?} {expected:?}");
        };
        for rotation in [0.0, 30.0] {
            near(of(Surface::Bowl(Bowl { condition: 20.0, rotation }), [0.0, 0.0]), [1.0, 20.0]);
        }
        near(of(Surface::Saddle(Saddle {}), [0.0, 0.0]), [-1.0, 1.0]);
        near(of(Surface::Saddle(Saddle {}), [0.0, 1.0]), [1.0, 2.0]);
        assert_eq!(eigenvalues([2.0, 0.0, 2.0]), [2.0, 2.0]);
    }
}
