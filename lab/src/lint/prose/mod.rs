//! Lints of prose: numbers typed by hand beside the experiments that they tell of.

mod quantity;
mod results;
mod settings;
mod spelled;
mod tables;
mod tongues;
mod words;

use std::ops::Range;

use crate::experiment::Kind;
use crate::lint::{Lint, OTHER_SETTING, TYPED_RESULT};
use crate::outcome::Outcome;

use tongues::Tongue;
use words::Word;

/// An experiment as prose around it may speak of it.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub id: &'a str,
    pub kind: &'static Kind,
    pub outcome: &'a Outcome,
    /// Codes of the lints that it does not want to hear of.
    pub allowed: &'a [String],
    /// Features of its data and answers of its network, where it has any.
    pub ends: Option<[usize; 2]>,
}

impl Told<'_> {
    /// Returns whether it does not want to hear of a lint.
    fn allows(&self, lint: &Lint) -> bool {
        self.allowed.iter().any(|code| code == lint.code)
    }
}

/// Something odd at a place of a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub range: Range<usize>,
    pub message: String,
    pub label: String,
    pub hint: Option<String>,
}

/// Returns what is odd about the numbers of a passage: text in which everything that is no prose is blank, in a language such as
/// `de-CH`. `around` are the experiments of its section, `quoted` the expressions in it.
pub fn prose(
    passage: &str,
    language: &str,
    around: &[Told],
    quoted: &[&str],
) -> Vec<(&'static Lint, Remark)> {
    let mut found = Vec::new();
    let tongue = Tongue::of(language);
    for sentence in words::sentences(&tongue.in_english(passage)) {
        if is_supposed(&sentence, tongue) {
            continue;
        }
        let (phrases, remarks) = settings::read(&sentence, tongue, around, quoted);
        found.extend(remarks.into_iter().map(|remark| (&OTHER_SETTING, remark)));
        let loud: Vec<Told> = around.iter().filter(|told| !told.allows(&TYPED_RESULT)).copied().collect();
        let remarks = results::read(&sentence, tongue, &loud, &phrases);
        found.extend(remarks.into_iter().map(|remark| (&TYPED_RESULT, remark)));
    }
    found
}

/// Words of sentences that tell of no experiment: what might be, what is usual, what others do.
const SUPPOSING: &[&str] = &[
    "would",
    "could",
    "might",
    "suppose",
    "imagine",
    "try",
    "say",
    "usual",
    "usually",
    "typical",
    "typically",
    "often",
    "elsewhere",
    "paper",
    "papers",
    "advice",
    "if",
    "default",
    "defaults",
    "commonly",
    "exercise",
    "million",
    "e.g",
    "example:",
    "let",
    "were",
    "unless",
    "pytorch",
    "keras",
    "tensorflow",
    "instance",
];

/// How networks begin that others made.
const OF_OTHERS: &[&str] =
    &["alexnet", "vgg", "googlenet", "resnet", "regnet", "densenet", "lenet", "bert", "gpt", "imagenet"];

fn is_supposed(sentence: &[Word], tongue: &Tongue) -> bool {
    let supposes = |word: &str| {
        SUPPOSING.contains(&word)
            || tongue.supposing.contains(&word)
            || OF_OTHERS.iter().any(|name| word.starts_with(name))
    };
    sentence.last().is_some_and(|word| word.text == "?")
        || sentence.iter().any(|word| supposes(&word.text))
        || sentence.windows(2).any(|pair| {
            matches!((pair[0].text.as_str(), pair[1].text.as_str()), ("such", "as") | ("for", "example"))
        })
        || sentence.windows(3).any(|words| tells_year([&words[0], &words[1], &words[2]]))
}

/// `In 2017,`: what was found then.
fn tells_year([before, year, behind]: [&Word; 3]) -> bool {
    let is_year = year.number.is_some_and(|number| {
        number.value.fract() == 0.0 && (1950.0..2100.0).contains(&number.value) && year.text.len() == 4
    });
    is_year
        && ["in", "by", "since", "until"].contains(&before.text.as_str())
        && [",", "("].contains(&behind.text.as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::experiment::kind;
    use crate::outcome::{Conditions, Descent, Metric, RunRecord, Variant};

    /// Of 784 inputs, 100 hidden units and ten classes, trained at 0.1 for 30 epochs over two seeds.
    fn outcome() -> Outcome {
        let metrics =
            [("dev_accuracy", 0.9721), ("dev_error", 0.0279), ("dev_loss", 0.1234), ("train_loss", 0.0455)];
        let run = |seed: u64| RunRecord {
            seed,
            metrics: metrics.map(|(name, value)| (name.to_owned(), Metric::Number(value))).into(),
            series: [("dev_loss".to_owned(), vec![0.5; 31].into())].into(),
            ..RunRecord::default()
        };
        let settings = [
            ("training.learning_rate", json!(0.1)),
            ("training.epochs", json!(30)),
            ("training.batch_size", json!(64)),
            ("model.hidden", json!([100])),
            ("model.keep_prob", json!(0.8)),
            ("model.dropout", json!(0.2)),
            ("split.train", json!("60%")),
        ];
        let conditions = Conditions {
            settings: settings.map(|(path, value)| (path.to_owned(), value)).into(),
            parameters: Some(79_510),
            train_rows: Some(1078),
            descent: Some(Descent { stride: 17, learning_rates: vec![0.1; 31] }),
        };
        let variant = Variant {
            name: "adam".into(),
            conditions: Arc::new(conditions),
            runs: vec![run(0), run(1)],
            ..Variant::default()
        };
        Outcome { variants: vec![variant], ..Outcome::default() }
    }

    fn said(text: &str) -> Vec<String> {
        said_in("en", text)
    }

    fn said_in(language: &str, text: &str) -> Vec<String> {
        let outcome = outcome();
        let told = Told {
            id: "ways",
            kind: kind("optimizers").unwrap(),
            outcome: &outcome,
            allowed: &[],
            ends: Some([784, 10]),
        };
        let remarks = prose(text, language, &[told], &["ways.adam.dev_loss[20]"]).into_iter();
        remarks
            .map(|(lint, remark)| format!("{} {}: {}", lint.code, &text[remark.range.clone()], remark.label))
            .collect()
    }

    #[test]
    fn what_public_courses_got_wrong_is_found() {
        for (text, expected) in [
            ("With a learning rate of 0.01 it converges.", "G019 0.01: `ways` has 0.1"),
            ("The learning rate $\\alpha = 0.01$ is small.", "G019 0.01: `ways` has 0.1"),
            ("That makes 61,400 parameters for 784 times 100.", "G019 61,400: `ways` has 79,510"),
            ("The hidden layer has 512 units.", "G019 512: `ways` has 100"),
            ("Two layers of 512 hidden units.", "G019 512: `ways` has 100"),
            ("After 25 epochs it is done.", "G019 25: `ways` has 30"),
            ("It was trained for 50 epochs.", "G019 50: `ways` has 30"),
            ("about 4,000 parameters in all", "G019 4,000: `ways` has 79,510"),
            ("over 10 seeds", "G019 10: `ways` has 2"),
            ("in batches of 128", "G019 128: `ways` has 64"),
            ("an accuracy of 12.3%", "G018 12.3%: write `{{ ways.adam.dev_loss | percent(1) }}`"),
            ("a dev accuracy of 97.2%", "G018 97.2%: write `{{ ways.adam.dev_accuracy | percent(1) }}`"),
            ("an accuracy of 0.895", "G018 0.895: write `{{ ways.adam.dev_accuracy | round(3) }}`"),
            ("After twenty-five epochs it is done.", "G019 twenty-five: `ways` has 30"),
            ("A network of five layers.", "G019 five: `ways` has 1 hidden"),
            ("A five-layer network learns it.", "G019 five: `ways` has 1 hidden"),
            ("with two hundred units", "G019 two hundred: `ways` has 100"),
            ("a 512-unit layer", "G019 512: `ways` has 100"),
            ("an accuracy of $97.2\\%$", "G018 97.2\\%: write `{{ ways.adam.dev_accuracy | percent(1) }}`"),
            ("It ends at $J = 0.1234$.", "G018 0.1234: write `{{ ways.adam.dev_loss | round(4) }}`"),
            ("A learning rate of 1e-2 is enough.", "G019 1e-2: `ways` has 0.1"),
            ("a learning rate of **0.01**", "G019 0.01: `ways` has 0.1"),
            ("### With a *learning rate of 0.01*", "G019 0.01: `ways` has 0.1"),
            ("- Data: moons\n- Learning rate: 0.01\n- The rest: as it is", "G019 0.01: `ways` has 0.1"),
            ("Epochs: 25", "G019 25: `ways` has 30"),
            ("A net with 61.4k parameters", "G019 61.4k: `ways` has 79,510"),
            ("Parameters: 61400", "G019 61400: `ways` has 79,510"),
            ("512-unit hidden layers", "G019 512: `ways` has 100"),
            ("hidden units: 512", "G019 512: `ways` has 100"),
            ("Dropout with a rate of 0.5 follows.", "G019 0.5: `ways` has 0.2"),
            ("A hidden layer of 512 nodes.", "G019 512: `ways` has 100"),
            ("In 2000 tries a learning rate of 0.01 is enough.", "G019 0.01: `ways` has 0.1"),
            ("a dropout of 50 %", "G019 50 %: `ways` has 0.2"),
            (
                "| setting | value |\n|---|---|\n| batch size | 64 |\n| learning rate | 0.01 |",
                "G019 0.01: `ways` has 0.1",
            ),
            ("| run | epochs |\n|---|---:|\n| first | 30 |\n| second | 45 |", "G019 45: `ways` has 30"),
            (
                "| way | dev accuracy | weeks |\n|:--|--|--|\n| Adam | 96.1% | 12.3 |",
                "G018 96.1%: write `{{ ways.adam.dev_accuracy | percent(1) }}`",
            ),
            ("an accuracy of **12.34 %**", "G018 12.34 %: write `{{ ways.adam.dev_loss | percent(2) }}`"),
            ("Its accuracy, 12%, is poor.", "G018 12%: write `{{ ways.adam.dev_loss | percent(0) }}`"),
            ("With $\\alpha = 0.01$ it is slow.", "G019 0.01: `ways` has 0.1"),
            ("At $\\eta = 2$ a step of descent is too long.", "G019 2: `ways` has 0.1"),
            ("The learning rate $\\eta = 3$ diverges.", "G019 3: `ways` has 0.1"),
            ("In batches of 32 rows it is slow.", "G019 32: `ways` has 64"),
            ("`Adam(lr=0.01)` is it.", "G019 0.01: `ways` has 0.1"),
            ("A hidden layer of size 512.", "G019 512: `ways` has 100"),
            ("The width is 512 here.", "G019 512: `ways` has 100"),
            ("The number of parameters is 61,400.", "G019 61,400: `ways` has 79,510"),
            ("There are $61{,}400$ parameters.", "G019 61{,}400: `ways` has 79,510"),
            ("Mini-batches of size 32.", "G019 32: `ways` has 64"),
            ("> [!NOTE] A layer of 512 units\n> What is it for?", "G019 512: `ways` has 100"),
            ("ends at 0.1234", "G018 0.1234: write `{{ ways.adam.dev_loss | round(4) }}`"),
        ] {
            assert_eq!(said(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_languages_have_names_and_numbers_of_their_own() {
        for (language, text, expected) in [
            ("de", "Mit einer Lernrate von 0,01 fällt der Verlust.", "G019 0,01: `ways` has 0.1"),
            ("de", "Das Netz hat 61.400 Parameter.", "G019 61.400: `ways` has 79,510"),
            ("de", "Nach 25 Epochen ist es fertig.", "G019 25: `ways` has 30"),
            ("de", "| Einstellung | Wert |\n|---|---|\n| Lernrate | 0,01 |", "G019 0,01: `ways` has 0.1"),
            ("de", "In Batches von 32 Zeilen.", "G019 32: `ways` has 64"),
            ("de", "Eine Schicht mit 512 versteckten Neuronen.", "G019 512: `ways` has 100"),
            (
                "de",
                "eine Genauigkeit von 97,2 %",
                "G018 97,2 %: write `{{ ways.adam.dev_accuracy | percent(1) }}`",
            ),
            ("de", "eine Learning Rate von 0,01", "G019 0,01: `ways` has 0.1"),
            ("fr", "Un taux d'apprentissage de 0,01 suffit.", "G019 0,01: `ways` has 0.1"),
            ("es", "Una tasa de aprendizaje de 0,01 basta.", "G019 0,01: `ways` has 0.1"),
        ] {
            assert_eq!(said_in(language, text), [expected], "{text}");
        }
        for (language, text) in [
            ("de", "Eine Lernrate von 0,1, 30 Epochen und 79.510 Parameter, also rund 80.000 Gewichte."),
            ("de", "Eine Lernrate von 0,5 würde divergieren. Sind es 10 Zeilen, 1,5 Meter?"),
            ("fr", "Un taux d'apprentissage de 0,1 et 100 neurones."),
        ] {
            assert_eq!(said_in(language, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_right_or_only_supposed_is_left_in_peace() {
        for text in [
            "With a learning rate of 0.1, 30 epochs, batches of 64 and 100 units: 79,510 parameters, about 80,000 parameters.",
            "The 784 × 100 weights, 78,400 weights, and ten more; 2 seeds, 1,078 training examples.",
            "A learning rate of 0.5 would diverge. What about a learning rate of 3?",
            "After 20 epochs it stands at that.",
            "In epoch 25 nothing happens, nor within the first 10 epochs.",
            "It is more than 20 epochs away, and 60% are for training.",
            "Dropout of 0.2 keeps 80%; a keep probability of 1 drops nothing.",
            "In 2015 (section 3.2) they took 0.9 and 0.999 with $\\ln 10 = 2.303$.",
            "Such as a learning rate of 0.7, usually.",
            "It grows without bound towards $\\alpha = 2$, and beyond.",
            "The learning rate $\\alpha = 1 - 10^{-r}$ with r.",
            "The learning rate $$\\alpha = 1 - 10^{-r}, \\qquad r$$",
            "A thousand units and one hidden layer, a cake of five layers, within ten epochs, over two seeds.",
            "Two units that start alike; `x` after twenty epochs.",
            "The learning rate is two orders of magnitude too small; the first two hidden layers.",
            "A learning rate ten times as high, half the epochs, twice the units, a tenth of the parameters.",
            "Adam is better than plain descent, and its loss half as large.",
            "| setting | value |\n|---|---|\n| learning rate | 0.1 |\n| epochs | 30 |\n| hidden units | 100 |",
            "| kept of 784 inputs and 100 units | kept of all |\n|---|---|\n| 1, 0.5 | 0.6 |",
            "| seed | 1 | 2 |\n|---|---|---|\n| width | 512 | 1024 |",
            "The point $3$ units to the right and $2$ units up, on $n=4$ nodes that share the work.",
            "A learning rate of $10\\eta$; we get three training samples.",
            "A picture with a height and width of 28, a kernel with a height of 1 and a width of 2.",
            "By 2017, an accuracy of 97.2% was reached. AlexNet is a network of eight layers.",
            "2 * 0.01 and x_1, w*0.01; 5 % of the rows.",
            "The rungs of successive halving with $\\eta=2$ for four trials; and $\\eta=2$, we cannot promote any.",
            "We use $r_{\\mathrm{min}} = 2$, $\\eta = 2$, $r_{max} = 10$, so that rung levels are powers of 2.",
            "A popular choice is *polynomial decay* with $\\alpha = 0.5$, at a significance level $\\alpha = 0.05$.",
            "In the case of $\\alpha=10$, $99\\%$ of all samples fall within $10$ standard deviations.",
            "It converges until $\\eta \\lambda = 1$ and \"minibatches\" of 64 columns at a time.",
            "For instance, they demonstrated the possibility of training 10,000-layer neural networks.",
            "The first 32 training images of the set are shown.",
            "By hand $0.9^{1.2} = 0.1234$, and $\\frac{1}{8} = 0.1234$.",
        ] {
            assert_eq!(said(text), [""; 0], "{text}");
        }
    }
}
