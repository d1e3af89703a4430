//! What a fit will cost, known before it runs.

use super::run::CAPTURED_ROWS;
use super::{Precision, TrainingSettings};
use crate::nn::{Activation, Architecture, LayerShape, PREDICTION_ROWS, PredictionStatistics, UnitTime};

/// The cost of one fit. Counts saturate: what would overflow is beyond any limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitCost {
    /// How many numbers are learned.
    pub parameters: u64,
    /// Updates of the parameters.
    pub steps: u64,
    /// Of the matrix products, in training and in measuring each epoch.
    pub multiply_adds: u64,
    /// Of the parts, the parameters, the optimizer's state and all buffers.
    pub bytes: u64,
    /// Estimated, on one core of a usual machine: the same figure wherever it is asked for.
    pub seconds: f64,
}

/// Nanoseconds that pieces of work take; a unit's are its [activation's](Activation::times). A network of four weights spends its time in steps and epochs, a wide one in
/// products, a thousand classes in exponentials: only all of them together come within a third of what ninety fits of random
/// settings take (`cargo run -p gradbook-engine --example cost` shows some).
mod nanoseconds {
    pub(super) const MULTIPLY_ADD_F32: f64 = 0.015;
    pub(super) const MULTIPLY_ADD_F64: f64 = 0.07;
    pub(super) const STEP: f64 = 150.0;
    /// One layer forward and backward, whatever its size; half of it forward alone.
    pub(super) const LAYER: f64 = 52.0;
    /// Normalizing one layer by its batch forward and backward, whatever its size; half of it forward alone.
    pub(super) const NORMALIZED_LAYER: f64 = 130.0;
    /// One number of the parameters or of the optimizer's state in a step.
    pub(super) const UPDATED_NUMBER: f64 = 0.13;
    /// Normalizing one unit of one row, forward and backward; half of it forward alone.
    pub(super) const NORMALIZED_UNIT: f64 = 1.9;
    /// One class of one row.
    pub(super) const OUTPUT: f64 = 1.6;
    pub(super) const ROW: f64 = 6.0;
    /// One number that dropout may set to 0.
    pub(super) const MASKED_NUMBER: f64 = 0.9;
    pub(super) const EPOCH: f64 = 500.0;
    /// Drawing one weight, once.
    pub(super) const FIRST_WEIGHT: f64 = 19.0;
    /// Splitting and normalizing one number of the data, once.
    pub(super) const DATUM: f64 = 4.5;
    /// One layer on the way to another one's exact statistics, for each batch of a prediction; and one unit of it, for each row.
    pub(super) const STATISTICS_LAYER: f64 = 1600.0;
    pub(super) const STATISTICS_UNIT: f64 = 0.8;
}

/// Returns the cost of a fit on so many rows of train, dev and test.
pub fn fit_cost(architecture: &Architecture, training: &TrainingSettings, rows: [usize; 3]) -> FitCost {
    let [train, all] = [rows[0], rows.iter().sum()].map(|rows| rows as u64);
    let (epochs, batch) = (training.epochs as u64, training.batch_size.of(rows[0]) as u64);
    let trained = epochs.saturating_mul(train).saturating_mul(architecture.training_multiply_adds());
    let measured = (epochs + 1).saturating_mul(all).saturating_mul(architecture.forward_multiply_adds());
    let statistics = (epochs + 1).saturating_mul(train).saturating_mul(exact_statistics(architecture));
    FitCost {
        parameters: architecture.parameters() as u64,
        steps: epochs.saturating_mul(train.div_ceil(batch)),
        multiply_adds: trained.saturating_add(measured).saturating_add(statistics),
        bytes: bytes(architecture, training, all, batch),
        seconds: seconds(architecture, training, rows),
    }
}

/// Estimates the seconds that a network's answers on so many rows take.
pub fn prediction_seconds(architecture: &Architecture, rows: usize, precision: Precision) -> f64 {
    let rows_alone = nanoseconds::ROW
        + units_of_row(architecture, precision).forward
        + nanoseconds::OUTPUT * architecture.outputs() as f64
        + multiply_add(precision) * architecture.forward_multiply_adds() as f64;
    let batches = rows.div_ceil(PREDICTION_ROWS) as f64;
    1e-9 * (rows as f64 * rows_alone + batches * layers(architecture) / 2.0)
}

/// Nanoseconds of all layers forward and backward, whatever their size.
fn layers(architecture: &Architecture) -> f64 {
    let normalized = architecture.layers.iter().filter(|layer| layer.normalized).count();
    nanoseconds::LAYER * architecture.layers.len() as f64 + nanoseconds::NORMALIZED_LAYER * normalized as f64
}

/// Returns what all units take for one row.
fn units_of_row(architecture: &Architecture, precision: Precision) -> UnitTime {
    let unit = |activation: Activation| {
        let [in_f32, in_f64] = activation.times();
        match precision {
            Precision::F32 => in_f32,
            Precision::F64 => in_f64,
        }
    };
    let (hidden, output) = (unit(architecture.activation), unit(Activation::Linear));
    let outputs = architecture.outputs() as f64;
    let inner = architecture.units() as f64 - outputs;
    let normalized = nanoseconds::NORMALIZED_UNIT * normalized_units(architecture) as f64;
    UnitTime {
        forward: hidden.forward * inner + output.forward * outputs + normalized / 2.0,
        both: hidden.both * inner + output.both * outputs + normalized,
    }
}

/// Returns what [`Subject::answers`](super::Subject::answers) hold: every probability of the dev and the test part in f64, and of
/// the part at hand in the run's own precision too, with the right class of each row.
pub fn answers_bytes(architecture: &Architecture, rows: [usize; 3], precision: Precision) -> u64 {
    let [_, dev, test] = rows.map(|rows| rows as u64);
    let outputs = architecture.outputs() as u64;
    let answered = dev.saturating_add(test).saturating_mul(8 * outputs + 4);
    answered.saturating_add(dev.max(test).saturating_mul(outputs * size_of_number(precision)))
}

/// Returns what a gradient check of so many rows holds, all of it in f64: the network, its copy that is moved, transposed
/// weights, three gradients (of back-propagation, as kept and as measured), and the buffers of a batch.
pub fn gradient_check_bytes(architecture: &Architecture, rows: usize) -> u64 {
    let parameters = (architecture.parameters() as u64).saturating_mul(6);
    parameters.saturating_add((rows as u64).saturating_mul(numbers_of_row(architecture))).saturating_mul(8)
}

/// Returns what [`Subject::capture`](super::Subject::capture) holds: the buffers of a batch forward and backward, the gradient of
/// all parameters, and of each layer its activations and gradients in f64.
pub fn capture_bytes(architecture: &Architecture, rows: usize, precision: Precision) -> u64 {
    let rows = rows.min(CAPTURED_ROWS) as u64;
    let buffers =
        rows.saturating_mul(numbers_of_row(architecture)).saturating_add(architecture.parameters() as u64);
    let kept = rows.saturating_mul(16 * architecture.units() as u64);
    buffers.saturating_mul(size_of_number(precision)).saturating_add(kept)
}

fn multiply_add(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => nanoseconds::MULTIPLY_ADD_F32,
        Precision::F64 => nanoseconds::MULTIPLY_ADD_F64,
    }
}

fn seconds(architecture: &Architecture, training: &TrainingSettings, rows: [usize; 3]) -> f64 {
    let (epochs, parameters) = (training.epochs as f64, architecture.parameters() as f64);
    let (train, all) = (rows[0] as f64, rows.iter().sum::<usize>() as f64);
    let augment = training.augment.as_ref().map_or(0.0, super::augment::Augment::nanoseconds);
    let per_row = nanoseconds::ROW
        + augment * architecture.inputs() as f64
        + units_of_row(architecture, training.precision).both
        + nanoseconds::OUTPUT * architecture.outputs() as f64
        + nanoseconds::MASKED_NUMBER * masked(architecture) as f64
        + multiply_add(training.precision) * architecture.training_multiply_adds() as f64;
    let updated = parameters * (1 + training.optimizer.numbers_per_parameter()) as f64;
    let per_step = nanoseconds::STEP + layers(architecture) + nanoseconds::UPDATED_NUMBER * updated;
    let steps = (train / training.batch_size.of(rows[0]) as f64).ceil();
    let measuring: f64 =
        rows.iter().map(|&rows| prediction_seconds(architecture, rows, training.precision)).sum();
    // A copy of the network every epoch, or the optimizer's memory anew.
    let steering =
        if training.steering.is_some() { 2.0 * nanoseconds::UPDATED_NUMBER * updated } else { 0.0 };
    let epoch = nanoseconds::EPOCH + train * per_row + steps * per_step + steering;
    let once =
        nanoseconds::FIRST_WEIGHT * parameters + nanoseconds::DATUM * all * architecture.inputs() as f64;
    let passes = through_normalized(architecture).flatten().count() as f64;
    let units = through_normalized(architecture).flatten().map(|layer| layer.outputs).sum::<usize>();
    let statistics = train * multiply_add(training.precision) * exact_statistics(architecture) as f64
        + train * nanoseconds::STATISTICS_UNIT * units as f64
        + rows[0].div_ceil(PREDICTION_ROWS) as f64 * nanoseconds::STATISTICS_LAYER * passes;
    1e-9 * (epochs * epoch + once) + (epochs + 1.0) * (measuring + 1e-9 * statistics)
}

fn normalized_units(architecture: &Architecture) -> u64 {
    let normalized = architecture.layers.iter().filter(|layer| layer.normalized);
    normalized.map(|layer| layer.outputs as u64).sum()
}

/// Returns numbers of one row that dropout may set to 0.
fn masked(architecture: &Architecture) -> usize {
    architecture.droppable().filter(|(_, keep)| *keep < 1.0).map(|(width, _)| width).sum()
}

fn bytes(architecture: &Architecture, training: &TrainingSettings, all: u64, batch: u64) -> u64 {
    let units = architecture.units() as u64;
    let widest = widest(architecture);
    let normalized = normalized_units(architecture);
    let at_prediction = (architecture.prediction_rows() as u64).min(all.max(PREDICTION_ROWS as u64));
    let buffers = batch
        .saturating_mul(numbers_of_row(architecture))
        .saturating_add(at_prediction.saturating_mul(units + widest + normalized));
    // Parameters, gradient, transposed weights, perhaps a copy of the best and one to go back to, and the optimizer's own.
    let copies =
        4 + u64::from(training.steering.is_some()) + training.optimizer.numbers_per_parameter() as u64;
    let numbers = (architecture.parameters() as u64)
        .saturating_mul(copies)
        .saturating_add(buffers)
        .saturating_add(all.saturating_mul(architecture.inputs() as u64 + 1));
    numbers.saturating_mul(size_of_number(training.precision))
}

fn widest(architecture: &Architecture) -> u64 {
    architecture.layers.iter().map(|layer| layer.outputs as u64).max().unwrap_or(0)
}

/// Returns what training holds for each row of a batch.
fn numbers_of_row(architecture: &Architecture) -> u64 {
    let units = architecture.units() as u64;
    let inputs: u64 = architecture.layers.iter().map(|layer| layer.inputs as u64).sum();
    // Outputs and deltas, the sums and gradients at hand (the sums of all layers, where the backward pass needs them); with dropout, masks and masked inputs; the batch itself.
    let logits =
        architecture.droppable().last().filter(|(_, keep)| *keep < 1.0).map_or(0, |(width, _)| width);
    let dropout = if architecture.has_dropout() { 2 * inputs + logits as u64 } else { 0 };
    let kept = if architecture.activation.needs_sums() { units } else { widest(architecture) };
    let per_row = 2 * units + kept + widest(architecture) + dropout + architecture.inputs() as u64 + 1;
    // With batch normalization, the normalized sums of the hidden layers.
    per_row + normalized_units(architecture)
}

fn size_of_number(precision: Precision) -> u64 {
    match precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    }
}

/// Counts the multiply-adds for one row when prediction goes by the exact statistics of batch normalization, which are measured
/// layer by layer, each time from the first layer on; else 0.
fn exact_statistics(architecture: &Architecture) -> u64 {
    through_normalized(architecture).flatten().map(|layer| layer.weights().len() as u64).sum()
}

/// The layers that are gone through for the exact statistics of each normalized one; none where prediction does not go by them.
fn through_normalized(architecture: &Architecture) -> impl Iterator<Item = &[LayerShape]> {
    let settings = architecture.batch_norm.as_ref();
    let is_exact = settings.is_some_and(|settings| settings.prediction == PredictionStatistics::Exact);
    let normalized = architecture.layers.iter().filter(|layer| layer.normalized).count();
    (1..=if is_exact { normalized } else { 0 }).map(|count| &architecture.layers[..count])
}

#[cfg(test)]
mod tests {
    use super::super::Augment;
    use super::*;
    use crate::data::Target;
    use crate::nn::ModelSettings;

    #[test]
    fn counts_by_hand() {
        let model = ModelSettings { hidden: vec![16, 16], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, Target::Classes(2)).unwrap();
        let training = TrainingSettings { epochs: 10, ..TrainingSettings::default() };
        let cost = fit_cost(&shape, &training, [100, 20, 0]);
        assert_eq!(cost.parameters, 354);
        assert_eq!(cost.steps, 10 * 4);
        assert_eq!(cost.multiply_adds, 10 * 100 * 928 + 11 * 120 * 320);
        assert_eq!(cost.bytes, 4 * (354 * 6 + 32 * (2 * (34 + 16) + 3) + 256 * (34 + 16) + 120 * 3));
    }

    #[test]
    fn answers_and_gradient_checks_by_hand() {
        let model = ModelSettings { hidden: vec![16, 16], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, Target::Classes(3)).unwrap();
        // 3 probabilities of 8 bytes and a class of 4 for each of 70 rows; 50 rows of them in f32 at a time.
        assert_eq!(answers_bytes(&shape, [100, 20, 50], Precision::F32), 70 * (3 * 8 + 4) + 50 * 3 * 4);
        assert_eq!(answers_bytes(&shape, [100, 0, 0], Precision::F64), 0);
        let parameters = 3 * 16 + 17 * 16 + 17 * 3;
        assert_eq!(gradient_check_bytes(&shape, 40), 8 * (6 * parameters + 40 * (2 * (35 + 16) + 3)));
    }

    #[test]
    fn batch_normalization_needs_room_and_exact_statistics_need_time() {
        let training = TrainingSettings { epochs: 10, ..TrainingSettings::default() };
        let cost = |batch_norm| {
            let model = serde_json::json!({ "hidden": [16, 8], "batch_norm": batch_norm });
            let model: ModelSettings = serde_json::from_value(model).unwrap();
            let shape = Architecture::new(&model, 2, Target::Classes(2)).unwrap();
            fit_cost(&shape, &training, [100, 500, 0])
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
    fn augmentation_costs_time_for_every_training_row() {
        let shape = Architecture::new(&ModelSettings::default(), 64, Target::Classes(10)).unwrap();
        let plain = TrainingSettings { epochs: 10, ..TrainingSettings::default() };
        let augment = Augment { shift: 1, ..Augment::default() };
        let each = 64.0 * augment.nanoseconds();
        let augmented = TrainingSettings { augment: Some(augment), ..plain.clone() };
        let seconds = |training| fit_cost(&shape, training, [100, 50, 50]).seconds;
        let more = seconds(&augmented) - seconds(&plain);
        assert!(each > 0.0 && (more - 1e-9 * 10.0 * 100.0 * each).abs() < 1e-12, "{more}");
    }

    #[test]
    fn absurd_sizes_saturate() {
        let model = ModelSettings { hidden: vec![100_000; 100], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 100_000, Target::Value).unwrap();
        let training =
            TrainingSettings { epochs: 1_000_000, precision: Precision::F64, ..TrainingSettings::default() };
        let cost = fit_cost(&shape, &training, [1_000_000_000, 0, 0]);
        assert_eq!(cost.multiply_adds, u64::MAX);
        assert!(cost.bytes > 1_000_000_000_000);
        assert!(cost.seconds > 1e12 && cost.seconds.is_finite());
    }

    /// Two weights and two biases: a product of 2 numbers, and a step, an epoch, three batches of measuring around it.
    #[test]
    fn a_tiny_network_takes_the_time_of_its_steps() {
        let model = ModelSettings { hidden: vec![], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 1, Target::Classes(2)).unwrap();
        let training = TrainingSettings { epochs: 1_000_000, ..TrainingSettings::default() };
        let cost = fit_cost(&shape, &training, [2, 1, 1]);
        assert_eq!(cost.multiply_adds, 1_000_000 * 2 * 4 + 1_000_001 * 4 * 2);
        let products = 1e-9 * 0.015 * cost.multiply_adds as f64;
        assert!(cost.seconds > 1000.0 * products, "{} s, of which {products} s are products", cost.seconds);
        let per_epoch =
            150.0 + 52.0 + 0.13 * 12.0 + 500.0 + 3.0 * 26.0 + 2.0 * 10.2 + 4.0 * 9.7 + 0.015 * 16.0;
        assert!((cost.seconds - 1e-3 * per_epoch).abs() < 1e-5, "{}", cost.seconds);
    }
}
