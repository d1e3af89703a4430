//! Pictures of the data: as they are, as augmentation changes them, and those that the network takes for others.

use crate::chart::{Axis, Figure, Panel, Picture, Pictures};
use crate::data::{Facts, PartName};
use crate::experiment::{Cost, Drawn, curves};
use crate::measure::Answers;
use crate::outcome::{Grid, Outcome, RunRecord, Table, Variant};
use crate::train::Subject;

/// Copies of a picture that augmentation has changed, beside it.
const COPIES: usize = 5;

/// Returns what keeping and drawing so many pictures of each sort costs; `moved`: with copies that augmentation has changed.
pub(super) fn cost(pictures: usize, moved: bool, facts: &Facts) -> Cost {
    let Some((height, width)) = facts.image.filter(|_| pictures > 0) else { return Cost::default() };
    let pixels = (3 * pictures * height * width) as f64;
    let texts = Cost::of_marks(3.0, 0.5 * 3.0 * pictures as f64);
    let sorts = if moved { 2.0 } else { 1.0 };
    let drawn = Cost::of_drawn(Drawn {
        bytes: 220.0 * sorts * pixels,
        written: 30.0 * sorts * pixels,
        ..Drawn::default()
    });
    Cost { seconds: 2.5e-6 * pixels, kept: 60.0 * pixels, bytes: 16.0 * pixels, ..Cost::default() }
        + texts
        + drawn
}

/// Keeps pictures of the training part, as many of one class as of another, and a few as augmentation changes them.
pub(super) fn keep(count: usize, subject: &dyn Subject, record: &mut RunRecord) {
    let Some((height, width)) = subject.image().filter(|_| count > 0) else { return };
    let classes = subject.classes(PartName::Train);
    let chosen = match classes {
        [] => (0..subject.rows(PartName::Train).min(count)).collect(),
        classes => of_each_class(classes, count),
    };
    let pictures = subject.pictures(PartName::Train, &chosen);
    for (index, pixels) in pictures.into_iter().enumerate() {
        record.grids.insert(format!("pictures/{index:03}"), grid(height, width, pixels));
    }
    let class = chosen.iter().filter_map(|&row| classes.get(row).copied()).map(f64::from).collect();
    record.tables.insert("pictures".into(), Table { columns: [("class".to_owned(), class)].into() });
    let few = &chosen[..chosen.len().min(count.div_ceil(COPIES + 1))];
    for (index, pixels) in subject.augmented(few, COPIES).into_iter().enumerate() {
        record.grids.insert(format!("augmented/{index:03}"), grid(height, width, pixels));
    }
}

/// Rows by turns of each class, so many.
fn of_each_class(classes: &[u32], count: usize) -> Vec<usize> {
    let mut turns: Vec<(usize, u32, usize)> = Vec::new();
    let mut seen: Vec<usize> = vec![0; classes.iter().max().map_or(0, |&most| most as usize + 1)];
    for (row, &class) in classes.iter().enumerate() {
        let turn = &mut seen[class as usize];
        turns.push((*turn, class, row));
        *turn += 1;
    }
    turns.sort_unstable();
    turns.into_iter().take(count).map(|(_, _, row)| row).collect()
}

/// Keeps the pictures of a part that were given another class, the surest first, with both classes.
pub(super) fn keep_mistakes(
    count: usize,
    part: PartName,
    answers: &Answers,
    subject: &dyn Subject,
    record: &mut RunRecord,
) {
    let Some((height, width)) = subject.image().filter(|_| count > 0) else { return };
    let wrong = |(row, (given, confidence)): (usize, (u32, f64))| {
        (given != answers.right[row]).then_some((row, given, confidence))
    };
    let mut wrong: Vec<(usize, u32, f64)> = answers.given().enumerate().filter_map(wrong).collect();
    // The sort is stable: of two as sure as each other, the first row comes first.
    wrong.sort_by(|a, b| b.2.total_cmp(&a.2));
    let mistakes = wrong.len() as f64;
    wrong.truncate(count);
    let rows: Vec<usize> = wrong.iter().map(|(row, ..)| *row).collect();
    for (index, pixels) in subject.pictures(part, &rows).into_iter().enumerate() {
        record.grids.insert(format!("mistakes/{index:03}"), grid(height, width, pixels));
    }
    let columns = [
        ("right", rows.iter().map(|&row| f64::from(answers.right[row])).collect()),
        ("given", wrong.iter().map(|(_, given, _)| f64::from(*given)).collect()),
        ("confidence", wrong.iter().map(|(.., confidence)| *confidence).collect()),
        ("of", rows.iter().map(|_| mistakes).collect()),
    ];
    let columns = columns.map(|(name, column)| (name.to_owned(), column)).into();
    record.tables.insert("mistakes".into(), Table { columns });
}

fn grid(height: usize, width: usize, pixels: Vec<f64>) -> Grid {
    Grid { width, height, x: (0.0, width as f64), y: (0.0, height as f64), values: pixels.into() }
}

/// Draws the pictures as they are; the same for every variant of the same data, so of the first.
pub(super) fn pictures(outcome: &Outcome) -> Option<Figure> {
    let run = outcome.variants.first()?.runs.first()?;
    let table = run.tables.get("pictures")?;
    let [classes] = table.columns(["class"])?;
    let caption =
        |index: usize| classes.get(index).map(|&class| class_name(outcome, run, class)).into_iter().collect();
    let panel = panel(run, "pictures", caption, 10)?;
    let lead = "Pictures of the training part as they are, with the class of each.";
    Some(Figure::new("pictures", "What there is to learn", lead).panel(panel).notes(outcome.first_seed()))
}

/// Draws pictures beside copies of them that augmentation has changed: a panel for each variant that augments.
pub(super) fn augmented(outcome: &Outcome) -> Option<Figure> {
    let caption = |index: usize| match index % (COPIES + 1) {
        0 => vec!["as it is".to_owned()],
        copy => vec![format!("copy {copy}")],
    };
    let panels = titled(outcome, |variant| panel(variant.runs.first()?, "augmented", caption, COPIES + 1));
    if panels.is_empty() {
        return None;
    }
    let lead = "Pictures as they are, each with copies that augmentation has changed.";
    let figure = Figure::new("augmented", "The same, seen otherwise", lead).panels(panels);
    Some(figure.notes(outcome.first_seed()))
}

/// Draws the surest mistakes, a panel for each variant.
pub(super) fn mistakes(outcome: &Outcome) -> Option<Figure> {
    let of_variant = |variant: &Variant| {
        let run = variant.runs.first()?;
        let [right, given, confidence] =
            run.tables.get("mistakes")?.columns(["right", "given", "confidence"])?;
        let name = |class: f64| class_name(outcome, run, class);
        let caption = |index: usize| match (right.get(index), given.get(index), confidence.get(index)) {
            (Some(&right), Some(&given), Some(&sure)) => {
                vec![format!("{} → {}", name(right), name(given)), format!("{:.0}%", 100.0 * sure)]
            }
            _ => Vec::new(),
        };
        panel(run, "mistakes", caption, 8)
    };
    let panels = titled(outcome, of_variant);
    if panels.is_empty() {
        return None;
    }
    let lead = "Pictures of the dev part that the network takes for others, the surest mistakes first: what each is, what it was taken for, and how sure the network was.";
    let figure = Figure::new("mistakes", "Taken for others", lead).panels(panels);
    let told = |variant: &Variant| {
        let [of] = variant.runs.first()?.tables.get("mistakes")?.columns(["of"])?;
        let (shown, all) = (of.len(), *of.first()? as usize);
        (all > shown).then(|| format!("{shown} of {all} mistakes{}.", of_variant_name(variant)))
    };
    let more = outcome.variants.iter().filter_map(told);
    Some(figure.notes(outcome.first_seed().into_iter().chain(more)))
}

/// The name of a class as readers see it.
fn class_name(outcome: &Outcome, run: &RunRecord, class: f64) -> String {
    let name = run.names.get("classes").and_then(|names| names.get(class as usize));
    name.map_or_else(String::new, |name| outcome.shown(name).to_owned())
}

fn of_variant_name(variant: &Variant) -> String {
    if variant.label.is_empty() { String::new() } else { format!(" of {}", variant.label) }
}

/// A panel for each variant that has one, with its name where there are several.
fn titled(outcome: &Outcome, panel: impl Fn(&Variant) -> Option<Panel>) -> Vec<Panel> {
    let named = |variant: &Variant| {
        let panel = panel(variant)?;
        Some(if variant.label.is_empty() { panel } else { panel.title(curves::label(variant, "")) })
    };
    outcome.variants.iter().filter_map(named).collect()
}

/// The pictures that a run keeps under a name, so many in a row; none where it keeps none.
fn panel(
    run: &RunRecord,
    name: &str,
    caption: impl Fn(usize) -> Vec<String>,
    columns: usize,
) -> Option<Panel> {
    let grids = (0..).map_while(|index| run.grids.get(&format!("{name}/{index:03}")));
    let pictures: Vec<Picture> =
        grids.enumerate().map(|(index, grid)| Picture::new(grid.clone(), caption(index))).collect();
    if pictures.is_empty() {
        return None;
    }
    let pictures = Pictures::new(pictures, columns);
    let aspect = pictures.aspect();
    let axis = || Axis::linear("").hidden();
    Some(Panel::new(axis(), axis()).mark(pictures).aspect(aspect))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_taken_from_each_class_by_turns() {
        assert_eq!(of_each_class(&[1, 1, 0, 2, 0, 1], 4), [2, 0, 3, 4]);
        assert_eq!(of_each_class(&[], 4), [0usize; 0]);
    }
}
