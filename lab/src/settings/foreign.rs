//! Names that other tools give to settings, and values that they take.

/// Settings by the names that they have in Keras, PyTorch and scikit-learn, and what to write here.
const NAMES: &[(&str, &str)] = &[
    ("lr", "learning_rate"),
    ("alpha", "learning_rate"),
    ("eta", "learning_rate"),
    ("eta0", "learning_rate"),
    ("learning_rate_init", "learning_rate"),
    ("n_epochs", "epochs"),
    ("num_epochs", "epochs"),
    ("max_epochs", "epochs"),
    ("max_iter", "epochs"),
    ("nb_epoch", "epochs"),
    ("batch", "batch_size"),
    ("bs", "batch_size"),
    ("minibatch", "batch_size"),
    ("mini_batch", "batch_size"),
    ("minibatch_size", "batch_size"),
    ("optim", "optimizer"),
    ("solver", "optimizer"),
    ("algorithm", "optimizer"),
    ("weight_decay", "l2"),
    ("decay", "l2"),
    ("lambda", "l2"),
    ("lambd", "l2"),
    ("reg", "l2"),
    ("regularization", "l2"),
    ("l2_lambda", "l2"),
    ("clip", "max_norm"),
    ("lr_schedule", "schedule"),
    ("lr_scheduler", "schedule"),
    ("scheduler", "schedule"),
    ("dtype", "precision"),
    ("patience", "early_stopping: {patience: ...}"),
    ("augmentation", "augment"),
    ("momentum", "optimizer: {momentum: {beta: ...}}"),
    ("beta", "optimizer: {momentum: {beta: ...}}"),
    ("beta1", "optimizer: {adam: {beta1: ...}}"),
    ("beta2", "optimizer: {adam: {beta2: ...}}"),
    ("num_layers", "layers"),
    ("hidden_layers", "hidden"),
    ("hidden_layer_sizes", "hidden"),
    ("hidden_units", "hidden"),
    ("hidden_size", "hidden"),
    ("n_units", "units"),
    ("activation_function", "activation"),
    ("nonlinearity", "activation"),
    ("initializer", "init"),
    ("kernel_initializer", "init"),
    ("batchnorm", "batch_norm"),
    ("batch_normalization", "batch_norm"),
    ("dropout_rate", "dropout"),
    ("drop_prob", "dropout"),
    ("random_state", "seed"),
    ("n_samples", "samples"),
    ("n_classes", "classes"),
    ("validation", "dev"),
    ("standardize", "normalize"),
    ("label", "target"),
    ("depth", "layers"),
    ("width", "units"),
    ("clip_norm", "max_norm"),
    ("grad_clip", "max_norm"),
    ("gradient_clipping", "max_norm"),
    ("betas", "beta1: ..., beta2: ..."),
    ("iterations", "epochs"),
    ("epochs", "steps"),
    ("iterations", "steps"),
    ("max_iter", "steps"),
    ("n_iter", "steps"),
    ("monitor", "metric"),
    ("rotate", "rotation"),
    ("translate", "shift"),
    ("translation", "shift"),
    ("horizontal_flip", "flip"),
    ("hflip", "flip"),
    ("neurons", "hidden"),
    ("hidden_dim", "hidden"),
    ("hidden_dims", "hidden"),
    ("dataset", "data"),
    ("train_size", "train"),
    ("test_size", "test"),
    ("val_size", "dev"),
    ("path", "file"),
    ("csv", "file"),
    ("filename", "file"),
    ("columns", "features"),
    ("inputs", "features"),
    ("n", "samples"),
    ("size", "samples"),
    ("centers", "classes"),
    ("runs", "seeds"),
    ("n_runs", "seeds"),
    ("repeats", "seeds"),
    ("repetitions", "seeds"),
];

/// Values of settings by the names that they have elsewhere, and what to write here.
const CHOICES: &[(&str, &str)] = &[
    ("average", "mean"),
    ("avg", "mean"),
    ("float", "f32"),
    ("float32", "f32"),
    ("single", "f32"),
    ("float64", "f64"),
    ("double", "f64"),
    ("kaiming", "he"),
    ("kaiming_normal", "he"),
    ("he_normal", "he"),
    ("sgd_momentum", "momentum"),
    ("bayesian", "tpe"),
    ("bayes", "tpe"),
    ("optuna", "tpe"),
    ("log_uniform", "log"),
    ("loguniform", "log"),
    ("uniform", "linear"),
    ("categorical", "choice"),
    ("swish", "silu"),
    ("xavier_uniform", "glorot"),
    ("xavier_normal", "glorot"),
    ("glorot_uniform", "glorot"),
    ("random", "normal"),
    ("zscore", "standard"),
    ("z_score", "standard"),
    ("regression", "number"),
    ("classification", "classes"),
    ("step", "staircase"),
    ("step_lr", "staircase"),
    ("cosine_annealing", "cosine"),
    ("cosine_decay", "cosine"),
    ("exponential_decay", "exponential"),
    ("kaiming_uniform", "he"),
    ("he_uniform", "he"),
    ("lecun_normal", "lecun"),
    ("random_normal", "normal"),
    ("gradient_descent", "sgd"),
];

/// Parts of names of metrics and of parts of the data, as others call them.
const PARTS: [(&str, &str); 9] = [
    ("val", "dev"),
    ("valid", "dev"),
    ("validation", "dev"),
    ("eval", "dev"),
    ("training", "train"),
    ("testing", "test"),
    ("acc", "accuracy"),
    ("err", "error"),
    ("cost", "loss"),
];

/// Returns what a setting or value of another tool is called here, if that is known: a name, or a setting with its place.
pub fn setting(name: &str, known: &[&str]) -> Option<String> {
    // A class by its path: `torch.optim.Adam`.
    let name = name.rsplit('.').next().unwrap_or(name).to_lowercase().replace('-', "_");
    let meant = NAMES.iter().chain(CHOICES).filter(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours);
    let mut known_ones = meant.filter(|ours| known.contains(&ours.split(':').next().unwrap_or(ours)));
    let ours = known_ones.next().map(str::to_owned).or_else(|| metric(&name, known));
    ours.or_else(|| known.contains(&name.as_str()).then_some(name))
}

/// Returns a metric or part of the data by the words of other tools: `val_loss` is `dev_loss`, `acc` alone `accuracy`.
pub fn metric(name: &str, known: &[&str]) -> Option<String> {
    let ours = |word: &str| {
        PARTS
            .iter()
            .find(|(theirs, _)| *theirs == word)
            .map_or_else(|| word.to_owned(), |(_, ours)| (*ours).to_owned())
    };
    let words: Vec<String> = name.to_lowercase().split('_').map(ours).collect();
    let meant = words.join("_");
    // Where no part of the data is named, Keras and its kin mean the training part.
    let mut meant = [meant.clone(), format!("train_{meant}")].into_iter().filter(|_| meant != name);
    meant.find(|meant| known.contains(&meant.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_tools_are_known() {
        let training = ["learning_rate", "l2", "early_stopping", "epochs"];
        assert_eq!(setting("lr", &training).as_deref(), Some("learning_rate"));
        assert_eq!(setting("weight_decay", &training).as_deref(), Some("l2"));
        assert_eq!(setting("patience", &training).as_deref(), Some("early_stopping: {patience: ...}"));
        assert_eq!(setting("lr", &["hidden"]), None, "it is no setting of this place");
        assert_eq!(setting("float32", &["f32", "f64"]).as_deref(), Some("f32"));
        assert_eq!(setting("val", &["train", "dev", "test"]).as_deref(), Some("dev"));
        assert_eq!(setting("torch.optim.Adam", &["sgd", "adam"]).as_deref(), Some("adam"));
        assert_eq!(setting("epochs", &["steps", "noise"]).as_deref(), Some("steps"));
    }

    #[test]
    fn metrics_by_other_words() {
        let known = ["train_loss", "dev_loss", "dev_accuracy", "train_accuracy", "loss"];
        assert_eq!(metric("val_loss", &known).as_deref(), Some("dev_loss"));
        assert_eq!(metric("validation_accuracy", &known).as_deref(), Some("dev_accuracy"));
        assert_eq!(metric("val_acc", &known).as_deref(), Some("dev_accuracy"));
        assert_eq!(metric("acc", &known).as_deref(), Some("train_accuracy"));
        assert_eq!(metric("dev_loss", &known), None);
        assert_eq!(metric("accuracy", &known), None, "which part is meant is not known");
    }
}
