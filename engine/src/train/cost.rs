//! What a fit will cost, known before it runs.

use super::TrainingSettings;
use crate::nn::{Architecture, PREDICTION_ROWS, PredictionStatistics};

/// The cost of one fit. Counts saturate: what would overflow is beyond any limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitCost {
    pub parameters: u64,
    /// Updates of the parameters.
    pub steps: u64,
    /// Of the matrix products, in training and in measuring each epoch.
    pub multiply_adds: u64,
    /// Of the parts, the parameters, the optimizer's state and all buffers.
    pub bytes: u64,
}

/// The cost of a fit on so many rows of train, dev and test, with numbers of `bytes_per_number` (4 or 8).
pub fn fit_cost(
    architecture: &Architecture,
    training: &TrainingSettings,
    rows: [usize; 3],
    bytes_per_number: usize,
) -> FitCost {
    let [train, all] = [rows[0], rows.iter().sum()].map(|rows| rows as u64);
    let (epochs, batch) = (training.epochs as u64, training.batch_size.of(rows[0]) as u64);
    let parameters = architecture.parameters() as u64;

    let trained = epochs.saturating_mul(train).saturating_mul(architecture.training_multiply_adds());
    let measured = (epochs + 1).saturating_mul(all).saturating_mul(architecture.forward_multiply_adds());
    let statistics = (epochs + 1).saturating_mul(train).saturating_mul(exact_statistics(architecture));

    let units = architecture.units() as u64;
    let inputs: u64 = architecture.layers.iter().map(|layer| layer.inputs as u64).sum();
    let widest = architecture.layers.iter().map(|layer| layer.outputs as u64).max().unwrap_or(0);
    // Outputs and deltas, the sums and gradients at hand; with dropout, masks and masked inputs; the batch itself.
    let dropout = if architecture.has_dropout() { 2 * inputs } else { 0 };
    let per_row = 2 * (units + widest) + dropout + architecture.inputs() as u64 + 1;
    // With batch normalization, the normalized sums of the hidden layers in both passes.
    let normalized = architecture.layers.iter().filter(|layer| layer.normalized);
    let normalized: u64 = normalized.map(|layer| layer.outputs as u64).sum();
    let at_prediction = (architecture.prediction_rows() as u64).min(all.max(PREDICTION_ROWS as u64));
    let buffers = batch
        .saturating_mul(per_row + normalized)
        .saturating_add(at_prediction.saturating_mul(units + widest + normalized));
    // Parameters, gradient, transposed weights, perhaps a copy of the best, and the optimizer's own.
    let copies = 4 + training.optimizer.numbers_per_parameter() as u64;
    let numbers = parameters
        .saturating_mul(copies)
        .saturating_add(buffers)
        .saturating_add(all.saturating_mul(architecture.inputs() as u64 + 1));
    FitCost {
        parameters,
        steps: epochs.saturating_mul(train.div_ceil(batch)),
        multiply_adds: trained.saturating_add(measured).saturating_add(statistics),
        bytes: numbers.saturating_mul(bytes_per_number as u64),
    }
}

/// Multiply-adds for one row when prediction goes by the exact statistics of batch normalization, which are measured
/// layer by layer, each time from the first layer on; else 0.
fn exact_statistics(architecture: &Architecture) -> u64 {
    let settings = architecture.batch_norm.as_ref();
    if settings.is_none_or(|settings| settings.prediction != PredictionStatistics::Exact) {
        return 0;
    }
    let mut through = 0;
    let normalized = architecture.layers.iter().filter(|layer| layer.normalized);
    let each = normalized.map(|layer| {
        through += layer.weights().len() as u64;
        through
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::ModelSettings;

    #[test]
    fn counts_by_hand() {
        let model = ModelSettings { hidden: vec![16, 16], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, Target::Classes(2)).unwrap();
        let training = TrainingSettings { epochs: 10, ..TrainingSettings::default() };
        let cost = fit_cost(&shape, &training, [100, 20, 0], 4);
        assert_eq!(cost.parameters, 354);
        assert_eq!(cost.steps, 10 * 4);
        assert_eq!(cost.multiply_adds, 10 * 100 * 928 + 11 * 120 * 320);
        assert_eq!(cost.bytes, 4 * (354 * 6 + 32 * (2 * (34 + 16) + 3) + 256 * (34 + 16) + 120 * 3));
    }

    #[test]
    fn batch_normalization_needs_room_and_exact_statistics_need_time() {
        let training = TrainingSettings { epochs: 10, ..TrainingSettings::default() };
        let cost = |batch_norm| {
            let model = serde_json::json!({ "hidden": [16, 8], "batch_norm": batch_norm });
            let model: ModelSettings = serde_json::from_value(model).unwrap();
            let shape = Architecture::new(&model, 2, Target::Classes(2)).unwrap();
            fit_cost(&shape, &training, [100, 500, 0], 4)
        };
        let plain = cost(serde_json::json!(false));
        let running = cost(serde_json::json!(true));
        // A gamma for 24 units in 6 copies, z_norm for rows in training and at prediction.
        assert_eq!(running.parameters, plain.parameters + 24);
        assert_eq!(running.bytes, plain.bytes + 4 * (24 * 6 + (32 + 256) * 24));
        assert_eq!(running.multiply_adds, plain.multiply_adds);
        let exact = cost(serde_json::json!({ "prediction": "exact" }));
        assert_eq!(exact.multiply_adds, plain.multiply_adds + 11 * 100 * (32 + 32 + 128));
        let few = cost(serde_json::json!({ "prediction": { "batch": 4 } }));
        assert!(few.bytes < plain.bytes);
        let all = cost(serde_json::json!({ "prediction": { "batch": 1_000_000_000_000_u64 } }));
        assert_eq!(all.bytes, running.bytes + 4 * (600 - 256) * (26 + 16 + 24));
    }

    #[test]
    fn absurd_sizes_saturate() {
        let model = ModelSettings { hidden: vec![100_000; 100], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 100_000, Target::Value).unwrap();
        let training = TrainingSettings { epochs: 1_000_000, ..TrainingSettings::default() };
        let cost = fit_cost(&shape, &training, [1_000_000_000, 0, 0], 8);
        assert_eq!(cost.multiply_adds, u64::MAX);
        assert!(cost.bytes > 1_000_000_000_000);
    }
}
