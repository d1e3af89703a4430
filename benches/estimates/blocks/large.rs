//! Blocks written by hand that are large in one respect each: what took or held far more than was estimated, or did once.

/// The blocks, with `HIDDEN` for a thousand layers and `VALUES` for prose with many values.
pub(crate) const LARGE: &[&str] = &[
    "kind: init\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ncompare: [xavier]\n",
    "kind: train\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ntraining: {epochs: 1}\nhistograms: [0, 1]\ngradient_shares: true\n",
    "kind: split\ndata: {name: blobs, samples: 400000, limit: 100}\nseeds: 2\n",
    "kind: split\ndata: {file: classes-40000x20.csv, limit: 500}\nseeds: 3\n",
    "kind: softmax\nlogits: [1, 2, 3]\nseeds: 900\nclaims:\n  - hardmax[2] == 1\n  - loss > 0\nlabel: 1\n",
    "kind: softmax\nlogits: [1, 2, 3]\nseeds: 1000\nlabel: 1\n---\nVALUES",
    "kind: search\ndata: {name: iris}\nmodel: {hidden: []}\ntraining: {epochs: 1}\ntrials: 1500\nsampler: {tpe: {}}\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n",
    "kind: search\ndata: {name: moons, samples: 40}\nmodel: {hidden: [1]}\ntraining: {epochs: 1}\ntrials: 500\nsampler: {tpe: {batch: 5}}\nspace:\n  training.l2: {log: [0.001, 1]}\n  training.learning_rate: {log: [0.001, 1]}\n  training.batch_size: {choice: [8, 16, 32]}\n",
    "kind: search\ndata: {name: digits, limit: 500}\ntraining: {epochs: 3}\ntrials: 60\nspace:\n  model.hidden: {choice: [[4], [16], [400], [300, 300]]}\n  training.batch_size: {choice: [1, 8, 64]}\n",
    "kind: search\ndata: {name: blobs, samples: 200000, limit: 150}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}\ntrials: 50\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n",
    "kind: surface\nsteps: 100000\n",
    "kind: surface\nsteps: 30000\nnoise: 0.2\nseeds: 6\n",
    "kind: surface\ndata: {name: moons, samples: 10000}\nsteps: 20\nlearning_rate: 1e-3\n",
    "kind: surface\ndata: {name: plane, samples: 500000}\nsteps: 20\nlearning_rate: 1e-3\n",
    "kind: optimizers\ndata: {name: moons, samples: 60}\nmodel: {hidden: []}\ntraining: {epochs: 60000, batch_size: full}\n",
    "kind: optimizers\ndata: {name: digits}\nmodel: {hidden: [512, 512]}\ntraining: {epochs: 3}\n",
    "kind: optimizers\ndata: {name: wave, samples: 100000}\nmodel: {hidden: [2]}\ntraining: {epochs: 2, batch_size: 1}\ncompare: [sgd]\n",
    "kind: optimizers\ndata: {name: wave, samples: 3000, irrelevant: 1000}\nmodel: {hidden: [64]}\ntraining: {epochs: 4, batch_size: 512}\ncompare: [adam]\n",
    "kind: dropout\ndata: {name: digits}\nmodel: {hidden: [200, 100]}\ntraining: {epochs: 2000, batch_size: full, optimizer: adam}\ncompare: [0.5]\n",
    "kind: average\nseries: {length: 100000, season: 20, noise: 8}\ncompare: [0.9]\n",
    "kind: regression\ndata: {name: polynomial, samples: 200000, degree: 20}\nl2: 1\n",
];

/// Returns a block with its many layers or values.
pub(crate) fn whole(block: &str) -> String {
    let values = "`{{ it.loss }}` and `{{ it.probabilities[1] }}`\n".repeat(20);
    block.replace("HIDDEN", &format!("[{}]", ["40"; 1000].join(", "))).replace("VALUES", &values)
}
