//! An optimizer in a place of its own, through public means alone: what is here is all that a new one takes. One that authors
//! can name has its settings beside it, and a line in `OPTIMIZERS`.

use gradbook_engine::data::{self, DataSettings, Files, Prepared, SplitSettings, TableLimits};
use gradbook_engine::nn::{Architecture, Initializer, ModelSettings, Network, Score};
use gradbook_engine::numeric::{Real, Streams};
use gradbook_engine::optim::{State, Step};
use gradbook_engine::train::{Batches, Trainer, TrainingSettings};

/// Steps against the sign of each gradient's average, as long whatever the gradient (Bernstein et al., signSGD, 2018, with momentum).
#[derive(Debug)]
struct Signum<R> {
    average: Vec<R>,
}

impl<R: Real> Step<R> for Signum<R> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let [beta, share, alpha] = [0.9, 0.1, learning_rate].map(R::from_f64);
        for ((w, &g), average) in parameters.iter_mut().zip(gradient).zip(&mut self.average) {
            *average = beta * *average + share * g;
            if *average != R::ZERO {
                *w -= R::ONE.copysign(*average) * alpha;
            }
        }
    }
}

fn signum<R: Real>(parameters: usize) -> State<R> {
    State::new(Signum { average: vec![R::ZERO; parameters] })
}

#[test]
fn one_of_elsewhere_takes_the_steps_that_it_says() {
    let (mut at, mut state) = ([1.0, -1.0, 0.5], signum::<f64>(3));
    state.step(0.25, &mut at, &[1e-3, -50.0, 0.0]);
    assert_eq!(at, [0.75, -0.75, 0.5]);
    // 0.9 * 0.1e-3 - 0.1 * 2e-3 is below 0: back again.
    state.step(0.25, &mut at, &[-2e-3, -1.0, 0.0]);
    assert_eq!(at, [1.0, -0.5, 0.5]);
}

#[test]
fn one_of_elsewhere_trains_a_network_and_repeats_itself() {
    let first = trained::<f32>();
    assert!(first.loss < 0.3, "a loss of {}, where a guess is worth 0.69", first.loss);
    assert_eq!(first.weights, trained::<f32>().weights);
    assert!(trained::<f64>().loss < 0.3);
}

struct Trained<R> {
    loss: f64,
    weights: Vec<R>,
}

/// Trains a small network on two moons, batch by batch.
fn trained<R: Real>() -> Trained<R> {
    let streams = Streams::new(1);
    let settings: DataSettings =
        serde_json::from_str(r#"{"name": "moons", "samples": 200, "noise": 0.1}"#).unwrap();
    let model: ModelSettings = serde_json::from_str(r#"{"hidden": [8], "activation": "tanh"}"#).unwrap();
    let training: TrainingSettings = serde_json::from_str(r#"{"batch_size": 20}"#).unwrap();
    let dataset = data::load(&settings, Files::default(), &TableLimits::default(), &streams).unwrap();
    let split = data::split(&dataset.target, &SplitSettings::default(), &streams).unwrap();
    let (parts, _): (Prepared<R>, _) = data::prepare(&dataset, &split, &settings, &streams);

    let architecture = Architecture::new(&model, parts.features(), parts.target()).unwrap();
    let network = Network::new(architecture, Initializer::Lecun, &streams);
    let optimizer = signum(network.parameters().len());
    let mut trainer = Trainer::new(network, &training, parts.train.len(), &streams).with_optimizer(optimizer);
    let mut batches = Batches::new(&parts.train, 20, streams.stream("batches"));
    let mut score = Score::default();
    for epoch in 0..60 {
        score = Score::default();
        batches.epoch(&parts.train, |x, targets| {
            trainer.step(x, targets, 0.02 / f64::from(1 + epoch / 10));
            score.add(trainer.batch_score(targets));
        });
    }
    Trained { loss: score.mean_loss(), weights: trainer.network().parameters().to_vec() }
}
