//! Whole figures: well-formed, stable, without a value that breaks them.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::collections::BTreeSet;

#[path = "../../examples/gallery.rs"]
#[allow(dead_code, unreachable_pub)]
mod gallery;

/// Tags balanced, attributes quoted, no bare markup: what an XML parser would insist on here.
fn check_xml(text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        if rest[..start].contains('>') {
            return Err(format!("a bare > before {}", &rest[start..(start + 40).min(rest.len())]).into());
        }
        let end = rest.find('>').ok_or("a tag without end")?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        match (tag.strip_prefix('/'), tag.ends_with('/')) {
            (Some(closed), _) if open.pop() != Some(closed) => {
                return Err(format!("</{closed}> closes nothing").into());
            }
            (Some(_), _) | (None, true) => {}
            (None, false) => open.push(name),
        }
        if tag.matches('"').count() % 2 == 1 || tag.contains('<') {
            return Err(format!("<{tag}> is badly quoted").into());
        }
        ids.extend(
            tag.split(" id=\"").skip(1).map(|id| id.split('"').next().unwrap_or_default().to_string()),
        );
        if tag == "style" {
            let end = rest.find("</style>").ok_or("a style without end")?;
            rest = &rest[end..];
        }
    }
    if open.is_empty() { Ok(ids) } else { Err(format!("{open:?} stay open").into()) }
}

#[test]
fn every_figure_of_the_gallery_is_well_formed() {
    let figures = gallery::figures();
    assert!(figures.len() > 15);
    for figure in figures {
        let html = figure.html("lesson-block");
        for drawing in
            [figure.svg("a", Layout::Wide, true), figure.svg("a", Layout::Narrow, false), html.clone()]
        {
            check_xml(&drawing).unwrap_or_else(|problem| panic!("{}: {problem}", figure.name));
            assert!(!drawing.contains("NaN") && !drawing.contains("inf"), "{}", figure.name);
        }
        let ids = check_xml(&html).unwrap();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{} repeats an id", figure.name);
        assert!(ids.iter().all(|id| id.starts_with("lesson-block")));
        for id in html
            .split("aria-labelledby=\"")
            .skip(1)
            .flat_map(|rest| rest.split('"').next().unwrap().split(' '))
        {
            assert!(ids.iter().any(|known| known == id), "{id} is nowhere");
        }
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    for (one, other) in gallery::figures().iter().zip(gallery::figures()) {
        assert_eq!(one.html("f"), other.html("f"));
    }
}

#[test]
fn markup_in_names_is_only_text() {
    let nasty = "</title><script>\"'&\u{0}";
    let line = Line::series(&[1.0, 2.0], Color::Series(0)).label(nasty);
    let panel = Panel::new(Axis::linear(nasty), Axis::linear(nasty))
        .title(nasty)
        .mark(line)
        .mark(Rule::y(1.5).label(nasty));
    let html = Figure::new("f", nasty, nasty).panel(panel).note(nasty).html("f");
    check_xml(&html).unwrap();
    assert!(!html.contains("<script"));
}

#[test]
fn long_series_are_drawn_short() {
    let values: Vec<f64> = (0..10_000).map(|i| f64::from((i * 7919) % 1000)).collect();
    let panel =
        Panel::new(Axis::linear("x"), Axis::linear("y")).mark(Line::series(&values, Color::Series(0)));
    let figure = Figure::new("f", "F", "").panel(panel);
    assert!(figure.svg("f", Layout::Wide, false).len() < 90_000);
    assert!(figure.tables()[0].rows.len() < 50);
    let places = || values.iter().enumerate().map(|(at, &value)| (at as f64, value));
    let whiskers =
        places().map(|(at, middle)| Estimate { at, low: middle - 1.0, middle, high: middle + 9.0 });
    let marks: [Arc<dyn Mark>; 3] = [
        Arc::new(Area::new(places(), Color::Series(0))),
        Arc::new(Interval::new(whiskers.clone(), Color::Series(0))),
        Arc::new(Interval::new(whiskers, Color::Series(0)).horizontal()),
    ];
    for mark in marks {
        let mut panel = Panel::new(Axis::linear("x"), Axis::linear("y"));
        panel.marks.push(mark);
        let length = Figure::new("f", "F", "").panel(panel).svg("f", Layout::Wide, false).len();
        assert!(length < 400_000, "{length}");
    }
}

#[test]
fn diverged_curves_break() {
    let path = |values: &[f64]| {
        let panel =
            Panel::new(Axis::linear("x"), Axis::linear("y")).mark(Line::series(values, Color::Series(3)));
        let svg = Figure::new("f", "F", "").panel(panel).svg("f", Layout::Wide, false);
        let lines = svg.split("<path class=\"s3 l\"").skip(1).filter_map(|line| line.split("/>").next());
        lines.map(|line| line.matches('M').count()).sum::<usize>()
    };
    assert_eq!(path(&[1.0, 2.0, 3.0, 4.0, 5.0]), 1);
    assert_eq!(path(&[1.0, 2.0, f64::NAN, 4.0, 5.0]), 2);
    assert_eq!(path(&[1.0, 2.0, f64::INFINITY, f64::NAN]), 1);
}

#[test]
fn what_another_outcome_had_is_seen_and_not_told() {
    let figure = |value: f64| {
        let axes = || Panel::new(Axis::linear("x"), Axis::linear("y"));
        let dots = axes().mark(Dots::new([(1.0, value)], Color::Series(0)).label("a"));
        let bars = axes().mark(Bars::new([value, 2.0], Color::Series(0)).label("a"));
        let curve = axes()
            .mark(Band::series(&[0.5, 0.5], &[9.0, 9.0], Color::Series(0)))
            .mark(Line::series(&[value, 2.0], Color::Series(0)).label("a"));
        Figure::new("f", "F", "").panels([dots, bars, curve])
    };
    let (own, both) = (figure(3.0), figure(3.0).before(&figure(5.0)));
    let svg = both.svg("f", Layout::Wide, false);
    check_xml(&svg).unwrap();
    assert_eq!(svg.matches("<g class=\"ghost\"").count(), 3, "{svg}");
    assert_eq!(both.tables(), own.tables());
    // A band would hide what lies behind it.
    let (band, ghost) = (svg.rfind("fill-opacity=\"0.17\"").unwrap(), svg.rfind("class=\"ghost\"").unwrap());
    assert!(band < ghost, "{svg}");
    // Nor what is as it was.
    assert!(!figure(3.0).before(&figure(3.0)).svg("f", Layout::Wide, false).contains("ghost"));
    // Other panels cannot be compared.
    let alone = figure(3.0).before(&Figure::new("f", "F", ""));
    assert!(!alone.svg("f", Layout::Wide, false).contains("ghost"));
}

#[test]
fn lines_of_another_map_lie_over_a_map_and_under_its_dots() {
    let grid = |tilt: f64| crate::outcome::Grid {
        width: 9,
        height: 9,
        x: (0.0, 1.0),
        y: (0.0, 1.0),
        values: (0..81)
            .map(|i| f64::from(i % 9) / 8.0 * (1.0 - tilt) + f64::from(i / 9) / 8.0 * tilt)
            .collect(),
    };
    let regions = |tilt: f64| Regions::binary(grid(tilt), ["a", "b"]);
    let axes = || Panel::new(Axis::linear("x"), Axis::linear("y"));
    let dots = || Dots::new([(0.5, 0.5)], Color::Series(0));
    let figure = |tilt: f64| {
        let states = Frames::new([0.5, tilt].map(|tilt| Frame::new("epoch 1").marks([regions(tilt)])));
        let panels =
            [axes().mark(regions(tilt)), axes().mark(Levels::new(grid(tilt), "loss")), axes().mark(states)];
        Figure::new("f", "F", "").panels(panels.map(|panel| panel.mark(dots())))
    };
    let svg = figure(0.2).before(&figure(0.7)).svg("f", Layout::Wide, false);
    check_xml(&svg).unwrap();
    let ghosts: Vec<usize> = svg.match_indices("<g class=\"ghost\"").map(|(at, _)| at).collect();
    assert_eq!(ghosts.len(), 3, "{svg}");
    for at in ghosts {
        assert!(svg[at..].contains("stroke-dasharray"), "{svg}");
        assert!(svg[..at].contains("fill-opacity") && svg[at..].contains("class=\"s0"), "{svg}");
    }
    assert!(!figure(0.2).before(&figure(0.2)).svg("f", Layout::Wide, false).contains("ghost"));
}

#[test]
fn a_curve_looks_like_this() {
    let panel = Panel::new(Axis::linear("epoch").integer(), Axis::log("loss"))
        .mark(Band::series(&[0.9, 0.08, 0.009], &[1.1, 0.12, 0.011], Color::Series(0)))
        .mark(Line::series(&[1.0, 0.1, 0.01], Color::Series(0)).label("Adam"));
    let figure = Figure::new("loss", "Training loss", "How the loss falls.").panel(panel);
    insta::assert_snapshot!(figure.svg("adam-loss", Layout::Wide, false));
}

#[test]
fn bars_look_like_this() {
    let panel = Panel::new(Axis::category("", ["cat", "dog"]), Axis::linear("").hidden())
        .mark(Bars::new([0.75, 0.25], Color::Series(0)).values(Format::Percent, 0));
    let figure = Figure::new("p", "Probabilities", "What softmax gives.").panel(panel);
    insta::assert_snapshot!(figure.html("p"));
}

fn marks(a: &[f64], b: &[f64]) -> Vec<Arc<dyn Mark>> {
    let points: Vec<Point> = a.iter().copied().zip(b.iter().copied()).collect();
    let color = Color::Series(a.len());
    let grid = crate::outcome::Grid {
        width: b.len(),
        height: 1,
        x: (0.0, 1.0),
        y: (a.len() as f64, 2.0),
        values: b.to_vec().into(),
    };
    let square = crate::outcome::Grid {
        width: 2,
        height: 2,
        x: (0.0, 1.0),
        y: (0.0, 1.0),
        values: vec![b.first().copied().unwrap_or(0.0), 0.3, f64::NAN, 1.0].into(),
    };
    let estimates =
        points.iter().map(|&(at, middle)| Estimate { at, low: -middle, middle, high: middle * 3.0 });
    vec![
        Arc::new(Line::new(points.clone(), color).label("line")),
        Arc::new(Line::new(points.clone(), color).step().markers().dashed()),
        Arc::new(Band::new(points.iter().map(|&(x, y)| (x, y, y * 2.0)), color)),
        Arc::new(Area::new(points.clone(), color)),
        Arc::new(Area::histogram(a, b, color).label("area")),
        Arc::new(Area::ridge(1, points.clone(), color)),
        Arc::new(
            Dots::new(points.clone(), color)
                .colors([Color::Ramp(b.first().copied().unwrap_or(0.0))])
                .label("dots"),
        ),
        Arc::new(Bars::new(a.iter().copied(), color).values(Format::Percent, 1)),
        Arc::new(Bars::new(b.iter().copied(), color).values(Format::Scientific, 2).horizontal()),
        Arc::new(Interval::new(estimates, color).joined().label("interval")),
        Arc::new(Rule::x(a.first().copied().unwrap_or(1.0)).label("x")),
        Arc::new(Rule::y(b.first().copied().unwrap_or(1.0)).label("y")),
        Arc::new(Text::new(points.first().copied().unwrap_or((0.0, 0.0)), "text").side(Side::Above)),
        Arc::new(Regions::new(vec![grid.clone(), square.clone()], ["p", "q"])),
        Arc::new(Regions::binary(square, ["p", "q"])),
        Arc::new(Raster::new(grid, "raster").texts(["one"])),
    ]
}

fn axis(kind: usize, label: &str) -> Axis {
    match kind % 5 {
        0 => Axis::linear(label),
        1 => Axis::log(label),
        2 => Axis::one_minus_log(label).percent(),
        3 => Axis::category(label, ["a", "b", "a long name of two words"]),
        _ => Axis::linear(label).integer().zero(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_data_breaks_a_figure(
        a in prop::collection::vec(any::<f64>(), 0..8),
        b in prop::collection::vec(any::<f64>(), 0..8),
        kinds in (0usize..5, 0usize..5),
        which in 0usize..16,
        shared in any::<bool>(),
        aspect in prop::option::of(any::<f64>()),
    ) {
        let mut panel = Panel::new(axis(kinds.0, "x"), axis(kinds.1, "y")).title("panel");
        panel.marks = vec![marks(&a, &b).swap_remove(which)];
        panel.aspect = aspect;
        let tracks = [Track::new(a.iter().copied(), Color::Ink), Track::new(b.iter().copied(), Color::Bad).label("best")];
        let parallel = Parallel::new([axis(kinds.0, "x"), axis(kinds.1, "y")], tracks);
        let mut figure = Figure::new("f", "F", "").panels([panel.clone(), panel]).columns(2);
        figure.panels.push(Panel::parallel(parallel));
        if shared {
            figure = figure.shared();
        }
        let html = figure.html("f");
        prop_assert!(check_xml(&html).is_ok(), "{:?}", check_xml(&html));
        let svg = html.split("<div class=\"chart-data\">").next().unwrap_or_default();
        let drawn = svg.split("<desc").filter_map(|part| part.split("</desc>").last()).collect::<String>();
        prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"));
    }
}
