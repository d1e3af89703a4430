//! What prose in other languages than English calls things. English terms are read in every language.

use std::borrow::Cow;

use super::quantity::Quantity;
use super::quantity::Quantity::{
    Batch, Epochs, Layers, Parameters, Patience, Penalty, Rate, Seeds, Steps, TrainRows, Units,
};

/// The words of a language, beside the English ones.
pub(super) struct Tongue {
    /// Whether a comma is its decimal sign, and a point parts thousands.
    decimal_comma: bool,
    /// Names that stand before a number, and behind one with what may come between.
    pub before: &'static [(&'static [&'static str], Quantity)],
    pub behind: &'static [(&'static [&'static str], &'static [&'static str], Quantity)],
    /// Words between a name and its number.
    pub fillers: &'static [&'static str],
    pub roughly: &'static [&'static str],
    pub bounds: &'static [&'static str],
    /// Between the numbers of a list.
    pub between: &'static [&'static str],
    pub networks: &'static [&'static str],
    /// `after` and `for`, of epochs.
    pub after: &'static [&'static str],
    pub lasting: &'static [&'static str],
    /// What a reader takes a number for.
    pub measures: &'static [(&'static [&'static str], &'static str)],
    /// Words of sentences that tell of no experiment.
    pub supposing: &'static [&'static str],
}

const ENGLISH: Tongue = Tongue {
    decimal_comma: false,
    before: &[],
    behind: &[],
    fillers: &[],
    roughly: &[],
    bounds: &[],
    between: &[],
    networks: &[],
    after: &[],
    lasting: &[],
    measures: &[],
    supposing: &[],
};

const GERMAN: Tongue = Tongue {
    decimal_comma: true,
    before: &[
        (&["lernrate"], Rate),
        (&["lernraten"], Rate),
        (&["schrittweite"], Rate),
        (&["epochen", ":"], Epochs),
        (&["batchgröße"], Batch),
        (&["batches", "von"], Batch),
        (&["stapel", "von"], Batch),
        (&["stapelgröße"], Batch),
        (&["geduld"], Patience),
        (&["strafe"], Penalty),
        (&["parameter", ":"], Parameters),
        (&["parameterzahl"], Parameters),
        (&["neuronen", ":"], Units),
    ],
    behind: &[
        (&["epoche", "epochen"], &["ganzen", "vollen"], Epochs),
        (&["neuronen", "einheiten", "knoten"], HIDDEN_DE, Units),
        (&["schichten", "schicht"], HIDDEN_DE, Layers),
        (
            &["parameter", "parametern", "gewichte", "gewichten"],
            &["lernbare", "lernbaren", "freie"],
            Parameters,
        ),
        (&["startwerte", "startwerten"], &[], Seeds),
        (
            &["trainingszeilen", "trainingsbeispiele", "trainingsbeispielen", "trainingsbilder"],
            &[],
            TrainRows,
        ),
        (&["trainingsschritte", "trainingsschritten"], &[], Steps),
    ],
    fillers: &[
        "von", "ist", "war", "beträgt", "betrug", "bei", "auf", "mit", "einer", "eine", "der", "die", "hier",
        "nur",
    ],
    roughly: &["etwa", "rund", "ungefähr", "knapp", "fast", "zirka"],
    bounds: &["als", "mehr", "mindestens", "höchstens", "jede", "jeder", "bis"],
    between: &["und", "oder", "bis"],
    networks: &["netz", "netze", "netzes", "netzwerk", "netzwerke"],
    after: &["nach"],
    lasting: &["für", "über"],
    measures: &[
        (&["genauigkeit", "trefferquote"], "accuracy"),
        (&["fehler", "fehlern", "fehlerrate", "fehlerquote"], "error"),
        (&["verlust", "verluste", "trainingsverlust", "kosten"], "loss"),
        (&["norm"], "norm"),
    ],
    supposing: &[
        "würde",
        "würden",
        "könnte",
        "könnten",
        "wenn",
        "falls",
        "wäre",
        "wären",
        "üblich",
        "üblicherweise",
        "meist",
        "oft",
        "beispiel",
        "beispielsweise",
        "angenommen",
        "aufgabe",
    ],
};

const HIDDEN_DE: &[&str] = &["versteckte", "versteckten", "verborgene", "verborgenen", "-"];

const FRENCH: Tongue = Tongue {
    decimal_comma: true,
    before: &[
        (&["taux", "d'apprentissage"], Rate),
        (&["taux", "d", "’", "apprentissage"], Rate),
        (&["pas", "de"], Rate),
        (&["époques", ":"], Epochs),
        (&["lots", "de"], Batch),
        (&["patience"], Patience),
        (&["paramètres", ":"], Parameters),
    ],
    behind: &[
        (&["époque", "époques"], &[], Epochs),
        (&["neurones", "unités"], &[], Units),
        (&["couches", "couche"], &[], Layers),
        (&["paramètres", "poids"], &[], Parameters),
        (&["graines"], &[], Seeds),
    ],
    fillers: &["de", "est", "était", "vaut", "à", "avec", "un", "une", "le", "la", "ici"],
    roughly: &["environ", "presque"],
    bounds: &["plus", "moins", "chaque"],
    between: &["et", "ou", "à"],
    networks: &["réseau", "réseaux"],
    after: &["après"],
    lasting: &["pendant"],
    measures: &[
        (&["exactitude", "l'exactitude"], "accuracy"),
        (&["erreur", "erreurs", "l'erreur"], "error"),
        (&["perte", "pertes", "coût"], "loss"),
    ],
    supposing: &["si", "serait", "pourrait", "souvent", "habituellement", "exemple", "exercice", "supposons"],
};

const SPANISH: Tongue = Tongue {
    decimal_comma: true,
    before: &[
        (&["tasa", "de", "aprendizaje"], Rate),
        (&["épocas", ":"], Epochs),
        (&["lotes", "de"], Batch),
        (&["paciencia"], Patience),
        (&["parámetros", ":"], Parameters),
    ],
    behind: &[
        (&["época", "épocas"], &[], Epochs),
        (&["neuronas", "unidades"], &["ocultas"], Units),
        (&["capas", "capa"], &["ocultas"], Layers),
        (&["parámetros", "pesos"], &[], Parameters),
        (&["semillas"], &[], Seeds),
    ],
    fillers: &["de", "es", "era", "vale", "a", "con", "una", "un", "la", "el", "aquí"],
    roughly: &["unos", "unas", "casi", "aproximadamente"],
    bounds: &["más", "menos", "cada"],
    between: &["y", "o", "a"],
    networks: &["red", "redes"],
    after: &["tras", "después"],
    lasting: &["durante"],
    measures: &[
        (&["exactitud"], "accuracy"),
        (&["error", "errores"], "error"),
        (&["pérdida", "pérdidas", "coste"], "loss"),
    ],
    supposing: &["si", "sería", "podría", "ejemplo", "ejercicio", "suele", "supongamos"],
};

impl Tongue {
    /// Returns the words of a page's language, such as `de-CH`.
    pub(super) fn of(language: &str) -> &'static Tongue {
        match language.split('-').next().unwrap_or_default() {
            "de" => &GERMAN,
            "fr" => &FRENCH,
            "es" => &SPANISH,
            _ => &ENGLISH,
        }
    }

    /// Returns a passage with its numbers written as in English, every byte where it was.
    pub(super) fn in_english<'p>(&self, passage: &'p str) -> Cow<'p, str> {
        if !self.decimal_comma {
            return Cow::Borrowed(passage);
        }
        let bytes = passage.as_bytes();
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let sign = |(at, letter): (usize, char)| match letter {
            ',' | '.' if digit(at.checked_sub(1)) && digit(Some(at + 1)) => {
                // A point is a decimal sign where what follows is no thousand: some write so, and so do settings.
                let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let other = if letter == ',' { '.' } else { ',' };
                if letter == ',' || digits == 3 && !digit_is_zero(bytes, at) { other } else { letter }
            }
            _ => letter,
        };
        Cow::Owned(passage.char_indices().map(sign).collect())
    }
}

/// Whether what stands before a sign is 0 alone: `0.125` has no thousands.
fn digit_is_zero(bytes: &[u8], sign: usize) -> bool {
    bytes[sign - 1] == b'0' && !sign.checked_sub(2).is_some_and(|before| bytes[before].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_other_languages_are_read_as_theirs() {
        let german = |text| Tongue::of("de-AT").in_english(text).into_owned();
        assert_eq!(
            german("61.400 Parameter, 0,01 und 97,2 %, 0.125; 1.5"),
            "61,400 Parameter, 0.01 und 97.2 %, 0.125; 1.5"
        );
        assert_eq!(german("größer: 1, 2"), "größer: 1, 2");
        assert_eq!(Tongue::of("en").in_english("0,01"), "0,01");
    }
}
