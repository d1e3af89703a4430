//! How far apart two numbers are.

/// Two numbers compared; everything is exact but the quotient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// New minus old.
    pub absolute: f64,
    /// The size of the difference by the larger of the two sizes: 0 for equals, at most 2.
    pub relative: f64,
    /// How many steps from one double-precision number to the next lie between them (units in the last place).
    pub ulps: u64,
}

impl Difference {
    /// Compares two numbers; none where there is no distance: a number that does not exist, or is infinite.
    pub fn of(old: f64, new: f64) -> Option<Self> {
        if !old.is_finite() || !new.is_finite() {
            return None;
        }
        let absolute = new - old;
        let largest = old.abs().max(new.abs());
        let relative = match absolute.abs() {
            0.0 => 0.0,
            // The difference of two huge numbers may be infinite: then divided first.
            gap if gap.is_infinite() => (new / largest - old / largest).abs(),
            gap => gap / largest,
        };
        Some(Difference { absolute, relative, ulps: place(old).abs_diff(place(new)) })
    }

    /// Returns the size of the difference in bits: 1 if the last bit alone moved, 2 for 2 or 3 units in the last place, 52
    /// and more if the numbers have nothing in common. A number computed in single precision is exact in double precision,
    /// so that its own last bit is about the 29th.
    pub fn bits(&self) -> u32 {
        u64::BITS - self.ulps.leading_zeros()
    }
}

/// Returns the place of a number among all doubles in ascending order; both zeros stand at 0.
fn place(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// Returns whether two numbers are the same bits; NaN is NaN, 0 is not -0.
pub(super) fn same(old: f64, new: f64) -> bool {
    super::history::bits(old) == super::history::bits(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_steps_between_doubles() {
        let ulps = |old, new| Difference::of(old, new).unwrap().ulps;
        assert_eq!(ulps(1.0, 1.0), 0);
        assert_eq!(ulps(1.0, 1.0 + f64::EPSILON), 1);
        assert_eq!(ulps(-1.0, -1.0 - f64::EPSILON), 1);
        let tiny = f64::from_bits(1);
        assert_eq!((ulps(0.0, tiny), ulps(-0.0, tiny), ulps(-tiny, tiny), ulps(0.0, -0.0)), (1, 1, 2, 0));
        assert_eq!(ulps(1.0, 2.0), 1 << 52);
        assert_eq!(ulps(f64::MIN, f64::MAX), 2 * f64::MAX.to_bits());
    }

    #[test]
    fn says_how_many_bits_moved() {
        let bits = |ulps| Difference { absolute: 0.0, relative: 0.0, ulps }.bits();
        assert_eq!([0, 1, 2, 3, 4, 255, 256].map(bits), [0, 1, 2, 2, 3, 8, 9]);
        // The last bit of a number of single precision.
        let next = f64::from(f32::from_bits(0.75f32.to_bits() + 1));
        assert_eq!(Difference::of(0.75, next).unwrap().bits(), 30);
    }

    #[test]
    fn is_relative_to_the_larger_and_only_between_numbers() {
        let relative = |old, new| Difference::of(old, new).unwrap().relative;
        assert_eq!((relative(4.0, 5.0), relative(5.0, 4.0), relative(0.0, 1e-9)), (0.2, 0.2, 1.0));
        assert_eq!((relative(0.0, -0.0), relative(f64::MAX, -f64::MAX)), (0.0, 2.0));
        assert_eq!(Difference::of(1.0, f64::NAN), None);
        assert_eq!(Difference::of(f64::INFINITY, 1.0), None);
        assert!(same(f64::NAN, -f64::NAN) && !same(0.0, -0.0) && same(f64::INFINITY, f64::INFINITY));
    }
}
