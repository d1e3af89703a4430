use super::*;

fn spoken(tag: &str) -> Words {
    Words::new(tag, &BTreeMap::new())
}

#[test]
fn every_language_has_every_phrase_with_its_gaps() {
    let english: Vec<(String, Phrase)> =
        table(LANGUAGES[0].phrases).into_iter().map(|(name, text)| (name, Phrase::new(&text))).collect();
    for language in &LANGUAGES {
        let phrases = table(language.phrases);
        let names: Vec<&String> = phrases.iter().map(|(name, _)| name).collect();
        assert_eq!(names, english.iter().map(|(name, _)| name).collect::<Vec<_>>(), "{}", language.tag);
        for ((name, text), (_, english)) in phrases.iter().zip(&english) {
            let sorted = |phrase: &Phrase| {
                let mut gaps: Vec<String> = phrase.gaps().map(str::to_owned).collect();
                gaps.sort();
                gaps
            };
            assert_eq!(sorted(&Phrase::new(text)), sorted(english), "{}: {name}", language.tag);
        }
    }
}

#[test]
fn words_put_together_elsewhere_are_the_same() {
    for tag in ["fr", "de-CH", "zh", "pt"] {
        let words = Words::new(tag, &BTreeMap::from([("next".to_owned(), "…".to_owned())]));
        assert_eq!(Words::of_phrases(tag, words.all()), words, "{tag}");
    }
}

/// A phrase that stands behind one that swallows it would never be said.
#[test]
fn every_english_phrase_is_found_as_itself() {
    for (name, phrase) in english() {
        let text = phrase.fill(|gap| {
            Some(match gap {
                "part" => "dev".to_owned(),
                gap if gap == "n" || gap.starts_with("n_") => "7".to_owned(),
                _ => "abc".to_owned(),
            })
        });
        let (found, by) = english().iter().find(|(_, phrase)| phrase.read(&text).is_some()).unwrap();
        assert!(found == name || by.text() == phrase.text(), "`{name}` is taken for `{found}`: {text}");
    }
}

#[test]
fn sentences_are_said_with_what_stands_in_their_gaps() {
    let german = spoken("de-CH");
    for (english, expected) in [
        ("Training loss", "Trainingsverlust"),
        (
            "Lines: mean over 10 seeds. Bands: one standard deviation, within the range of the seeds.",
            "Linien: Mittelwert über 10 Seeds. Bänder: eine Standardabweichung, innerhalb der Spanne der Seeds.",
        ),
        (
            "Up: training loss, from 0.02 to 2.3, on a logarithmic scale.",
            "Senkrecht: Trainingsverlust, von 0,02 bis 2,3, logarithmisch.",
        ),
        (
            "my own: starts at 2.3, ends at 0.02 (epoch 30), lowest 0.018 (epoch 28).",
            "my own: beginnt bei 2,3, endet bei 0,02 (Epoche 30), am niedrigsten 0,018 (Epoche 28).",
        ),
        (
            "No longer finite: SGD in 3 of 10 seeds, the first at epoch 2; Adam at epoch 9.",
            "Nicht mehr endlich: SGD in 3 von 10 Seeds, der erste bei Epoche 2; Adam bei Epoche 9.",
        ),
        (
            "Never reached: full batch in 2 of 10, two in 1 of 10.",
            "Nie erreicht: voller Batch in 2 von 10, two in 1 von 10.",
        ),
        ("learning rate 0.1", "Lernrate 0,1"),
        ("cats and dogs", "cats and dogs"),
        ("1,797 rows, 64 features", "1.797 Zeilen, 64 Merkmale"),
    ] {
        assert_eq!(german.write(english), expected);
    }
    assert_eq!(spoken("fr").write("usual: dev"), "usual\u{a0}: dev");
    assert_eq!(spoken("zh").write("Regions of setosa, versicolor."), "setosa、versicolor 的区域。");
    assert_eq!(spoken("pt").write("Training loss 0.5"), "Training loss 0.5");
}

#[test]
fn a_course_has_words_of_its_own() {
    let own = BTreeMap::from([
        ("next".to_owned(), "Onward".to_owned()),
        ("step_n".to_owned(), "move {n}".to_owned()),
    ]);
    let words = Words::new("en", &own);
    assert_eq!((words.get("next"), words.write("step 3")), ("Onward", "move 3".to_owned()));
    assert_eq!(words.get("previous"), "Previous");
    assert_eq!(Words::fault("next", "On"), None);
    assert_eq!(Words::fault("step_n", "move {m}").as_deref(), Some("no gap but `{n}`"));
    assert_eq!(Words::fault("next", "{n} on").as_deref(), Some("a text without gaps such as `{n}`"));
}
