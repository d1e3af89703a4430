//! Every kind of figure on one page, to be looked at: `cargo run -p gradbook-lab --example gallery -- target/gallery`
//! writes `index.html`, `dark.html`, `narrow.html` (as on a phone) and each figure as a file of its own.

use std::path::PathBuf;

use gradbook_lab::chart::{
    Area, Axis, Band, Bars, Color, Dots, Estimate, Figure, Format, Interval, Key, Layout, Levels, Line,
    Panel, Parallel, Part, Path, Paths, Picture, Pictures, Raster, Regions, Rule, Shape, Track, css,
};
use gradbook_lab::outcome::Grid;

pub fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_string()));
    std::fs::create_dir_all(&folder)?;
    let figures = figures();
    let mut body = String::new();
    for figure in &figures {
        body.push_str(&format!("<figure>{}</figure>\n", figure.html(&figure.name)));
        let file = folder.join(format!("{}.svg", figure.name));
        std::fs::write(file, figure.svg(&figure.name, Layout::Wide, true))?;
    }
    for (name, theme, width) in
        [("index.html", "light", 720), ("dark.html", "dark", 720), ("narrow.html", "light", 348)]
    {
        std::fs::write(folder.join(name), page(&body, theme, width))?;
    }
    println!("{} figures in {}", figures.len(), folder.display());
    Ok(())
}

fn page(body: &str, theme: &str, width: u32) -> String {
    let style = format!(
        "body{{margin:0 auto;max-width:{width}px;padding:16px;background:var(--chart-paper);color:var(--chart-ink)}}\
                 figure{{margin:0 0 48px}}"
    );
    format!(
        "<!doctype html>\n<html lang=\"en\" data-theme=\"{theme}\">\n<head><meta charset=\"utf-8\"><title>Charts</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{}{style}</style></head>\n<body>\n{body}</body></html>\n",
        css()
    )
}

/// All figures of the page.
pub fn figures() -> Vec<Figure> {
    vec![
        losses(),
        part_sizes(),
        class_shares(),
        estimates(),
        activation_sd(),
        histograms(),
        ridges(),
        dropout_curves(),
        gap(),
        trials(),
        running_best(),
        parallel(),
        softmax(),
        regions(),
        three_regions(),
        ways_down(),
        confusion(),
        pictures(),
        diverging(),
        many_names(),
    ]
}

/// Pseudo-random, evenly in 0..1: a small linear congruential generator is random enough to look at.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

fn curve(noise: &mut Noise, epochs: usize, start: f64, end: f64, rate: f64, rough: f64) -> Vec<f64> {
    let mut wander = 0.0;
    let value = |epoch: usize| {
        wander = 0.8 * wander + rough * noise.normal();
        (end + (start - end) * libm::exp(-rate * epoch as f64)) * libm::exp(wander)
    };
    (0..=epochs).map(value).collect()
}

fn losses() -> Figure {
    let names = ["SGD", "momentum", "Nesterov", "RMSprop", "Adam", "AdamW", "Adagrad", "SGD, rate 0.1"];
    let ends = [0.30, 0.05, 0.046, 0.022, 0.018, 0.02, 0.12, 0.044];
    let rates = [0.03, 0.06, 0.065, 0.11, 0.14, 0.13, 0.05, 0.08];
    let mut noise = Noise(1);
    let mut panel = Panel::new(Axis::linear("epoch").integer(), Axis::log("training loss"));
    for (index, name) in names.into_iter().enumerate() {
        let values = curve(&mut noise, 60, 2.3, ends[index], rates[index], 0.03);
        let color = Color::Series(index);
        if index % 3 == 0 {
            let low: Vec<f64> =
                values.iter().enumerate().map(|(i, v)| v * (0.9 - 0.003 * i as f64)).collect();
            let high: Vec<f64> =
                values.iter().enumerate().map(|(i, v)| v * (1.1 + 0.004 * i as f64)).collect();
            panel = panel.mark(Band::series(&low, &high, color));
        }
        panel = panel.mark(Line::series(&values, color).label(name));
    }
    Figure::new("loss", "Training loss by optimizer", "How the training loss of eight optimizers falls.")
        .panel(panel)
        .note("Lines: mean over 10 seeds. Bands: one standard deviation.")
}

fn part_sizes() -> Figure {
    let splits = ["60 / 20 / 20", "80 / 10 / 10", "98 / 1 / 1"];
    let parts = [
        Part::new("train", Color::Series(0), [1078.0, 1437.0, 1761.0]),
        Part::new("dev", Color::Series(1), [359.0, 180.0, 18.0]),
        Part::new("test", Color::Series(2), [360.0, 180.0, 18.0]),
    ];
    let bars = Bars::stacked(&parts).into_iter().map(|bars| bars.horizontal().values(Format::Integer, 0));
    let panel = Panel::new(Axis::linear("rows").integer(), Axis::category("", splits)).marks(bars);
    Figure::new("part_sizes", "How many rows each part gets", "Rows in train, dev and test for three splits.")
        .panel(panel)
}

fn class_shares() -> Figure {
    let classes: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let mut noise = Noise(3);
    let shares =
        |noise: &mut Noise, spread: f64| (0..10).map(|_| 0.1 + spread * noise.normal()).collect::<Vec<_>>();
    let parts = [
        Part::new("train", Color::Series(0), shares(&mut noise, 0.002)),
        Part::new("dev", Color::Series(1), shares(&mut noise, 0.012)),
        Part::new("test", Color::Series(2), shares(&mut noise, 0.012)),
    ];
    let panel =
        Panel::new(Axis::category("digit", classes), Axis::linear("share of the part").percent().zero())
            .marks(Bars::grouped(&parts))
            .mark(Rule::y(0.1).label("even"));
    Figure::new("class_shares", "Share of each class in each part", "Shares of ten classes in three parts.")
        .panel(panel)
}

fn estimates() -> Figure {
    let splits = ["60 / 20 / 20", "80 / 10 / 10", "98 / 1 / 1"];
    let mut noise = Noise(4);
    let mut panel = Panel::new(Axis::linear("accuracy").percent(), Axis::category("", splits));
    for (part, name) in ["dev", "test"].into_iter().enumerate() {
        let color = Color::Series(part + 1);
        let offset = if part == 0 { -0.18 } else { 0.18 };
        let mut all = Vec::new();
        let mut means = Vec::new();
        for (row, spread) in [0.008, 0.012, 0.035].into_iter().enumerate() {
            let values: Vec<f64> = (0..20).map(|_| (0.965 + spread * noise.normal()).min(1.0)).collect();
            let mean = values.iter().sum::<f64>() / 20.0;
            let strip = Dots::strip(row, &values, 0.22, true, color).points;
            all.extend(strip.into_iter().map(|(x, y)| (x, y + offset)));
            means.push(Estimate {
                at: row as f64 + offset,
                low: mean - spread,
                middle: mean,
                high: mean + spread,
            });
        }
        panel = panel.mark(Dots::new(all, color).size(3.0).hollow());
        panel = panel.mark(Interval::new(means, color).horizontal().label(name));
    }
    let panel = panel.mark(Rule::x(0.965).label("on 10,000 fresh rows"));
    Figure::new(
        "estimates",
        "How far the estimates scatter",
        "Accuracy on dev and test over 20 seeds for three splits.",
    )
    .panel(panel)
    .note("Rings: one seed each. Dots and lines: mean and standard error.")
}

fn activation_sd() -> Figure {
    let names = ["normal 0.01", "normal 1", "Xavier", "He", "LeCun"];
    let factors = [0.16, 16.0, 0.98, 1.38, 0.71];
    let panel = |title: &str, back: bool| {
        let mut panel =
            Panel::new(Axis::linear("layer").integer(), Axis::log("standard deviation")).title(title);
        for (index, (name, factor)) in names.into_iter().zip(factors).enumerate() {
            let mut value = 1.0;
            let mut points: Vec<(f64, f64)> = Vec::new();
            for layer in 1..=9 {
                value *= factor;
                points.push((if back { 10.0 - f64::from(layer) } else { f64::from(layer) }, value));
            }
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            panel = panel.mark(Line::new(points, Color::Series(index)).markers().label(name));
        }
        panel
    };
    Figure::new(
        "activation_sd",
        "Signals through nine layers",
        "Spread of activations and gradients, layer by layer.",
    )
    .panels([panel("Activations", false), panel("Gradients", true)])
    .columns(2)
    .share_y()
}

fn bell(sd: f64) -> impl Fn(f64) -> f64 {
    move |x| libm::exp(-x * x / (2.0 * sd * sd))
}

fn histograms() -> Figure {
    let mut panels = Vec::new();
    for (row, name) in ["normal 0.01", "Xavier", "normal 1"].into_iter().enumerate() {
        for layer in 1..=3 {
            let edges: Vec<f64> = (0..=24).map(|edge| -1.0 + f64::from(edge) / 12.0).collect();
            let sd = [0.3 / f64::from(layer * layer), 0.45, 0.8][row];
            let shape = |x: f64| if row == 2 { 0.1 + x * x * x * x } else { bell(sd)(x) };
            let counts: Vec<f64> =
                edges.windows(2).map(|edge| 300.0 * shape((edge[0] + edge[1]) / 2.0)).collect();
            let panel = Panel::new(Axis::linear("activation"), Axis::linear("units").zero())
                .title(format!("{name}, layer {layer}"))
                .mark(Area::histogram(&edges, &counts, Color::Series(row)));
            panels.push(panel);
        }
    }
    Figure::new("histograms", "Activations layer by layer", "Histograms of tanh activations in three layers.")
        .panels(panels)
        .columns(3)
        .shared()
}

fn ridges() -> Figure {
    let names = ["layer 1", "layer 2", "layer 3", "layer 4", "layer 5"];
    let panel = |title: &str, shrink: f64, color| {
        let mut panel =
            Panel::new(Axis::linear("activation").range(-1.0, 1.0), Axis::category("", names)).title(title);
        let mut sd = 0.5;
        for row in 0..names.len() {
            let points =
                (0..=80).map(|step| (-1.0 + f64::from(step) / 40.0, bell(sd)(-1.0 + f64::from(step) / 40.0)));
            panel = panel.mark(Area::ridge(row, points, color));
            sd *= shrink;
        }
        panel
    };
    Figure::new(
        "ridges",
        "Where activations lie",
        "Distributions of activations in five layers for two initializers.",
    )
    .panels([panel("normal 0.01", 0.6, Color::Series(0)), panel("Xavier", 0.97, Color::Series(1))])
    .columns(2)
    .shared()
}

fn dropout_curves() -> Figure {
    let mut noise = Noise(8);
    let panels = [1.0, 0.8, 0.5].map(|keep| {
        let mut panel = Panel::new(Axis::linear("epoch").integer(), Axis::linear("accuracy").percent())
            .title(format!("keep {keep}"));
        for (part, name) in ["train", "dev"].into_iter().enumerate() {
            let end = if part == 0 { 0.93 + 0.07 * keep } else { 0.955 - 0.02 * (keep - 0.7f64).abs() };
            let values = curve(&mut noise, 40, 0.4, end, 0.2, 0.0015);
            let low: Vec<f64> = values.iter().map(|v| v - 0.012).collect();
            let high: Vec<f64> = values.iter().map(|v| (v + 0.012).min(1.0)).collect();
            let color = Color::Series(part);
            let line = Line::series(&values, color).label(name);
            panel = panel.mark(Band::series(&low, &high, color)).mark(if part == 0 {
                line
            } else {
                line.dashed()
            });
        }
        panel
    });
    Figure::new("curves", "Train and dev accuracy", "Accuracy on train and dev over 40 epochs.")
        .panels(panels)
        .columns(3)
        .shared()
        .note("Bands: one standard deviation over 10 seeds.")
}

fn gap() -> Figure {
    let tried = [0.3, 0.5, 0.7, 0.8, 0.9, 1.0];
    let estimates = tried.map(|keep| {
        let middle = 0.002 + 0.05 * keep * keep * keep;
        Estimate { at: keep, low: middle - 0.006, middle, high: middle + 0.006 }
    });
    let panel = Panel::new(
        Axis::linear("keep probability").ticks(tried),
        Axis::linear("train accuracy minus dev accuracy").percent().zero(),
    )
    .mark(Interval::new(estimates, Color::Series(0)).joined());
    Figure::new(
        "gap",
        "Less kept, less overfitted",
        "The gap between train and dev accuracy against keep probability.",
    )
    .panel(panel)
    .note("Lines: 95% interval over 10 seeds.")
}

fn trials() -> Figure {
    let mut noise = Noise(10);
    let mut points = Vec::new();
    let mut colors = Vec::new();
    for _ in 0..60 {
        let rate = libm::exp10(-4.0 + 4.0 * noise.next());
        let beta = 1.0 - libm::exp10(-1.0 - 2.0 * noise.next());
        let off = libm::log10(rate) + 2.2;
        points.push((rate, beta));
        colors.push(Color::Ramp(1.0 - (0.4 * off * off).min(1.0)));
    }
    let best = points[7];
    let panel = Panel::new(Axis::log("learning rate"), Axis::one_minus_log("momentum"))
        .mark(Dots::new(points, Color::Ramp(0.5)).colors(colors).size(5.0))
        .mark(Dots::new([best], Color::Ink).size(9.0).hollow().label("best of 60"));
    Figure::new("trials", "Sixty trials over the space", "Random trials by learning rate and momentum.")
        .panel(panel)
        .ramp("dev loss above 1", "0.06")
}

fn running_best() -> Figure {
    let mut noise = Noise(11);
    let values: Vec<f64> = (0..40).map(|_| 0.08 + 0.9 * noise.next() * noise.next()).collect();
    let mut best = f64::INFINITY;
    let running: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(trial, &value)| {
            best = best.min(value);
            (trial as f64 + 1.0, best)
        })
        .collect();
    let dots = values.iter().enumerate().map(|(trial, &value)| (trial as f64 + 1.0, value));
    let panel = Panel::new(Axis::linear("trial").integer(), Axis::log("dev loss"))
        .mark(Dots::new(dots, Color::Muted).size(3.5).label("one trial"))
        .mark(Line::new(running, Color::Series(0)).step().label("best so far"));
    Figure::new("running_best", "The search goes on, the gains shrink", "Dev loss of each trial.")
        .panel(panel)
}

fn parallel() -> Figure {
    let mut noise = Noise(12);
    let mut tracks: Vec<Track> = (0..40)
        .map(|_| {
            let rate = -4.0 + 4.0 * noise.next();
            let units = libm::floor(16.0 + 112.0 * noise.next());
            let activation = libm::floor(3.0 * noise.next());
            let loss = 0.06 + 0.12 * (rate + 2.2) * (rate + 2.2) + 0.1 * noise.next();
            let values = [libm::exp10(rate), units, 0.4 + 0.6 * noise.next(), activation, loss];
            Track::new(values, Color::Ramp(1.0 - loss.min(1.0)))
        })
        .collect();
    tracks.sort_by(|a, b| a.values[4].total_cmp(&b.values[4]));
    let best = tracks[0].clone().label("best");
    tracks[0] = Track { color: Color::Series(1), ..best };
    let axes = [
        Axis::log("learning rate"),
        Axis::linear("hidden units").integer(),
        Axis::linear("keep probability"),
        Axis::category("activation", ["relu", "tanh", "sigmoid"]),
        Axis::log("dev loss"),
    ];
    let panel = Panel::parallel(Parallel::new(axes, tracks));
    Figure::new(
        "parallel",
        "What the good trials have in common",
        "Forty trials over four settings and their dev loss.",
    )
    .panel(panel)
}

fn softmax() -> Figure {
    let logits = [5.0, 2.0, -1.0, 3.0];
    let exponentials = logits.map(libm::exp);
    let sum: f64 = exponentials.iter().sum();
    let names = ["cat", "dog", "chick", "other"];
    let panel = |title: &str, values: [f64; 4], color: Color, decimals: usize| {
        Panel::new(Axis::category("", names), Axis::linear("").hidden())
            .title(title)
            .aspect(1.0)
            .mark(Bars::new(values, color).values(Format::Plain, decimals))
    };
    Figure::new(
        "softmax",
        "From logits to a decision",
        "Four logits, their exponentials, probabilities and hardmax.",
    )
    .panels([
        panel("logits z", logits, Color::Series(0), 1),
        panel("exponentials", exponentials, Color::Series(0), 1),
        panel("probabilities", exponentials.map(|value| value / sum), Color::Series(0), 3),
        panel("hardmax", [1.0, 0.0, 0.0, 0.0], Color::Muted, 0),
    ])
    .columns(4)
}

fn plane(value: impl Fn(f64, f64) -> f64) -> Grid {
    let (width, height) = (61, 61);
    let (x, y) = ((-2.0, 3.0), (-1.8, 2.3));
    let at = |(low, high): (f64, f64), step: usize| low + (high - low) * step as f64 / 60.0;
    let values = (0..width * height).map(|i| value(at(x, i % width), at(y, i / width))).collect();
    Grid { width, height, x, y, values }
}

fn moons(noise: &mut Noise, class: usize) -> Vec<(f64, f64)> {
    let point = |noise: &mut Noise| {
        let angle = std::f64::consts::PI * noise.next();
        let (x, y) = (libm::cos(angle), libm::sin(angle));
        let (x, y) = if class == 0 { (x, y) } else { (1.0 - x, 0.5 - y) };
        (x + 0.12 * noise.normal(), y + 0.12 * noise.normal())
    };
    (0..110).map(|_| point(noise)).collect()
}

fn regions() -> Figure {
    let chance = |x: f64, y: f64| 1.0 / (1.0 + libm::exp(5.0 * (y - 0.25 - 0.9 * libm::sin(1.7 * x - 0.8))));
    let mut noise = Noise(14);
    let mut panel = Panel::new(Axis::linear("x₁"), Axis::linear("x₂"))
        .square()
        .mark(Regions::binary(plane(chance), ["upper", "lower"]));
    for (class, name) in ["upper", "lower"].into_iter().enumerate() {
        let dots = Dots::new(moons(&mut noise, class), Color::Series(class)).shape(Shape::of(class));
        panel = panel.mark(dots.label(name));
    }
    Figure::new("regions", "What the network has learned", "The plane divided by a trained network.")
        .panel(panel)
}

fn three_regions() -> Figure {
    let centres = [(-0.8, -0.6), (0.6, 1.2), (1.9, -0.7)];
    let mut panels = Vec::new();
    for (title, sharp) in [("epoch 1", 0.6), ("epoch 50", 3.0)] {
        let mut noise = Noise(15);
        let score = |class: usize, x: f64, y: f64| {
            let (cx, cy) = centres[class];
            libm::exp(-sharp * ((x - cx) * (x - cx) + (y - cy) * (y - cy)))
        };
        let grids = (0..3)
            .map(|class| plane(move |x, y| score(class, x, y) / (0..3).map(|k| score(k, x, y)).sum::<f64>()));
        let names = ["setosa", "versicolor", "virginica"];
        let mut panel = Panel::new(Axis::linear("petal length"), Axis::linear("petal width"))
            .title(title)
            .square()
            .mark(Regions::new(grids.collect(), names));
        for (class, name) in names.into_iter().enumerate() {
            let (cx, cy) = centres[class];
            let points =
                (0..50).map(|_| (cx + 0.4 * noise.normal(), cy + 0.35 * noise.normal())).collect::<Vec<_>>();
            panel = panel
                .mark(Dots::new(points, Color::Series(class)).shape(Shape::of(class)).label(name).size(3.6));
        }
        panels.push(panel);
    }
    Figure::new("three_regions", "Three classes", "The plane of two features divided among three classes.")
        .panels(panels)
        .columns(2)
        .shared()
}

/// Two descents in a bowl of condition 20: plain, and one that divides each part of the gradient by its curvature.
fn ways_down() -> Figure {
    let value = |(x, y): (f64, f64)| (x * x + 20.0 * y * y) / 2.0;
    let at =
        |index: usize, count: usize, reach: f64| -reach + 2.0 * reach * index as f64 / (count - 1) as f64;
    let values = (0..100 * 60).map(|cell| value((at(cell % 100, 100, 2.5), at(cell / 100, 60, 1.5))));
    let grid = Grid { width: 100, height: 60, x: (-2.5, 2.5), y: (-1.5, 1.5), values: values.collect() };
    let down = |along: f64, across: f64| {
        let step = move |&(x, y): &(f64, f64)| Some((x * along, y * across));
        std::iter::successors(Some((-2.0, 1.2)), step).take(30)
    };
    let paths = vec![
        Path::new(down(0.91, -0.8), Color::Series(0), "one rate"),
        Path::new(down(0.8, 0.8), Color::Series(1), "a rate for each direction"),
    ];
    let panel = Panel::new(Axis::linear("x"), Axis::linear("y"))
        .mark(Levels::new(grid, "the loss"))
        .mark(Paths::new(paths, vec![(0.0, 0.0)], "minimum"))
        .aspect(5.0 / 3.0);
    Figure::new("ways_down", "Two ways down a bowl", "Paths over level lines of a bowl.").panel(panel)
}

fn confusion() -> Figure {
    let names = ["cat", "dog", "chick", "other"];
    let counts = [52.0, 3.0, 0.0, 1.0, 4.0, 47.0, 1.0, 2.0, 0.0, 0.0, 55.0, 3.0, 2.0, 1.0, 2.0, 49.0];
    let grid = Grid { width: 4, height: 4, x: (0.0, 3.0), y: (0.0, 3.0), values: counts.to_vec().into() };
    let raster = Raster::new(grid, "examples").texts(counts.map(|count: f64| count.to_string()));
    let panel = Panel::new(Axis::category("predicted", names), Axis::category("true class", names))
        .aspect(1.3)
        .mark(raster);
    Figure::new("confusion", "Which class is taken for which", "Counts of true and predicted classes.")
        .panel(panel)
}

fn pictures() -> Figure {
    let ring = |index: usize| {
        let radius = 2.0 + 0.4 * index as f64;
        let pixel = |cell: usize| {
            let (x, y) = ((cell % 12) as f64 - 5.5, (cell / 12) as f64 - 5.5);
            (1.0 - ((x * x + y * y).sqrt() - radius).abs()).max(0.0)
        };
        let pixels = (0..144).map(pixel).collect();
        let grid = Grid { width: 12, height: 12, x: (0.0, 12.0), y: (0.0, 12.0), values: pixels };
        Picture::new(grid, [format!("ring {index}"), format!("radius {radius}")])
    };
    let pictures = Pictures::new((0..14).map(ring), 8);
    let aspect = pictures.aspect();
    let axis = || Axis::linear("").hidden();
    let panel = Panel::new(axis(), axis()).aspect(aspect).mark(pictures);
    Figure::new("pictures", "Rings", "Pictures of rings, each wider than the one before.").panel(panel)
}

fn diverging() -> Figure {
    let mut noise = Noise(17);
    let mut high: Vec<f64> = (0..12).map(|epoch| 2.3 * libm::exp(0.5 * f64::from(epoch))).collect();
    high.extend([f64::NAN; 29]);
    let calm = curve(&mut noise, 40, 2.3, 0.03, 0.15, 0.02);
    let slow = curve(&mut noise, 40, 2.3, 1.8, 0.02, 0.005);
    let panel = Panel::new(Axis::linear("epoch").integer(), Axis::log("training loss"))
        .mark(Line::series(&calm, Color::Series(0)).label("rate 0.1"))
        .mark(Line::series(&slow, Color::Series(2)).label("rate 0.001").dashed())
        .mark(Line::series(&high, Color::Series(1)).label("rate 10"))
        .mark(Rule::y(0.1).label("target"));
    Figure::new(
        "diverging",
        "Too large a step",
        "Training loss for three learning rates, one of which diverges.",
    )
    .panel(panel)
}

fn many_names() -> Figure {
    let names =
        ["zeros", "constant 0.5", "normal 0.01", "normal 1", "LeCun", "He", "Xavier", "Glorot uniform"];
    let panel = Panel::new(Axis::category("", names), Axis::linear("dead units").percent().zero()).mark(
        Bars::new([1.0, 0.02, 0.31, 0.04, 0.12, 0.08, 0.11, 0.12], Color::Series(4))
            .values(Format::Percent, 0),
    );
    let lines = (0..3).map(|series| {
        let values: Vec<f64> =
            (0..30).map(|epoch| 0.5 + 0.1 * f64::from(series) + 0.01 * f64::from(epoch)).collect();
        Line::series(&values, Color::Series(series as usize))
            .label(format!("variant {series} with a long name"))
    });
    let other = Panel::new(Axis::linear("epoch").integer(), Axis::linear("accuracy").percent()).marks(lines);
    Figure::new(
        "names",
        "Long names find room, even where a title has to be broken into two lines",
        "Long names.",
    )
    .panels([panel, other])
    .columns(2)
    .key(Key::Above)
}
