//! From evaluated layers to a chart: panels, axes, series, what stands beneath.

use super::axes::{Names, Placed};
use super::block::{Block, MarkName, RuleLine, RuleSettings, ScaleSettings, ScaleType, Written};
use super::cell::Cell;
use super::colors::Colors;
use super::data::{self, Datum, Drawn, Ground};
use super::decode::error;
use super::heat::{self, Shades};
use super::meaning::Meaning;
use super::notes;
use super::points::Point;
use super::series::{self, Series};
use super::table::{self, FigureTable};
use crate::chart::{Axis, Color, Dash, Figure, Format, Panel, Rule, Slope, day, rounded};
use crate::collections::{BTreeMap, BTreeSet};
use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::variation::valued;

/// The most panels, colours and dashes of a figure.
const MOST_PANELS: usize = 12;
const MOST_DASHES: usize = 4;

/// The most dots and texts of a layer.
const MOST_DOTS: usize = 10_000;
const MOST_TEXTS: usize = 1_000;

/// The order in which marks lie over each other, the lowest first.
const ORDER: [MarkName; 11] = [
    MarkName::Heat,
    MarkName::Area,
    MarkName::Histogram,
    MarkName::Bars,
    MarkName::Band,
    MarkName::Box,
    MarkName::Whiskers,
    MarkName::Line,
    MarkName::Steps,
    MarkName::Dots,
    MarkName::Text,
];

/// A figure that is ready to be drawn, with the columns that it shows.
#[derive(Clone, Debug)]
pub struct Finished {
    pub figure: Figure,
    pub table: FigureTable,
}

/// What parts a figure into panels and series.
struct Parts {
    columns: Vec<Cell>,
    rows: Vec<Cell>,
    /// Names of series, each with its colour.
    colors: BTreeMap<String, usize>,
}

/// Draws a block; `title` is its title as plain text, if it has one. What `colors` do not know yet takes the next of them.
///
/// # Errors
/// Everything that is wrong with its expressions, or that a figure of this kind cannot show.
pub fn draw(
    block: &Block,
    ground: &Ground,
    title: Option<&str>,
    colors: &mut Colors,
) -> Result<Finished, Vec<Diagnostic>> {
    let prepared = data::prepare(block, ground)?.into_iter().enumerate();
    let layers: Vec<Drawn> = prepared
        .map(|(index, layer)| data::evaluate(block, ground, index, &layer))
        .collect::<Result<_, _>>()?;
    check_size(block, &layers)?;
    let parts = Parts::of(block, &layers, colors)?;
    let (x, y) = axes(block, &layers)?;
    let edges = bins(&layers);
    let shades = Shades::of(block, &layers);
    let places = block.rules.iter().map(|rule| data::rule(rule, ground)).collect::<Result<Vec<_>, _>>()?;
    let mut panels = Vec::new();
    for row in &parts.rows {
        for column in &parts.columns {
            let here = |datum: &Datum| datum.columns == *column && datum.rows == *row;
            let mut panel = Panel::new(x.axis.clone(), y_axis(block, &layers, &y, [column, row]));
            let facets = [(&block.facet.columns, column), (&block.facet.rows, row)];
            let names: Vec<String> = facets
                .into_iter()
                .filter_map(|(facet, cell)| Some(by_name(&facet.as_ref()?.text, cell)))
                .collect();
            if !names.is_empty() {
                panel = panel.title(names.join(", "));
            }
            let mut drawn: Vec<(MarkName, Series)> = Vec::new();
            for (index, layer) in layers.iter().enumerate() {
                let shared = Shared { x: &x, y: &y, edges: &edges, shades };
                let series = series_of(block, layer, index, &parts, &here, &shared);
                for mark in ORDER.into_iter().filter(|mark| layer.marks.contains(mark)) {
                    if mark == MarkName::Heat {
                        let points: Vec<&Point> =
                            layer.points.iter().filter(|point| here(&point.first)).collect();
                        panel = panel.mark(heat::map(layer, shades, &points, (&x, &y)));
                        continue;
                    }
                    if mark == MarkName::Text && layer.marks.contains(&MarkName::Heat) {
                        continue;
                    }
                    drawn.extend(series.iter().map(|series| (mark, series.again())));
                }
            }
            drawn.sort_by_key(|(mark, _)| ORDER.iter().position(|known| known == mark));
            panel = drawn.into_iter().fold(panel, |panel, (mark, series)| series.draw(mark, panel));
            panels.push(rules(&block.rules, &places, panel));
        }
    }
    let told = default_title(block, &layers, &x, &y);
    let lead = format!("{told}.");
    let titled = title.map_or(told, str::to_owned);
    let several = panels.len() > 1;
    let columns = parts.columns.len();
    let mut figure = Figure::new(&block.id.text, titled, lead).notes(notes::of(ground, &layers, &y));
    figure = if parts.rows.len() > 1 {
        figure.panels(panels).columns(columns.clamp(1, 4))
    } else {
        figure.multiples(panels)
    };
    if several {
        figure.share_x = !block.x_scale.free && !x.is_named();
        figure.share_y = !block.y_scale.free && !y.is_named();
    }
    if let Some((shades, layer)) = shades.zip(layers.iter().find(|layer| layer.shades() || shows_heat(layer)))
    {
        figure = figure.notes([shades.told(block, layer)]);
        if layer.z_colors {
            let [low, high] = shades.ends(layer.z_format);
            let (pale, strong) = if shades.is_reversed() { (high, low) } else { (low, high) };
            figure = figure.ramp(pale, strong);
        }
    }
    Ok(Finished { table: table::of(block, &layers), figure })
}

fn shows_heat(layer: &Drawn) -> bool {
    layer.marks.contains(&MarkName::Heat)
}

/// What all series of a figure share.
struct Shared<'a> {
    x: &'a Placed,
    y: &'a Placed,
    edges: &'a [f64],
    shades: Option<Shades>,
}

fn default_y(layers: &[Drawn]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in layers.iter().flat_map(|layer| &layer.measures) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if let Some(layer) = layers.iter().find(|layer| layer.shades()) {
        names = vec![&layer.z.name];
    }
    match &names[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.join(", "),
    }
}

/// `Train error and dev error over epoch`; what is calculated stays as it is written.
fn default_title(block: &Block, layers: &[Drawn], x: &Placed, y: &Placed) -> String {
    let over = |axis: &Placed, name: &str| {
        if axis.axis.label.is_empty() { name.to_owned() } else { axis.axis.label.clone() }
    };
    if layers.iter().any(|layer| layer.marks.contains(&MarkName::Histogram)) {
        return format!("How often each {} occurs", over(x, "x"));
    }
    let (values, place) = match y.is_named() && !x.is_named() {
        true => (over(x, "x"), over(y, "y")),
        false => {
            let named = if layers.iter().any(Drawn::shades) { &block.z_scale } else { &block.y_scale };
            (named.label.clone().unwrap_or_else(|| default_y(layers)), over(x, "x"))
        }
    };
    let told = format!("{values} over {place}");
    let plain = values.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | ','));
    let mut letters = told.chars();
    match (letters.next(), plain) {
        (Some(first), true) => first.to_uppercase().chain(letters).collect(),
        _ => told,
    }
}

/// Checks that no more is drawn than a page can hold, and that what gives dots their colours can.
fn check_size(block: &Block, layers: &[Drawn]) -> Result<(), Vec<Diagnostic>> {
    let shows = |layer: &Drawn, mark| layer.marks.contains(&mark);
    for (index, layer) in layers.iter().enumerate() {
        let named = layer.z_colors && layer.data.iter().any(|datum| matches!(datum.z, Cell::Name(_)));
        if let (true, Some(z)) = (named, &block.layers[index].z) {
            let error = error(z.span, "dots have shades of numbers", "expected a number");
            return Err(error.into_iter().map(|error| error.hint("`by` gives each name a colour")).collect());
        }
        let many = [
            (shows(layer, MarkName::Dots), layer.data.len(), MOST_DOTS, "dots"),
            (shows(layer, MarkName::Text), layer.points.len(), MOST_TEXTS, "texts"),
        ];
        for (shown, count, most, what) in many {
            if shown && count > most {
                let label = format!("expected at most {most}: take fewer by `where`, or another mark");
                return Err(error(block.id.span, format!("a figure of {count} {what}"), label));
            }
        }
    }
    Ok(())
}

impl Parts {
    fn of(block: &Block, layers: &[Drawn], palette: &mut Colors) -> Result<Parts, Vec<Diagnostic>> {
        let all = || layers.iter().flat_map(|layer| &layer.data);
        let columns = distinct(all().map(|datum| &datum.columns));
        let rows = distinct(all().map(|datum| &datum.rows));
        let panels = columns.len() * rows.len();
        if panels > MOST_PANELS {
            let facet = block.facet.columns.as_ref().or(block.facet.rows.as_ref());
            let span = facet.map_or(block.id.span, |facet| facet.span);
            let label = format!("expected at most {MOST_PANELS}: take fewer by `where`, or another facet");
            return Err(error(span, format!("a figure of {panels} panels"), label));
        }
        let (mut colors, mut seen): (Vec<String>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
        for (index, layer) in layers.iter().enumerate() {
            for datum in &layer.data {
                let name = color_name(block, layer, index, layers.len(), datum);
                if seen.insert(name.clone()) {
                    colors.push(name);
                }
            }
            if layer.by.is_some() && layer.measures.len() > MOST_DASHES && !faceted_by_y(block) {
                let span = block.layers[index].y.first().map_or(block.id.span, |y| y.what.span);
                let message = format!("{} dashes", layer.measures.len());
                return Err(error(span, message, format!("beside `by`, expected at most {MOST_DASHES} y")));
            }
        }
        if colors.len() > Color::SERIES {
            let by = block.layers.iter().find_map(|layer| layer.by.expression());
            let told = layers.iter().find_map(|layer| layer.by.as_ref());
            let what = told.map_or_else(|| "y".to_owned(), |by| format!("`{by}`"));
            let message = format!("a figure of {} colours, one for each {what}", colors.len());
            let label = format!("expected at most {}", Color::SERIES);
            let error = Diagnostic::error(message, by.map_or(block.id.span, |by| by.span)).label(label);
            return Err(vec![error.hint("take fewer by `where`, put it on x, or say `by: none`")]);
        }
        let by_row = layers.iter().any(|layer| layer.by.is_some());
        let slots = palette.take(&colors, by_row);
        Ok(Parts { columns, rows, colors: colors.into_iter().zip(slots).collect() })
    }
}

/// Returns each cell once, in the order of their first rows.
fn distinct<'d>(cells: impl Iterator<Item = &'d Cell>) -> Vec<Cell> {
    let mut seen = BTreeSet::new();
    let found: Vec<Cell> = cells.filter(|cell| seen.insert(cell.key())).cloned().collect();
    if found.is_empty() { vec![Cell::Missing] } else { found }
}

fn faceted_by_y(block: &Block) -> bool {
    let is_y = |written: &Option<Written>| written.as_ref().is_some_and(|written| written.text == "y");
    is_y(&block.facet.columns) || is_y(&block.facet.rows)
}

/// What the colour of a row stands for.
fn color_name(block: &Block, layer: &Drawn, index: usize, layers: usize, datum: &Datum) -> String {
    match &layer.by {
        Some(by) => by_name(by, &datum.by),
        None if faceted_by_y(block) && layers > 1 => format!("layer {}", index + 1),
        None if faceted_by_y(block) => String::new(),
        None => layer.measures.get(datum.measure).cloned().unwrap_or_default(),
    }
}

/// `l2 0.01` for a number, the name alone for a name.
fn by_name(by: &str, cell: &Cell) -> String {
    let last = by.rsplit('.').next().unwrap_or(by);
    let is_path = !last.contains([' ', '(', '+', '*', '/', '|']);
    let is_number = |name: &str| name.starts_with(|letter: char| letter.is_ascii_digit());
    match cell {
        Cell::Name(name) if !matches!(name.as_str(), "true" | "false") && !is_number(name) => name.clone(),
        cell if is_path => valued(last.strip_suffix("[0]").unwrap_or(last), &cell.name()),
        cell => format!("{by} {}", cell.name()),
    }
}

fn series_of<'a>(
    block: &Block,
    layer: &'a Drawn,
    index: usize,
    parts: &Parts,
    here: &dyn Fn(&Datum) -> bool,
    shared: &Shared<'a>,
) -> Vec<Series<'a>> {
    let &Shared { x, y, edges, shades } = shared;
    let bys = distinct(layer.data.iter().map(|datum| &datum.by));
    let layers = block.layers.len();
    let keys: Vec<(Cell, usize)> =
        bys.iter().flat_map(|by| (0..layer.measures.len()).map(|measure| (by.clone(), measure))).collect();
    let several_measures = layer.measures.len() > 1 && !faceted_by_y(block);
    let mut found = Vec::new();
    for (slot, (by, measure)) in keys.iter().enumerate() {
        let of = |datum: &Datum| datum.by == *by && datum.measure == *measure && here(datum);
        let data: Vec<&Datum> = layer.data.iter().filter(|datum| of(datum)).collect();
        let Some(first) = data.first() else { continue };
        let name = color_name(block, layer, index, layers, first);
        let color = parts.colors.get(&name).copied().unwrap_or(0);
        let measured = &layer.measures[*measure];
        let label = match (&layer.by, several_measures) {
            (Some(_), true) => Some(format!("{name}, {measured}")),
            (Some(_), false) => Some(name),
            (None, _) if several_measures || layers > 1 => Some(measured.clone()),
            (None, _) => None,
        };
        let dash = match (layer.by.is_some() && !faceted_by_y(block), measure) {
            (true, 1) => Dash::Dashed,
            (true, 2) => Dash::Dotted,
            (true, 3) => Dash::Mixed,
            _ => Dash::Solid,
        };
        found.push(Series {
            drawn: layer,
            label,
            color: Color::Series(color),
            dash,
            slot: (slot, keys.len()),
            points: layer.points.iter().filter(|point| of(&point.first)).collect(),
            data,
            x,
            y,
            edges,
            shades: shades.filter(|_| layer.z_colors),
            below: BTreeMap::new(),
        });
    }
    if block.stack && layer.marks.contains(&MarkName::Bars) {
        series::stack(&mut found);
        return found;
    }
    // What has a name to itself stands in its middle.
    let at = if x.is_named() { x } else { y };
    let mut shared = vec![0; at.count()];
    for series in &found {
        let cell = |datum: &&Datum| at.place(if x.is_named() { &datum.x } else { &datum.y });
        let places = series.data.iter().filter(|_| at.is_named()).filter_map(cell);
        let names: BTreeSet<usize> = places.map(|place| place as usize).collect();
        names.into_iter().for_each(|name| shared[name] += 1);
    }
    if shared.iter().all(|series| *series < 2) {
        found.iter_mut().for_each(|series| series.slot = (0, 1));
    }
    found
}

/// The axes that all panels have.
fn axes(block: &Block, layers: &[Drawn]) -> Result<(Placed, Placed), Vec<Diagnostic>> {
    let histogram = layers.iter().any(|layer| layer.marks.contains(&MarkName::Histogram));
    let heat = layers.iter().any(|layer| layer.marks.contains(&MarkName::Heat));
    let raw = |of: fn(&Datum) -> &Cell| -> Vec<Cell> {
        layers.iter().flat_map(|layer| &layer.data).map(|datum| of(datum).clone()).collect()
    };
    let (xs, ys) = (raw(|datum| &datum.x), raw(|datum| &datum.y));
    let y_named = block.y_scale.kind == Some(ScaleType::Categories)
        || ys.iter().any(|cell| matches!(cell, Cell::Name(_)));
    let stands_on_names = layers.iter().any(|layer| layer.marks.iter().any(|mark| mark.stands_on_names()));
    let order = |cells: &[Cell], of: fn(&Datum) -> &Cell| -> Vec<String> {
        let mut order = names(cells);
        match &block.sort {
            Some(_) => sort(&mut order, layers, of),
            None if cells.iter().all(|cell| !matches!(cell, Cell::Name(_))) => {
                order.sort_by(|a, b| numeric(a).total_cmp(&numeric(b)));
            }
            None => {}
        }
        order
    };
    let first =
        |of: fn(&Drawn) -> &Meaning| layers.first().map(|layer| of(layer).clone()).unwrap_or_default();
    let mut x_meaning = first(|layer| &layer.x);
    x_meaning.logarithmic |= block
        .layers
        .iter()
        .any(|layer| matches!(layer.x, Some(super::block::Across::Range { log: true, .. })));
    let y_name = match default_names(layers) {
        one if histogram && one.is_empty() => "rows".to_owned(),
        one => one,
    };
    let y_meaning = Meaning::common(y_name, &layers.iter().flat_map(|layer| &layer.y).collect::<Vec<_>>());
    let x_place = Names {
        order: order(&xs, |datum| &datum.x),
        always: heat || stands_on_names && !y_named,
        place: x_span(block),
    };
    // A function over a linear range is drawn on linear scales.
    let is_linear =
        |layer: &super::block::Layer| matches!(layer.x, Some(super::block::Across::Range { log: false, .. }));
    let usual = block.layers.iter().all(is_linear).then_some(ScaleType::Linear);
    let scale = |of: &ScaleSettings| ScaleSettings { kind: of.kind.or(usual), ..of.clone() };
    let x = Placed::new(&xs, &x_meaning, &scale(&block.x_scale), x_place)?;
    if let Some(number) = xs.iter().filter_map(Cell::number).find(|number| x.clips(*number)) {
        let (span, label) = (x_span(block), "expected numbers above 0, or `scale: {x: linear}`");
        return Err(error(
            span,
            format!("a logarithmic scale has no {}", rounded(number, Format::Plain)),
            label,
        ));
    }
    let y_cells: Vec<Cell> = if histogram { Vec::new() } else { ys.clone() };
    let y_span = block.layers[0].y.first().map_or(block.id.span, |y| y.what.span);
    let y_place = Names { order: order(&ys, |datum| &datum.y), always: heat, place: y_span };
    // Bars of a hundredfold are told by their lengths all the same; a box that reaches down to 0 would end at the break.
    let zero = ys.contains(&Cell::Number(0.0));
    let stands =
        |mark: &MarkName| matches!(mark, MarkName::Bars | MarkName::Area) || zero && *mark == MarkName::Box;
    let grounded = layers.iter().any(|layer| layer.marks.iter().any(stands));
    let mut y_scale = scale(&block.y_scale);
    y_scale.kind = y_scale.kind.or(grounded.then_some(ScaleType::Linear));
    let y = Placed::new(&y_cells, &y_meaning, &y_scale, y_place)?;
    Ok((x, y))
}

/// The y axis of a panel: where each y has a panel of its own, its numbers are written as that y is.
fn y_axis(block: &Block, layers: &[Drawn], y: &Placed, facets: [&Cell; 2]) -> Axis {
    let mut axis = y.axis.clone();
    if !faceted_by_y(block) || block.y_scale.written.is_some() || y.is_named() {
        return axis;
    }
    let facets = facets.map(Cell::name);
    let named = layers.iter().flat_map(|layer| layer.measures.iter().zip(&layer.y));
    let shown: Vec<&Meaning> =
        named.filter(|(name, _)| facets.contains(name)).map(|(_, meaning)| meaning).collect();
    if !shown.is_empty() && shown.iter().all(|meaning| meaning.percent) {
        axis.format = Format::Percent;
    }
    axis
}

fn x_span(block: &Block) -> Span {
    match &block.layers[0].x {
        Some(super::block::Across::Expression(written)) => written.span,
        Some(super::block::Across::Range { span, .. }) => *span,
        None => block.id.span,
    }
}

/// The one name of y, where there is one.
fn default_names(layers: &[Drawn]) -> String {
    let mut names: Vec<&String> = Vec::new();
    // A function over what was measured is of the same.
    let measured = layers.iter().any(|layer| !layer.function);
    let layers = layers.iter().filter(|layer| !(measured && layer.function));
    for name in layers.flat_map(|layer| &layer.measures) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names[..] {
        [one] => one.clone(),
        // `train error` and `dev error` are errors.
        _ => {
            let last: Vec<&str> = names.iter().filter_map(|name| name.rsplit(' ').next()).collect();
            let same = last.len() > 1 && last.iter().all(|word| *word == last[0]);
            if same { last[0].to_owned() } else { String::new() }
        }
    }
}

fn names(cells: &[Cell]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = cells.iter().filter(|cell| **cell != Cell::Missing).map(Cell::name);
    named.filter(|name| seen.insert(name.clone())).collect()
}

fn numeric(name: &str) -> f64 {
    let number = name.replace(',', "").replace('−', "-").parse().ok();
    number.or_else(|| day(name)).unwrap_or(f64::NAN)
}

/// Orders names by what `sort` gives on average in their rows.
fn sort(names: &mut [String], layers: &[Drawn], of: fn(&Datum) -> &Cell) {
    let mut found: BTreeMap<String, (Vec<f64>, String)> = BTreeMap::new();
    for datum in layers.iter().flat_map(|layer| &layer.data) {
        let (numbers, word) = found.entry(of(datum).name()).or_default();
        numbers.extend(datum.sort.number());
        *word = datum.sort.name();
    }
    let keys: BTreeMap<String, (f64, String)> = found
        .into_iter()
        .map(|(name, (numbers, word))| (name, (crate::numeric::mean(&numbers), word)))
        .collect();
    names.sort_by(|a, b| {
        let (Some((a, a_word)), Some((b, b_word))) = (keys.get(a), keys.get(b)) else {
            return std::cmp::Ordering::Equal;
        };
        // What is not a number comes last.
        let by_number = a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(b));
        if a.is_nan() && b.is_nan() { a_word.cmp(b_word) } else { by_number }
    });
}

/// The edges of the bins that all histograms share.
fn bins(layers: &[Drawn]) -> Vec<f64> {
    let histograms = layers.iter().filter(|layer| layer.marks.contains(&MarkName::Histogram));
    let values: Vec<f64> =
        histograms.flat_map(|layer| &layer.data).filter_map(|datum| datum.x.number()).collect();
    series::edges(&values)
}

/// Draws lines at their places; one whose place is not known is not drawn.
fn rules(settings: &[RuleSettings], places: &[RuleLine<Option<f64>>], panel: Panel) -> Panel {
    settings.iter().zip(places).fold(panel, |panel, (rule, place)| {
        let named = |line: Rule| match &rule.label {
            Some(label) => line.label(label),
            None => line,
        };
        match *place {
            RuleLine::X(Some(at)) => panel.mark(named(Rule::x(at))),
            RuleLine::Y(Some(at)) => panel.mark(named(Rule::y(at))),
            RuleLine::Slope { slope: Some(slope), intercept: Some(intercept) } => {
                panel.mark(Slope { slope, intercept, label: rule.label.clone() })
            }
            _ => panel,
        }
    })
}
