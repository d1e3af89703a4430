//! Which vector instructions of the CPU are used. The choice changes speed, never a bit of a result.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

/// A family of vector instructions, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every CPU of the compiled target has (SSE2, NEON, WebAssembly). Without a fused
    /// multiply-add instruction, the operation is emulated exactly.
    Portable,
    /// AVX2 and FMA: x86-64 since 2013.
    Avx2,
    /// AVX-512 F, VL, BW and DQ: x86-64 servers since 2017.
    Avx512,
    /// WebAssembly's relaxed SIMD, on machines where its multiply-add is fused.
    #[cfg(target_arch = "wasm32")]
    Relaxed,
}

impl Level {
    /// Every level, narrowest first.
    #[cfg(not(target_arch = "wasm32"))]
    pub const ALL: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];
    /// Every level, narrowest first.
    #[cfg(target_arch = "wasm32")]
    pub const ALL: [Level; 2] = [Level::Portable, Level::Relaxed];

    /// Returns whether this CPU has the instructions of the level.
    pub fn available(self) -> bool {
        self <= widest()
    }
}

/// A level that this CPU has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Available(Level);

impl Available {
    /// Returns the level in use.
    #[cfg(gradbook_module)]
    #[inline(always)]
    pub(super) fn current() -> Self {
        Available(if relaxed() { Level::Relaxed } else { Level::Portable })
    }

    /// Returns the level in use.
    #[cfg(not(gradbook_module))]
    #[inline]
    pub(super) fn current() -> Self {
        match CURRENT.load(Ordering::Relaxed) {
            1 => Available(Level::Portable),
            2 => Available(Level::Avx2),
            3 => Available(Level::Avx512),
            #[cfg(target_arch = "wasm32")]
            4 => Available(Level::Relaxed),
            _ => {
                let level = widest();
                CURRENT.store(level as u8 + 1, Ordering::Relaxed);
                Available(level)
            }
        }
    }

    /// Returns which it is.
    #[inline(always)]
    pub(super) fn level(self) -> Level {
        // What a page's module asks again is known where it is made; what it carries along is not.
        #[cfg(gradbook_module)]
        let Available(level) = Available::current();
        #[cfg(not(gradbook_module))]
        let Available(level) = self;
        level
    }

    /// Returns every level that this CPU has.
    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Level::ALL.into_iter().filter(|level| level.available()).map(Available)
    }
}

#[cfg(gradbook_module)]
#[link(wasm_import_module = "made")]
unsafe extern "C" {
    /// Whether a page's module is the one for relaxed SIMD, as it is made to know (`scripts/module`): it has no other vectors then.
    safe fn relaxed() -> bool;
}

/// A level that there is not, or that this CPU does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LevelError {
    /// No level has this name.
    Unknown(String),
    /// The CPU lacks the instructions of this one.
    Missing(Level),
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelError::Unknown(name) => {
                write!(f, "there is no level '{name}': expected portable, avx2 or avx512")
            }
            LevelError::Missing(level) => write!(f, "this CPU has no {level:?}"),
        }
    }
}

impl Error for LevelError {}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(name: &str) -> Result<Level, LevelError> {
        match name {
            "portable" => Ok(Level::Portable),
            "avx2" => Ok(Level::Avx2),
            "avx512" => Ok(Level::Avx512),
            _ => Err(LevelError::Unknown(name.to_owned())),
        }
    }
}

/// The level in use, plus one; 0 before the first question. A cache of a fact about the CPU: whatever it
/// holds, results are the same, so that it needs no ordering between threads.
static CURRENT: AtomicU8 = AtomicU8::new(0);

/// Returns the level in use: the widest that the CPU has, unless [`force`] chose another.
#[inline]
pub fn level() -> Level {
    Available::current().level()
}

/// Uses `level` from now on in the whole program: for proofs that digests do not depend on it.
///
/// # Errors
/// A level that the CPU does not have; nothing is changed then.
pub fn force(level: Level) -> Result<(), LevelError> {
    if !level.available() {
        return Err(LevelError::Missing(level));
    }
    CURRENT.store(level as u8 + 1, Ordering::Relaxed);
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn widest() -> Level {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    match (avx2, avx512) {
        (true, true) => Level::Avx512,
        (true, false) => Level::Avx2,
        _ => Level::Portable,
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
fn widest() -> Level {
    if super::simd::fuses() { Level::Relaxed } else { Level::Portable }
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "relaxed-simd"))))]
fn widest() -> Level {
    Level::Portable
}

/// Runs `body` compiled for the widest vectors of this CPU, so that its plain loops over slices run on
/// them: write the loop as for any CPU, and wrap it.
///
/// The bits do not depend on the width as long as the body is elementwise: the compiler never reorders
/// floating-point operations nor contracts `a * b + c`, and vectorises a loop only where each element is
/// computed as written. A sum into one variable stays one chain (correct, but not faster: see
/// [`sum`](super::sum)). Do not call [`Real::fused`](super::Real::fused) inside, which is slow one at a time.
///
/// Keep the body small, a loop or two: it is fast only if the compiler inlines it here.
#[inline(always)]
pub fn vectorized<T>(body: impl FnOnce() -> T) -> T {
    match level() {
        // SAFETY: `level` is one that the CPU has.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { with_avx512(body) },
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { with_avx2(body) },
        #[cfg(gradbook_module)]
        _ => fast(body),
        #[cfg(not(gradbook_module))]
        _ => body(),
    }
}

/// Compiles what pages run for speed, while all around it is compiled to be small.
#[cfg(gradbook_module)]
#[optimize(speed)]
#[inline(never)]
fn fast<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
fn with_avx512<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_level_is_everywhere_and_a_missing_one_is_refused() {
        assert!(Level::Portable.available());
        for level in Level::ALL {
            assert_eq!(force(level).is_ok(), level.available(), "{level:?}");
        }
        force(widest()).unwrap();
        assert_eq!(level(), widest());
    }

    #[test]
    fn levels_have_names() {
        assert_eq!("avx2".parse(), Ok(Level::Avx2));
        assert_eq!(Level::ALL.map(|l| format!("{l:?}").to_lowercase().parse()), Level::ALL.map(Ok));
        assert!("sse9".parse::<Level>().unwrap_err().to_string().contains("portable, avx2 or avx512"));
    }

    #[test]
    fn a_body_sees_its_surroundings_and_returns() {
        let mut values = [1.0f32; 37];
        let count = vectorized(|| {
            values.iter_mut().for_each(|v| *v = *v * 0.1 + 0.2);
            values.len()
        });
        assert_eq!((count, values[36].to_bits()), (37, (1.0f32 * 0.1 + 0.2).to_bits()));
    }
}
