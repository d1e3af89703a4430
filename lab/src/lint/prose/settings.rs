//! A setting's name beside a number that no experiment around it has.

use super::quantity::{BEFORE, BEHIND, Quantity};
use super::tongues::Tongue;
use super::words::{Number, Word};
use super::{Remark, Told};
use crate::lint::OTHER_SETTING;

/// Words between the name of a setting and its number.
const FILLERS: &[&str] = &[
    "of", "is", "was", "=", ":", "to", "at", "from", "only", "just", "equal", "equals", "set", "fixed", "(",
    "as", "low", "high", "alpha", "α", "1", "2", "with", "a", "the", "stays", "kept", "here",
];

/// Words that make a number a rough one.
const ROUGHLY: &[&str] =
    &["about", "around", "roughly", "nearly", "almost", "some", "approximately", "≈", "~", "circa"];

/// Words that state no value: more than a thousand.
const BOUNDS: &[&str] = &[
    "than", "over", "under", "least", "most", "above", "below", "every", "another", "more", "up", "towards",
    "beyond",
];

/// Stand between the numbers of a list.
const BETWEEN: &[&str] = &[",", "and", "or", "to", "–", "/", "by"];

/// Say whose layers a number counts.
const NETWORKS: &[&str] = &["network", "networks", "net", "nets", "perceptron", "mlp"];

/// Make of a number a part: the first two hidden layers.
const PARTS: &[&str] = &["first", "last", "next", "other", "further", "these", "those"];

/// Say where units lead that are lengths: `3 units to the right`.
const DIRECTIONS: &[&str] =
    &["right", "left", "up", "down", "above", "below", "away", "apart", "along", "long"];

/// Say that nodes are those of a network, not machines.
const OF_NETWORKS: &[&str] = &["hidden", "layer", "layers"];

/// Letters of formulas that are called after themselves, beside those of one sign.
const LETTERS: &[&str] =
    &["alpha", "beta", "gamma", "delta", "epsilon", "eta", "lambda", "mu", "sigma", "tau", "theta"];

/// Say that the letter of a rate stands for something else: a share of trials that are halved, a level of significance, a power.
const OTHER_MEANINGS: &[&str] = &[
    "polynomial",
    "power",
    "exponent",
    "halving",
    "rung",
    "rungs",
    "significance",
    "confidence",
    "hypothesis",
    "quantile",
    "percentile",
    "deviations",
    "interval",
    "intervals",
    "mixup",
    "opacity",
    "transparency",
];

/// Say that the letter of a rate stands for one, of which whole numbers are rare.
const RATED: &[&str] = &["rate", "rates", "step", "steps", "descent"];

/// What batches may be of that is not a row of the data.
const NO_ROWS: &[&str] = &[
    "columns",
    "features",
    "channels",
    "pixels",
    "bytes",
    "values",
    "numbers",
    "weights",
    "parameters",
    "matrices",
    "vectors",
    "products",
    "files",
    "requests",
    "runs",
    "trials",
    "experiments",
];

/// Commands behind a number in a formula that are no factor of it.
const NO_FACTORS: &[&str] = &["text", "mathrm", "quad", "qquad", "dots", "ldots"];

/// Units and rows that text counts in words are some of a layer or a set: `two units that start alike`.
const FEW: f64 = 10.0;

/// How far a rough number may lie from what it tells of, as a share of it.
const ROUGH: f64 = 0.05;

/// Numbers beside the name of a setting.
struct Phrase {
    quantity: Quantity,
    /// Places among the words.
    numbers: Vec<usize>,
}

/// Returns the words of a sentence that are numbers beside the name of a setting, and what is odd about them.
pub(super) fn read(
    sentence: &[Word],
    tongue: &Tongue,
    around: &[Told],
    quoted: &[&str],
) -> (Vec<usize>, Vec<Remark>) {
    let mut phrases = before(sentence, tongue);
    let taken: Vec<usize> = phrases.iter().flat_map(|phrase| phrase.numbers.clone()).collect();
    phrases.extend(
        behind(sentence, tongue)
            .into_iter()
            .filter(|phrase| phrase.numbers.iter().all(|number| !taken.contains(number))),
    );
    let mut remarks = Vec::new();
    for phrase in &phrases {
        remarks.extend(
            phrase
                .numbers
                .iter()
                .filter_map(|place| odd(sentence, *place, phrase.quantity, tongue, around, quoted)),
        );
    }
    (phrases.into_iter().flat_map(|phrase| phrase.numbers).collect(), remarks)
}

/// Numbers behind a name: `learning rates of 0.1 and 0.01`.
fn before(sentence: &[Word], tongue: &Tongue) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    // What has a height too is a picture.
    let is_picture = sentence.iter().any(|word| matches!(word.text.as_str(), "height" | "pixels"));
    for start in 0..sentence.len() {
        for (names, quantity) in BEFORE.iter().chain(tongue.before) {
            let named = names
                .iter()
                .enumerate()
                .all(|(offset, name)| sentence.get(start + offset).is_some_and(|word| word.text == *name));
            if !named || is_picture && names.contains(&"width") || is_factor_of(sentence, start) {
                continue;
            }
            let filler = |word: &Word| {
                let text = word.text.as_str();
                let fills =
                    [FILLERS, ROUGHLY, tongue.fillers, tongue.roughly].iter().any(|all| all.contains(&text));
                word.number.is_none() && fills
            };
            let from = start + names.len();
            let skipped = sentence[from..].iter().take(4).take_while(|word| filler(word)).count();
            let numbers = list(sentence, from + skipped, tongue);
            // `learning rate 2 shows` would be a name.
            let is_stated = skipped > 0 || names.last().is_some_and(|name| matches!(*name, "of" | ":" | "="));
            // `100 units: 79,510 parameters`.
            let is_of_next = names.last() == Some(&":")
                && numbers.first().is_some_and(|number| behind_at(sentence, *number, tongue).is_some());
            // `learning rate α = 0.1` names it twice, one right after the other.
            let means_other = *quantity == Quantity::Rate
                && names.last() == Some(&"=")
                && numbers.iter().any(|number| is_of_other(sentence, *number));
            let is_taken = phrases
                .iter()
                .rev()
                .take(4)
                .any(|phrase: &Phrase| phrase.numbers.iter().any(|one| numbers.contains(one)));
            if !numbers.is_empty()
                && !is_taken
                && !is_of_next
                && !means_other
                && (is_stated || names.len() > 1)
            {
                phrases.push(Phrase { quantity: *quantity, numbers });
            }
            break;
        }
    }
    phrases
}

/// Whether what begins at a place is a factor in a formula: `\eta \lambda = 1` tells of neither.
fn is_factor_of(sentence: &[Word], start: usize) -> bool {
    let before = start.checked_sub(1).map(|before| &sentence[before]);
    before.is_some_and(|before| {
        let is_letter = before.text.chars().all(char::is_alphabetic)
            && (before.text.chars().count() == 1 || LETTERS.contains(&before.text.as_str()));
        before.in_formula && sentence[start].in_formula && is_letter
    })
}

/// Whether the letter of a rate stands for something else beside this number.
fn is_of_other(sentence: &[Word], place: usize) -> bool {
    let speaks = |words: &[&str]| sentence.iter().any(|word| words.contains(&word.text.as_str()));
    let is_whole =
        sentence[place].number.is_some_and(|number| number.value >= 2.0 && number.value.fract() == 0.0);
    speaks(OTHER_MEANINGS) || is_whole && !speaks(RATED)
}

/// The numbers that begin at a place, and go on behind commas and `and`.
fn list(sentence: &[Word], from: usize, tongue: &Tongue) -> Vec<usize> {
    let mut numbers = Vec::new();
    let mut at = from;
    while sentence.get(at).is_some_and(|word| word.number.is_some()) {
        numbers.push(at);
        at += 1;
        while sentence.get(at).is_some_and(|word| is_between(&word.text, tongue)) {
            at += 1;
        }
    }
    // The last one may belong to what follows: `of 0.1, 20 epochs`.
    let belongs =
        numbers.last().is_some_and(|last| numbers.len() > 1 && behind_at(sentence, *last, tongue).is_some());
    if belongs {
        numbers.pop();
    }
    numbers
}

fn is_between(word: &str, tongue: &Tongue) -> bool {
    BETWEEN.contains(&word) || tongue.between.contains(&word)
}

/// Numbers before a name: `64, 32 and 16 hidden units`.
fn behind(sentence: &[Word], tongue: &Tongue) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for (place, _) in sentence.iter().enumerate().filter(|(_, word)| word.number.is_some()) {
        let Some(quantity) = behind_at(sentence, place, tongue) else { continue };
        let mut numbers = vec![place];
        if quantity == Quantity::Units {
            let mut at = place;
            while at >= 2 && is_between(&sentence[at - 1].text, tongue) && sentence[at - 2].number.is_some() {
                at -= 2;
                numbers.push(at);
            }
        }
        phrases.push(Phrase { quantity, numbers });
    }
    phrases
}

/// What the number at a place is a number of.
fn behind_at(sentence: &[Word], place: usize, tongue: &Tongue) -> Option<Quantity> {
    let text = |at: usize| sentence.get(at).map_or("", |word| word.text.as_str());
    BEHIND.iter().chain(tongue.behind).find_map(|(names, between, quantity)| {
        let mut at = place + 1;
        let mut said = false;
        while between.contains(&text(at)) {
            at += 1;
            said = true;
        }
        // Rows may be any, layers those of a cake.
        let needs = match quantity {
            Quantity::TrainRows => true,
            Quantity::Layers => {
                let is_network = |word: &str| NETWORKS.contains(&word) || tongue.networks.contains(&word);
                !sentence.iter().any(|word| is_network(&word.text))
            }
            Quantity::Units if text(at) == "nodes" => {
                !sentence.iter().any(|word| OF_NETWORKS.contains(&word.text.as_str()))
            }
            Quantity::Units => {
                let behind = if text(at + 1) == "to" && text(at + 2) == "the" { at + 3 } else { at + 1 };
                DIRECTIONS.contains(&text(behind))
            }
            _ => false,
        };
        (names.contains(&text(at)) && (said || !needs)).then_some(*quantity)
    })
}

/// What is odd about a number of something, if no experiment around has it.
fn odd(
    sentence: &[Word],
    place: usize,
    quantity: Quantity,
    tongue: &Tongue,
    around: &[Told],
    quoted: &[&str],
) -> Option<Remark> {
    let word = &sentence[place];
    let number = word.number?;
    let earlier = || sentence[..place].iter().rev().take(2).map(|word| word.text.as_str());
    // `784 × 100 weights` is a product, of which this is a factor.
    let is_factor = earlier().next().is_some_and(|word| ["×", "*", "x", "times", "by"].contains(&word));
    // The first term of a formula is no value: `\beta = 1 - 10^{-r}`.
    let later = sentence.get(place + 1).map_or("", |word| word.text.as_str());
    let is_compound = later == "-" && sentence.get(place + 2).is_some_and(|word| word.number.is_none());
    // So is one with a letter behind it: `10\eta`.
    let is_factor = is_factor
        || sentence.get(place + 1).is_some_and(|next| {
            let adjoins = word.in_formula && next.in_formula && next.range.start <= word.range.end + 1;
            let is_letter = next.text.chars().all(char::is_alphabetic);
            adjoins && is_letter && !NO_FACTORS.contains(&next.text.as_str())
        });
    let is_term = !is_compound && ["-", "−", "–", "+", "/", "^", "·", "\\cdot"].contains(&later);
    let bounds = |word: &str| BOUNDS.contains(&word) || tongue.bounds.contains(&word);
    // `towards $\\alpha = 2$`.
    let is_bound = |word: &str| bounds(word) && !(quantity == Quantity::Seeds && word == "over");
    let is_part = matches!(quantity, Quantity::Layers | Quantity::TrainRows)
        && earlier().any(|word| PARTS.contains(&word));
    // A rate is no share, `batches of 64 columns` are none of the data.
    let is_of_other = quantity == Quantity::Rate && number.percent
        || quantity == Quantity::Batch && NO_ROWS.contains(&later);
    // In words only what is counted is told: a rate may be two orders too small.
    let is_few = matches!(quantity, Quantity::Units | Quantity::TrainRows) && number.value <= FEW;
    let is_other = number.spelled && (!quantity.is_counted() || is_few);
    if is_factor
        || is_term
        || is_part
        || is_other
        || is_of_other
        || sentence[..place].iter().rev().take(3).any(|word| is_bound(&word.text))
        || quantity.is_beside_the_point(number.value)
    {
        return None;
    }
    let known: Vec<(f64, Option<String>, &str)> = around
        .iter()
        .flat_map(|told| quantity.values(told).into_iter().map(|(value, quote)| (value, quote, told.id)))
        .collect();
    let is_rough = |word: &str| ROUGHLY.contains(&word) || tongue.roughly.contains(&word);
    if known.is_empty() || known.iter().any(|(value, ..)| reads(&number, *value, earlier().any(is_rough))) {
        return None;
    }
    // What an experiment has that wants to hear nothing is known all the same.
    let is_loud = |id: &str| around.iter().any(|told| told.id == id && !told.allows(&OTHER_SETTING));
    let most = known.iter().map(|(value, ..)| *value).fold(f64::NEG_INFINITY, f64::max);
    if quantity.counts_up() && number.value <= most && !is_end(sentence, place, quantity, tongue, quoted) {
        return None;
    }
    // A search tries all between the ends of its range.
    let least = known.iter().map(|(value, ..)| *value).fold(f64::INFINITY, f64::min);
    let searches = around.iter().any(|told| told.kind.name == "search");
    if searches && (least..=most).contains(&number.value) {
        return None;
    }
    let distance = |value: f64| (value - number.value).abs();
    let mut loud = known.iter().filter(|(.., id)| is_loud(id));
    let nearest = loud.clone().min_by(|a, b| {
        let quoted = |quote: &Option<String>| quote.is_none();
        quoted(&a.1).cmp(&quoted(&b.1)).then(distance(a.0).total_cmp(&distance(b.0)))
    });
    // Layers with the output, and with the input, are only other ways to count.
    let (value, quote, id) = if quantity == Quantity::Layers { loud.next() } else { nearest }?;
    let typed = word.text.as_str();
    let shown = crate::inline::format_number(*value);
    Some(Remark {
        range: word.range.clone(),
        message: format!("no experiment of this section has {}", quantity.says(typed)),
        label: format!("`{id}` has {shown}{}", if quantity == Quantity::Layers { " hidden" } else { "" }),
        hint: quote
            .as_ref()
            .map(|quote| format!("write `{{{{ {quote} }}}}`, which is always what took effect")),
    })
}

/// Whether a number below the last one speaks of the end all the same: `trained for 25 epochs`, `after 25 epochs` with no value
/// of that epoch beside it.
fn is_end(sentence: &[Word], place: usize, quantity: Quantity, tongue: &Tongue, quoted: &[&str]) -> bool {
    if quantity != Quantity::Epochs {
        return false;
    }
    let before = place.checked_sub(1).map_or("", |before| sentence[before].text.as_str());
    let trains = sentence.iter().any(|word| word.text.starts_with("train"));
    let index = format!("[{}]", sentence[place].number.map_or(0.0, |number| number.value));
    match before {
        ":" | "=" => true,
        "for" => trains,
        word if tongue.lasting.contains(&word) => trains,
        word if word == "after" || tongue.after.contains(&word) => {
            !quoted.iter().any(|expression| expression.contains(&index))
        }
        _ => false,
    }
}

/// Whether a value reads like a number that was typed.
fn reads(number: &Number, value: f64, roughly: bool) -> bool {
    let share = number.percent || value == 0.0;
    number.reads(value) && (number.unit < 1.0 || share || value.fract() == 0.0)
        || number.value == value
        || roughly && (value - number.value).abs() <= ROUGH * value.abs()
}
