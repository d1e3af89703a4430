//! Batch normalization.
//!
//! Of the weighted sums z of a hidden layer, unit by unit over the m rows of a batch:
//!
//! - `mu = 1/m sum z`, `sigma^2 = 1/m sum (z - mu)^2`;
//! - `z_norm = (z - mu) / sqrt(sigma^2 + epsilon)`, with mean 0 and variance 1;
//! - `z~ = gamma z_norm + beta`, which the activation is applied to.
//!
//! gamma (from 1) and beta (from 0) are learned, by any optimizer. The layer has no bias: mu would take it away
//! again, and beta does its work. With `gamma = sqrt(sigma^2 + epsilon)` and `beta = mu` nothing would change at all.
//! Neither is penalized. The loss does not depend on the size of the weights before a normalization; L2
//! keeps them from growing, and with them the steps from shrinking.
//!
//! Backwards, mu and sigma depend on every row of the batch. With `d` the gradient with respect to z~:
//! `dbeta = sum d`, `dgamma = sum d z_norm`, and
//! `dz = gamma / sqrt(sigma^2 + epsilon) (d - 1/m (dbeta + z_norm dgamma))`.
//!
//! A batch of one row has variance 0: z_norm is 0, and dz too.
//!
//! At prediction a row must not depend on the rows beside it. The last values of exponentially weighted averages over
//! the batches of training, `V = average V + (1 - average) mu` and likewise of sigma^2, stand in for the batch's own:
//! one number a unit. They start at 0, which is corrected as `V / (1 - average^t)`; without the correction
//! they are far too small for about 1/(1 - average) steps. Before the first step they are 0 and 1.
//!
//! Where implementations disagree: the paper and PyTorch average `m/(m - 1) sigma^2`; here, as in the course and in
//! Keras, it is sigma^2 as it was used. PyTorch and Keras start from 0 and 1 and correct nothing. What is `average` here is
//! Keras' `momentum`, and 1 minus PyTorch's.
//!
//! Source: Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
//! Covariate Shift, ICML 2015, algorithms 1 and 2 and section 3.

mod moments;
mod normalization;
mod settings;

pub use moments::{Moments, RunningAverages};
pub(super) use normalization::Normalization;
pub use settings::{BatchNorm, PredictionStatistics};
pub(super) use settings::{on_off_or_settings, schema};

#[cfg(test)]
mod tests;
