//! What answers when a chart is pointed at: the values of its marks with the scales that place them, in a compact form that
//! the page's script reads (`templates/assets/charts.js`) and that says nothing new to a reader without it.

use serde_json::{Map, Value, json};

use super::axis::{Axis, Format, Scale};
use super::canvas::Rect;
use super::figure::{Figure, Panel, Point};
use super::marks::{Mark, Parallel};
use super::panel::Prepared;
use super::scale::{Curve, Domain};
use super::text::escape;
use super::theme::{Color, Paint};
use super::ticks::rounded;
use crate::outcome::Grid;

/// The most places of a series that are carried; a longer one is sampled evenly, its ends included.
const MOST_SPOTS: usize = 160;

/// The most steps of a single seed's curve that are carried.
const MOST_STEPS: usize = 64;

/// Levels of what is carried as places on the page rather than as numbers: two letters each. The last one is no place.
const LEVELS: f64 = 4094.0;
const NO_PLACE: usize = 4095;

/// Cells across and down of a plane, at most.
const CELLS: usize = 24;

/// What of a mark answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Values of one series.
    Spots(Spots),
    /// A value at each point of a plane: what its names measure, one grid a name.
    Field { names: Vec<(String, Color)>, grids: Vec<Grid>, format: Format },
}

/// Values of one series at their places.
#[derive(Clone, Debug, PartialEq)]
pub struct Spots {
    /// As in the key; none where it is the only one.
    pub name: Option<String>,
    pub color: Color,
    pub along: Along,
    pub spots: Vec<Spot>,
    /// The curves of single seeds, one value for each spot; none where there are no several.
    pub seeds: Vec<Vec<f64>>,
}

/// How a reader finds a spot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Along {
    /// By its place on x; its value is that of y.
    #[default]
    X,
    /// By its place on y.
    Y,
    /// By being near it on the plane.
    Plane,
    /// As on the plane; its spots are the steps of a path in their order.
    Path,
}

/// One place with its value; what is not finite is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub at: Point,
    /// The ends of a spread around the value.
    pub spread: Option<(f64, f64)>,
    /// Said in place of the number.
    pub text: Option<String>,
}

impl Spot {
    /// Makes a spot at a point.
    pub fn new(at: Point) -> Self {
        Spot { at, spread: None, text: None }
    }

    /// Adds the ends of a spread.
    pub fn spread(mut self, low: f64, high: f64) -> Self {
        self.spread = Some((low, high));
        self
    }

    /// Says this in place of its number.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}

impl Spots {
    /// Makes a series of spots.
    pub fn new(
        name: Option<&str>,
        color: Color,
        along: Along,
        spots: impl IntoIterator<Item = Spot>,
    ) -> Self {
        let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
        Spots { name, color, along, spots: spots.into_iter().collect(), seeds: Vec::new() }
    }
}

/// The names of the series of a figure, each once, with the colour in which it first appears.
pub(super) struct Names(Vec<(String, Color)>);

impl Names {
    pub(super) fn of(figure: &Figure) -> Self {
        let mut names: Vec<(String, Color)> = Vec::new();
        let mut add = |name: String, color: Color| {
            if !names.iter().any(|(known, _)| *known == name) {
                names.push((name, color));
            }
        };
        for panel in &figure.panels {
            panel.key().for_each(|entry| add(entry.name, entry.color));
            for mark in &panel.marks {
                series(mark.as_ref(), panel).into_iter().for_each(|(name, color)| add(name, color));
            }
        }
        Names(names)
    }

    /// Returns the place of a name among them.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == name)
    }

    /// Returns the one series that a mark draws; none where it draws several or one without a name.
    pub(super) fn only(&self, mark: &dyn Mark, panel: &Panel) -> Option<usize> {
        let mut all: Vec<String> = mark.key().into_iter().map(|entry| panel.words.say(&entry.name)).collect();
        all.extend(series(mark, panel).into_iter().map(|(name, _)| name));
        all.dedup();
        match &all[..] {
            [name] => self.index(name),
            _ => None,
        }
    }
}

/// Names of what a mark says when it is pointed at.
fn series(mark: &dyn Mark, panel: &Panel) -> Vec<(String, Color)> {
    let of = |reading: Reading| match reading {
        Reading::Spots(spots) => spots.name.map(|name| (name, spots.color)).into_iter().collect(),
        Reading::Field { names, .. } if names.len() > 1 => names,
        Reading::Field { .. } => Vec::new(),
    };
    let all = mark.readings(&panel.x, &panel.y).into_iter().flat_map(of);
    all.map(|(name, color)| (panel.words.say(&name), color)).collect()
}

/// Returns the attribute that carries a figure: `data-chart="{...}"`.
pub(super) fn attribute(figure: &Figure, panels: &[Prepared], names: &Names) -> String {
    let mut chart = Map::new();
    chart.insert("n".into(), names.0.iter().map(|(name, color)| json!([name, class(*color)])).collect());
    chart.insert("p".into(), panels.iter().map(|prepared| panel(prepared, names)).collect());
    if figure.sequence && panels.len() > 2 {
        chart.insert("e".into(), 1.into());
    }
    let signs = figure.words.number("1,000.5%");
    if signs != "1,000.5%" {
        chart.insert("w".into(), signs.into());
    }
    // Quotes would each take six bytes in an attribute.
    let text = Value::Object(chart).to_string().replace('\'', "\\u0027").replace('"', "'");
    format!("data-chart=\"{}\"", escape(&text))
}

/// Returns the attribute that says where the plots of a drawing lie: `data-frames="40,12,600,300 ..."`, and of parallel
/// coordinates each axis.
pub(super) fn frames(panels: &[Prepared], frames: &[Rect]) -> String {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let text = |rect: &Rect| {
        format!("{},{},{},{}", tenth(rect.left), tenth(rect.top), tenth(rect.width), tenth(rect.height))
    };
    let all = panels.iter().zip(frames).map(|(prepared, frame)| match &prepared.panel.parallel {
        Some(parallel) => {
            parallel.lines(*frame, prepared.upright).iter().map(text).collect::<Vec<_>>().join(";")
        }
        None => text(frame),
    });
    format!("data-frames=\"{}\"", all.collect::<Vec<_>>().join(" "))
}

fn panel(prepared: &Prepared, names: &Names) -> Value {
    let panel = prepared.panel;
    let mut out = Map::new();
    if let Some(parallel) = &panel.parallel {
        out.insert("t".into(), tracks(parallel, panel));
        return Value::Object(out);
    }
    if let Some(title) = &panel.title {
        out.insert("h".into(), panel.words.write(title).into());
    }
    out.insert("x".into(), axis(&panel.x, &prepared.x, panel));
    out.insert("y".into(), axis(&panel.y, &prepared.y, panel));
    let mut lists: Vec<Value> = Vec::new();
    let mut fields: Vec<Value> = Vec::new();
    let mut known: Vec<Vec<f64>> = Vec::new();
    for reading in panel.marks.iter().flat_map(|mark| mark.readings(&panel.x, &panel.y)) {
        match reading {
            Reading::Spots(spots) if !spots.spots.is_empty() => {
                lists.push(series_of(&spots, prepared, names, &mut known));
            }
            Reading::Spots(_) => {}
            Reading::Field { names: measured, grids, format } => {
                fields.extend(field(&measured, &grids, format, panel));
            }
        }
    }
    out.insert("s".into(), lists.into());
    if !fields.is_empty() {
        out.insert("f".into(), fields.into());
    }
    Value::Object(out)
}

fn axis(axis: &Axis, domain: &Domain, panel: &Panel) -> Value {
    let mut out = Map::new();
    out.insert("l".into(), panel.words.say(&axis.label).into());
    if let Scale::Category(names) = &axis.scale {
        out.insert("k".into(), names.iter().map(|name| panel.words.write(name)).collect());
    }
    out.insert("d".into(), json!([short(domain.low, 9), short(domain.high, 9)]));
    let mut put = |name: &str, value: Value, is_there: bool| {
        if is_there {
            out.insert(name.into(), value);
        }
    };
    let curve = match domain.curve {
        Curve::Linear => 0,
        Curve::Log => 1,
        Curve::OneMinusLog => 2,
    };
    put("c", curve.into(), curve > 0);
    put("r", 1.into(), domain.flipped);
    put("z", domain.zero.map_or(Value::Null, |zero| short(zero.at, 6)), domain.zero.is_some());
    put("f", letter(axis.format).into(), axis.format != Format::Plain);
    Value::Object(out)
}

fn letter(format: Format) -> &'static str {
    match format {
        Format::Plain => "",
        Format::Percent => "%",
        Format::Integer => "i",
        Format::Scientific => "e",
        Format::Signed => "+",
        Format::Times => "x",
        Format::Si => "s",
        Format::Date => "d",
        Format::Year => "y",
    }
}

/// A series: `n` its name, or else `k` its colour; `a` how it is found; places, values, ends of spreads, texts; `q` seeds.
fn series_of(spots: &Spots, prepared: &Prepared, names: &Names, known: &mut Vec<Vec<f64>>) -> Value {
    let panel = prepared.panel;
    let mut out = Map::new();
    let index = spots.name.as_ref().and_then(|name| names.index(&panel.words.say(name)));
    match index {
        Some(index) => out.insert("n".into(), index.into()),
        None => out.insert("k".into(), class(spots.color).into()),
    };
    let (along, value, format) = match spots.along {
        Along::Y => (&prepared.y, &prepared.x, panel.x.format),
        _ => (&prepared.x, &prepared.y, panel.y.format),
    };
    let letter = match spots.along {
        Along::X => "",
        Along::Y => "y",
        Along::Plane => "p",
        Along::Path => "s",
    };
    if !letter.is_empty() {
        out.insert("a".into(), letter.into());
    }
    let kept = sampled(spots.spots.len(), MOST_SPOTS);
    let part = |pick: &dyn Fn(&Spot) -> f64| -> Vec<f64> {
        kept.iter().map(|&index| pick(&spots.spots[index])).collect()
    };
    let (places, values) = match spots.along {
        Along::Y => (part(&|spot| spot.at.1), part(&|spot| spot.at.0)),
        _ => (part(&|spot| spot.at.0), part(&|spot| spot.at.1)),
    };
    if spots.along == Along::Path {
        // Steps are many: their places on the page are enough.
        out.insert("i".into(), kept.windows(2).next().map_or(1, |pair| pair[1] - pair[0]).into());
        out.insert("m".into(), (spots.spots.len() - 1).into());
        out.insert("q".into(), vec![levels(&places, along), levels(&values, value)].into());
        return Value::Object(out);
    }
    match known.iter().position(|known| *known == places) {
        Some(index) => out.insert("x".into(), index.into()),
        None => {
            out.insert("x".into(), placed(&places, along));
            known.push(places);
            None
        }
    };
    let written = |values: &[f64]| -> Value { values.iter().map(|&v| shown(v, value, format)).collect() };
    if values.iter().any(|value| value.is_finite()) {
        out.insert("y".into(), written(&values));
    }
    if spots.spots.iter().any(|spot| spot.spread.is_some()) {
        let end = |pick: fn((f64, f64)) -> f64| part(&|spot| spot.spread.map_or(f64::NAN, pick));
        out.insert("l".into(), written(&end(|(low, _)| low)));
        out.insert("h".into(), written(&end(|(_, high)| high)));
    }
    if spots.spots.iter().any(|spot| spot.text.is_some()) {
        let text = |&index: &usize| spots.spots[index].text.as_ref().map(|text| panel.words.write(text));
        out.insert("t".into(), json!(kept.iter().map(text).collect::<Vec<_>>()));
    }
    if spots.seeds.len() > 1 {
        let steps = sampled(spots.spots.len(), MOST_STEPS);
        let at = |&index: &usize| spots.spots[index].at.0;
        out.insert("qx".into(), levels(&steps.iter().map(at).collect::<Vec<_>>(), along).into());
        let seed = |values: &Vec<f64>| {
            let values: Vec<f64> =
                steps.iter().map(|&index| values.get(index).copied().unwrap_or(f64::NAN)).collect();
            levels(&values, value)
        };
        out.insert("q".into(), spots.seeds.iter().map(seed).collect::<Vec<_>>().into());
    }
    Value::Object(out)
}

/// Indices of at most so many of some things, evenly, the first and the last among them.
fn sampled(count: usize, most: usize) -> Vec<usize> {
    let stride = count.saturating_sub(1).div_ceil(most.max(2) - 1).max(1);
    let mut kept: Vec<usize> = (0..count).step_by(stride).collect();
    if let Some(last) = count.checked_sub(1).filter(|last| kept.last() != Some(last)) {
        kept.push(last);
    }
    kept
}

/// Places on an axis: `[first, step, count]` as one text where they are even, else a list.
fn placed(places: &[f64], domain: &Domain) -> Value {
    if let [first, second, .., last] = places {
        let step = second - first;
        let is_even =
            |(index, place): (usize, &f64)| (first + step * index as f64 - place).abs() <= step.abs() * 1e-9;
        if step > 0.0 && last.is_finite() && places.iter().enumerate().all(is_even) {
            return format!("{} {} {}", short(*first, 9), short(step, 9), places.len()).into();
        }
    }
    let place = |&place: &f64| short(place, if is_near(digits(place, 4), place, domain) { 4 } else { 7 });
    places.iter().map(place).collect()
}

/// Whether a number in few digits stands where it stands in all of them, to less than a px.
fn is_near(few: f64, exact: f64, domain: &Domain) -> bool {
    match (domain.fraction(few), domain.fraction(exact)) {
        (Some(few), Some(exact)) => (few - exact).abs() < 1.0 / 600.0,
        _ => false,
    }
}

/// A value in the digits that a reader sees, or in more where it would otherwise stand elsewhere on the page or, rounded again,
/// come to another than in the table.
fn shown(value: f64, domain: &Domain, format: Format) -> Value {
    let few = match format {
        Format::Percent => (value * 1000.0).round() / 1000.0,
        _ if value.abs() < 1e4 => digits(value, 4),
        _ => digits(value, 9),
    };
    let told = rounded(value, format);
    let tried = [Some(few).filter(|few| is_near(*few, value, domain)), Some(digits(value, 9))];
    let kept = tried.into_iter().flatten().find(|kept| rounded(*kept, format) == told);
    short(kept.unwrap_or(value), 17)
}

fn digits(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(f64::NAN)
}

/// A number in so many significant digits, whole ones without a point; null where it is not finite.
fn short(value: f64, digits: usize) -> Value {
    let rounded = self::digits(value, digits);
    if value.is_finite() && value == value.round() && value.abs() < 9e15 {
        return (value as i64).into();
    }
    match rounded == rounded.round() && rounded.abs() < 9e15 {
        true => (rounded as i64).into(),
        false => serde_json::Number::from_f64(rounded).map_or(Value::Null, Value::Number),
    }
}

/// Places along an axis in two letters each, from one end to the other.
fn levels(values: &[f64], domain: &Domain) -> String {
    const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    let level = |value: &f64| {
        let share = domain.fraction(*value).filter(|share| (-0.02..=1.02).contains(share));
        let level = share.map_or(NO_PLACE, |share| (share.clamp(0.0, 1.0) * LEVELS).round() as usize);
        [LETTERS[level / 64], LETTERS[level % 64]].map(char::from)
    };
    values.iter().flat_map(level).collect()
}

/// A plane, thinned: its ends, its size, and for each name the values in two letters. Levels are spaced after the root, since
/// low ground is looked at most closely.
fn field(names: &[(String, Color)], grids: &[Grid], format: Format, panel: &Panel) -> Option<Value> {
    let first = grids.first()?;
    let (columns, rows) = (sampled(first.width, CELLS), sampled(first.height, CELLS));
    let layer = |(grid, (name, color)): (&Grid, &(String, Color))| {
        let cells = rows.iter().flat_map(|row| columns.iter().map(move |column| row * first.width + column));
        let values: Vec<f64> = cells.map(|cell| grid.values.get(cell).copied().unwrap_or(f64::NAN)).collect();
        let (low, high) = super::describe::range(values.iter().copied())?;
        let height = if high > low { high - low } else { 1.0 };
        let roots: Vec<f64> = values.iter().map(|value| ((value - low) / height).max(0.0).sqrt()).collect();
        let unit =
            Domain { curve: Curve::Linear, low: 0.0, high: 1.0, flipped: false, named: false, zero: None };
        Some(json!([
            panel.words.say(name),
            class(*color),
            short(low, 5),
            short(high, 5),
            levels(&roots, &unit)
        ]))
    };
    let layers: Option<Vec<Value>> = grids.iter().zip(names).map(layer).collect();
    // The middles of the cells that are kept.
    let ends = |(low, high): (f64, f64), kept: &[usize], count: usize| {
        let at = |index: usize| low + (high - low) * index as f64 / (count.max(2) - 1) as f64;
        json!([short(at(kept[0]), 6), short(at(*kept.last().unwrap_or(&0)), 6), kept.len()])
    };
    if columns.is_empty() || rows.is_empty() {
        return None;
    }
    Some(json!({
        "x": ends(first.x, &columns, first.width),
        "y": ends(first.y, &rows, first.height),
        "f": letter(format),
        "v": layers?,
    }))
}

fn tracks(parallel: &Parallel, panel: &Panel) -> Value {
    let axes = parallel.axes.iter().zip(parallel.domains()).map(|(own, domain)| axis(own, &domain, panel));
    let track = |track: &super::Track| {
        let values: Vec<Value> = track.values.iter().map(|&value| short(value, 6)).collect();
        json!([track.label.as_deref().map(|label| panel.words.say(label)), class(track.color), values])
    };
    json!({
        "a": axes.collect::<Vec<_>>(),
        "t": parallel.tracks.iter().take(MOST_SPOTS).map(track).collect::<Vec<_>>(),
    })
}

fn class(color: Color) -> String {
    let token = Paint::from(color).token(1.0);
    Paint::class((token.0, token.1, token.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(low: f64, high: f64) -> Domain {
        Domain { curve: Curve::Linear, low, high, flipped: false, named: false, zero: None }
    }

    #[test]
    fn even_places_are_told_by_their_start_step_and_count() {
        let unit = domain(0.0, 1.0);
        assert_eq!(placed(&[0.0, 1.0, 2.0, 3.0], &unit), json!("0 1 4"));
        assert_eq!(placed(&[0.001, 0.01, 0.1], &unit), json!([0.001, 0.01, 0.1]));
        assert_eq!(placed(&[2.0], &unit), json!([2]));
        // Four digits are near enough, unless the axis shows less than them.
        let places = [0.123_456_78, 0.5, 0.6];
        assert_eq!(placed(&places, &unit), json!([0.1235, 0.5, 0.6]));
        assert_eq!(placed(&places, &domain(0.12, 0.13)), json!([0.1234568, 0.5, 0.6]));
    }

    #[test]
    fn values_have_the_digits_that_are_seen_unless_their_place_asks_for_more() {
        assert_eq!(shown(0.123_456_789, &domain(0.0, 1.0), Format::Plain), json!(0.1235));
        assert_eq!(shown(0.123_456_789, &domain(0.1234, 0.1235), Format::Plain), json!(0.123456789));
        assert_eq!(shown(f64::NAN, &domain(0.0, 1.0), Format::Plain), Value::Null);
        assert_eq!(shown(12_345.0, &domain(0.0, 20_000.0), Format::Plain), json!(12345));
        // Where the digits that are seen are those of a tie, all are kept.
        let tie = 0.104_500_000_000_000_01;
        assert_eq!(rounded(tie, Format::Percent), "10.5%");
        assert_eq!(shown(tie, &domain(0.1, 0.2), Format::Percent), json!(tie));
    }

    #[test]
    fn levels_run_from_end_to_end() {
        // 4094 is 63 times 64 and 62 more; half of it 31 times 64 and 63.
        assert_eq!(levels(&[0.0, 1.0, 2.0, f64::NAN, 9.0], &domain(0.0, 2.0)), "00V__-____");
    }

    #[test]
    fn long_series_keep_their_ends() {
        assert_eq!(sampled(5, 240), [0, 1, 2, 3, 4]);
        let kept = sampled(1001, 240);
        assert!(kept.len() <= 241 && kept[0] == 0 && kept.last() == Some(&1000), "{}", kept.len());
        assert!(sampled(0, 9).is_empty());
    }
}
