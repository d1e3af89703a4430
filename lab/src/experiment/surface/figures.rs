//! The map with the paths, the loss by step, the steps to the target.

use super::Surface;
use crate::chart::{Axis, Color, Figure, Levels, Panel, Path, Paths};
use crate::experiment::curves::{self, CurveFigure};
use crate::experiment::target::{LossTarget, TargetFigure};
use crate::outcome::{Grid, Metric, Outcome, RunRecord};
use crate::surface::{self, Ground};

/// From here on paths get a map each: more of them on one could not be told apart.
const MOST_ON_ONE_MAP: usize = 4;

/// Cells of a map's longer side.
const CELLS: usize = 132;

/// The name under which a run keeps the heights of a cost of data.
pub(super) const COST: &str = "cost";

/// Nodes of such heights along each side.
const COST_NODES: usize = 96;

/// How far such a map reaches beyond the lowest point, in distances of the start from it along each axis.
const REACH: f64 = 1.25;

/// Beyond a start that lies outside the usual window, in parts of the window.
const MARGIN: f64 = 0.08;

/// How many decades of loss are shown below that at the start: what is lower is rounding.
const DECADES: f64 = 1e-12;

/// Draws the figures of the kind that have something to show.
pub(super) fn all(variants: &[&Surface], outcome: &Outcome) -> Vec<Figure> {
    let loss = CurveFigure {
        name: "loss",
        title: "Loss by step",
        lead: "The height of the surface after each step.",
        series: "loss",
        y: loss_axis(outcome),
        alone: "loss",
    };
    let target = variants.first().map_or(LossTarget::default(), |first| first.target);
    let steps_to = TargetFigure {
        name: "steps_to",
        title: "Steps to the target",
        lead: "How many steps each descent needed to reach the target.",
        counted: format!("steps to a loss of {}", target.0),
    };
    [map(variants, outcome), loss.draw(outcome), steps_to.draw(outcome)].into_iter().flatten().collect()
}

/// Returns a log axis that a descent which diverges, or one that arrives, does not stretch beyond use.
fn loss_axis(outcome: &Outcome) -> Axis {
    let runs = || outcome.variants.iter().flat_map(|variant| &variant.runs);
    let losses = || runs().filter_map(|run| run.series.get("loss"));
    let positive = |values: &mut dyn Iterator<Item = f64>| {
        curves::range(&values.filter(|v| *v > 0.0).collect::<Vec<_>>())
    };
    let (_, highest_start) = positive(&mut losses().filter_map(|values| values.first().copied()));
    let (low, high) = positive(&mut losses().flat_map(|values| values.iter().copied()));
    let axis = Axis::log("loss");
    match highest_start.is_finite() {
        true => axis.range(0.7 * low.max(DECADES * highest_start), 1.4 * high.min(100.0 * highest_start)),
        false => axis,
    }
}

/// Returns how many nodes a map of a cost of data has.
pub(super) fn nodes() -> usize {
    COST_NODES * COST_NODES
}

/// Returns the heights of a cost around its lowest point, as far as a start.
pub(super) fn heights_around(ground: &dyn Ground, start: [f64; 2]) -> Grid {
    let lowest = ground.minima().first().copied().unwrap_or(start);
    let apart = [0, 1].map(|axis| (start[axis] - lowest[axis]).abs());
    let (least, most) = (1e-3 * apart[0].max(apart[1]), apart[0].max(apart[1]));
    let reach = apart.map(|apart| REACH * if most > 0.0 { apart.max(least) } else { 1.0 });
    let window =
        [0, 1].map(|end| [0, 1].map(|axis| lowest[axis] + (2.0 * f64::from(end) - 1.0) * reach[axis]));
    heights(ground, window, [COST_NODES, COST_NODES])
}

/// What is on one map: its heights, its lowest points, and the names of its axes.
struct Shown {
    grid: Grid,
    minima: Vec<(f64, f64)>,
    axes: [String; 2],
}

/// The grounds that are shown, each with its variants.
fn grounds(variants: &[&Surface]) -> Vec<Vec<usize>> {
    let mut grounds: Vec<Vec<usize>> = Vec::new();
    for index in 0..variants.len() {
        match grounds.iter_mut().find(|shown| are_on_one(variants[shown[0]], variants[index])) {
            Some(shown) => shown.push(index),
            None => grounds.push(vec![index]),
        }
    }
    grounds
}

/// How many of these variants share a map: all if they are few.
fn on_one_map(shown: &[usize]) -> usize {
    if shown.len() > MOST_ON_ONE_MAP { 1 } else { shown.len() }
}

/// Returns how many maps are drawn.
pub(super) fn maps(variants: &[&Surface]) -> usize {
    grounds(variants).iter().map(|shown| shown.len().div_ceil(on_one_map(shown))).sum()
}

/// Variants on the same surface share a map if they are few; else each has its own.
fn map(variants: &[&Surface], outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    let grounds = grounds(variants);
    let surfaces = grounds.len();
    for shown in grounds {
        let Some(ground) = ground(variants, &shown, outcome) else { continue };
        for group in shown.chunks(on_one_map(&shown)) {
            let panel = panel(&ground, group, outcome);
            let first = variants[group[0]];
            let title = match group {
                [only] => outcome.variants.get(*only).map_or("", |variant| &variant.label).to_owned(),
                _ if surfaces > 1 && first.data.is_none() => words(&first.surface),
                _ => String::new(),
            };
            panels.push(if title.is_empty() { panel } else { panel.title(title) });
        }
    }
    if panels.is_empty() {
        return None;
    }
    let lead = match variants.first().is_some_and(|first| first.data.is_some()) {
        true => {
            "The cost over the two weights: level lines, the ground shaded more the higher it lies, and the path of each descent."
        }
        false => {
            "A map of the surface: level lines, the ground shaded more the higher it lies, and the path of each descent."
        }
    };
    let mut figure = Figure::new("map", "The ways down", lead).multiples(panels);
    if surfaces == 1 {
        figure = figure.shared();
    }
    Some(figure.notes(outcome.first_seed().into_iter().chain(outcome.divergence())))
}

/// Returns whether two variants descend the same ground, as far as one map shows.
fn are_on_one(one: &Surface, other: &Surface) -> bool {
    let of_data =
        one.data.is_some() && (&one.data, one.l2, one.start()) == (&other.data, other.l2, other.start());
    of_data || one.data.is_none() && other.data.is_none() && one.surface == other.surface
}

/// Returns the ground that some variants share: that of a formula is measured here, that of data was kept by the first run.
fn ground(variants: &[&Surface], shown: &[usize], outcome: &Outcome) -> Option<Shown> {
    let first = variants[shown[0]];
    if first.data.is_none() {
        let surface = &first.surface;
        let window = window(surface, shown.iter().map(|&index| variants[index].start()));
        let minima = surface.minima().into_iter().map(|[x, y]| (x, y)).collect();
        return Some(Shown { grid: grid(surface, window), minima, axes: ["x".to_owned(), "y".to_owned()] });
    }
    let run: &RunRecord = outcome.variants.get(shown[0])?.runs.first()?;
    let minima = match run.metrics.get("lowest") {
        Some(Metric::List(at)) if at.len() == 2 => vec![(at[0], at[1])],
        _ => Vec::new(),
    };
    let names = run.names.get("features").filter(|names| names.len() == 2)?;
    let axes = [0, 1].map(|axis| format!("weight of {}", outcome.shown(&names[axis])));
    // Of what comes from a cache nobody knows that it has an extent.
    let has_extent =
        |grid: &&Grid| grid.width > 1 && grid.height > 1 && grid.x.0 < grid.x.1 && grid.y.0 < grid.y.1;
    Some(Shown { grid: run.grids.get(COST).filter(has_extent)?.clone(), minima, axes })
}

fn panel(ground: &Shown, shown: &[usize], outcome: &Outcome) -> Panel {
    let path = |&index: &usize| {
        let variant = outcome.variants.get(index)?;
        let run = variant.runs.first()?;
        let points = run.series.get("x")?.iter().copied().zip(run.series.get("y")?.iter().copied());
        let label = if shown.len() > 1 { variant.label.as_str() } else { "" };
        Some(Path::new(points, Color::Series(variant.color), label))
    };
    let (x, y) = (ground.grid.x, ground.grid.y);
    // Both axes to one scale, as far as that leaves a map: right angles stay right, and steepest descent crosses level lines at one.
    // Axes that have nothing in common make a square.
    let ratio = (x.1 - x.0) / (y.1 - y.0);
    let aspect = if (0.05..=20.0).contains(&ratio) { ratio.clamp(0.6, 2.5) } else { 1.0 };
    let axis = |index: usize, (low, high): (f64, f64)| Axis::linear(&ground.axes[index]).range(low, high);
    Panel::new(axis(0, x), axis(1, y))
        .mark(Levels::new(ground.grid.clone(), "the loss"))
        .mark(Paths::new(shown.iter().filter_map(path).collect(), ground.minima.clone(), "minimum"))
        .aspect(aspect)
}

/// Returns what of a surface is shown: what is worth seeing of it, and all starts.
fn window(surface: &surface::Surface, starts: impl Iterator<Item = [f64; 2]>) -> [[f64; 2]; 2] {
    let usual = surface.window();
    let mut window = usual;
    for start in starts {
        for axis in 0..2 {
            let margin = MARGIN * (usual[1][axis] - usual[0][axis]);
            if start[axis] < usual[0][axis] {
                window[0][axis] = window[0][axis].min(start[axis] - margin);
            }
            if start[axis] > usual[1][axis] {
                window[1][axis] = window[1][axis].max(start[axis] + margin);
            }
        }
    }
    window
}

/// Returns the heights of a surface over a window.
fn grid(surface: &surface::Surface, [low, high]: [[f64; 2]; 2]) -> Grid {
    let sides = [0, 1].map(|axis| high[axis] - low[axis]);
    let longer = sides[0].max(sides[1]);
    let nodes = sides.map(|side| ((CELLS as f64 * side / longer) as usize).max(32));
    heights(surface, [low, high], nodes)
}

/// Returns the heights at so many nodes of a window along each axis.
fn heights(ground: &dyn Ground, [low, high]: [[f64; 2]; 2], [width, height]: [usize; 2]) -> Grid {
    let at = |axis: usize, index: usize, count: usize| {
        low[axis] + (high[axis] - low[axis]) * index as f64 / (count - 1) as f64
    };
    let value = |cell: usize| ground.value([at(0, cell % width, width), at(1, cell / width, height)]);
    Grid {
        width,
        height,
        x: (low[0], high[0]),
        y: (low[1], high[1]),
        values: (0..width * height).map(value).collect(),
    }
}

/// Names a surface with its settings: `bowl, condition 100, rotation 45`.
fn words(surface: &surface::Surface) -> String {
    let written = serde_json::to_value(surface).unwrap_or_default();
    let settings = written.get(surface.info().name).and_then(|settings| settings.as_object());
    let settings = settings.into_iter().flatten().map(|(name, value)| {
        let value = value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string());
        format!("{} {value}", name.replace('_', " "))
    });
    [surface.info().name.to_owned()].into_iter().chain(settings).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_every_start() {
        let bowl = surface::Surface::default();
        assert_eq!(window(&bowl, [[-2.0, 1.0]].into_iter()), bowl.window());
        let [low, high] = window(&bowl, [[-9.0, 1.0], [0.0, 4.0]].into_iter());
        assert!(low[0] < -9.0 && high[1] > 4.0);
        assert_eq!((low[1], high[0]), (-1.5, 2.5));
    }

    #[test]
    fn a_grid_has_the_surface_at_its_corners() {
        let bowl = surface::Surface::default();
        let grid = grid(&bowl, bowl.window());
        assert_eq!(grid.values[0], bowl.value([-2.5, -1.5]));
        assert_eq!(grid.values[grid.width * grid.height - 1], bowl.value([2.5, 1.5]));
    }

    #[test]
    fn surfaces_are_told_by_their_settings() {
        assert_eq!(words(&surface::Surface::default()), "bowl, condition 100, rotation 0");
        assert_eq!(words(&surface::Surface::Saddle(surface::Saddle {})), "saddle");
    }
}
