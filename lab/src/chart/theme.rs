//! Colours by meaning: slots that CSS variables fill, light and dark.

use std::fmt::Write;

use plotters::style::RGBAColor;

/// A colour slot; the page's or the file's CSS says what it looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Color {
    /// One of eight, told apart also by colour-blind eyes; beyond 7 they start again.
    Series(usize),
    /// As the text.
    Ink,
    /// Quieter than the text: references, the many behind the one.
    Muted,
    Good,
    Bad,
    /// A sequential scale from 0 (pale) to 1 (strong).
    Ramp(f64),
}

impl Color {
    /// Number of different series colours.
    pub const SERIES: usize = 8;
}

/// Number of steps of the ramp.
const STEPS: usize = 16;

/// What a shape is painted with: an author's colour, or one of the chart's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paint {
    Of(Color),
    /// The page behind the chart.
    Paper,
    Grid,
    Axis,
}

impl From<Color> for Paint {
    fn from(color: Color) -> Self {
        Paint::Of(color)
    }
}

impl Paint {
    /// Plotters carries colours as bytes: here the first names the kind of slot, the second its number.
    pub(crate) fn token(self, opacity: f64) -> RGBAColor {
        let (kind, number) = match self {
            Paint::Of(Color::Series(index)) => (0, (index % Color::SERIES) as u8),
            Paint::Of(Color::Ramp(strength)) => (1, step(strength)),
            Paint::Of(Color::Ink) => (2, 0),
            Paint::Of(Color::Muted) => (2, 1),
            Paint::Of(Color::Good) => (2, 2),
            Paint::Of(Color::Bad) => (2, 3),
            Paint::Paper => (2, 4),
            Paint::Grid => (2, 5),
            Paint::Axis => (2, 6),
        };
        RGBAColor(kind, number, 0, opacity)
    }

    /// Returns the CSS class of a token.
    pub(crate) fn class(token: (u8, u8, u8)) -> String {
        match token {
            (0, index, _) => format!("s{index}"),
            (1, step, _) => format!("r{step}"),
            (_, slot, _) => SLOTS[usize::from(slot).min(SLOTS.len() - 1)].class.to_string(),
        }
    }
}

fn step(strength: f64) -> u8 {
    let strength = if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
    (strength * (STEPS - 1) as f64).round() as u8
}

/// A named colour, light and dark.
struct Slot {
    class: &'static str,
    light: &'static str,
    dark: &'static str,
}

const SLOTS: [Slot; 7] = [
    Slot { class: "ink", light: "#1b2430", dark: "#e6eaf0" },
    Slot { class: "muted", light: "#5b6675", dark: "#9aa5b4" },
    Slot { class: "good", light: "#0b7a4b", dark: "#4cc38a" },
    Slot { class: "bad", light: "#c2282d", dark: "#ff7b72" },
    Slot { class: "paper", light: "#ffffff", dark: "#10161d" },
    Slot { class: "grid", light: "#e6e9ee", dark: "#252e39" },
    Slot { class: "axis", light: "#9aa4b2", dark: "#566373" },
];

/// Blue, orange, green, plum, violet, cyan, brown, olive: found by search over lightness, chroma and hue for a large
/// least distance (OKLab) as seen by normal, protanope, deuteranope and tritanope eyes (Machado, Oliveira and
/// Fernandes 2009), at 3:1 or more against the paper.
const LIGHT: [&str; Color::SERIES] =
    ["#1d52c8", "#cd5017", "#268553", "#9e306a", "#967cf5", "#2697c0", "#603b1a", "#a29155"];
const DARK: [&str; Color::SERIES] =
    ["#4c97fa", "#f7a338", "#37cf8f", "#ee4fb3", "#cba9f5", "#a7f2f6", "#a88558", "#e2ea4a"];

/// Ends and middles of the ramp, from pale to strong, after viridis.
const RAMP_LIGHT: [(u8, u8, u8); 5] =
    [(132, 200, 108), (66, 176, 120), (38, 137, 142), (55, 90, 140), (63, 20, 92)];
const RAMP_DARK: [(u8, u8, u8); 5] =
    [(74, 72, 138), (50, 104, 142), (33, 150, 137), (110, 206, 88), (250, 230, 60)];

/// Returns the rules of every chart, and the variables of both themes for a page that embeds them. A reader's choice
/// (`data-theme` on the root element) goes before the system's.
pub fn css() -> String {
    let (light, dark) = (variables(false), variables(true));
    format!(
        ":root{{{light}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n\
         @media print{{:root,:root:not([data-theme=light]),:root[data-theme=dark]{{{light}}}}}\n\
         {}{PAGE}",
        rules()
    )
}

/// Returns the rules of charts within an element of a page that is not ours, by its selector, and of one that is dark.
pub fn css_within(element: &str, dark: &str) -> String {
    format!(
        "{element}{{{}{}{PAGE}}}\n{dark}{{{}}}\n@media print{{{dark}{{{}}}}}\n",
        variables(false),
        rules(),
        variables(true),
        variables(false)
    )
}

/// For a chart that stands alone in a file.
pub(crate) fn standalone_css() -> String {
    let (light, dark) = (variables(false), variables(true));
    format!(
        "svg{{{light}}}\n@media (prefers-color-scheme:dark){{svg{{{dark}}}}}\n@media print{{svg{{{light}}}}}\n{}",
        rules()
    )
}

/// How the two layouts of an inline chart take turns, and how its table hides.
const PAGE: &str = "\
.chart-frame{container-type:inline-size;position:relative}\n\
.chart{max-width:100%;height:auto;display:block;direction:ltr}\n\
.chart text{unicode-bidi:plaintext}\n\
.chart-narrow{display:none;width:100%}\n\
@container (max-width:559px){.chart-wide{display:none}.chart-narrow{display:block}}\n\
.chart-data{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\n";

fn variables(dark: bool) -> String {
    let mut out = String::new();
    for (index, color) in (if dark { DARK } else { LIGHT }).iter().enumerate() {
        let _ = write!(out, "--chart-{index}:{color};");
    }
    for slot in &SLOTS {
        let _ = write!(out, "--chart-{}:{};", slot.class, if dark { slot.dark } else { slot.light });
    }
    for index in 0..STEPS {
        let (r, g, b) = ramp(index, dark);
        let _ = write!(out, "--chart-ramp-{index}:#{r:02x}{g:02x}{b:02x};");
    }
    out
}

fn ramp(index: usize, dark: bool) -> (u8, u8, u8) {
    let stops = if dark { RAMP_DARK } else { RAMP_LIGHT };
    let place = index as f64 / (STEPS - 1) as f64 * (stops.len() - 1) as f64;
    let left = (place as usize).min(stops.len() - 2);
    let share = place - left as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    let (a, b) = (stops[left], stops[left + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

fn rules() -> String {
    let mut out = String::from(
        ".chart text{font-family:\"Helvetica Neue\",Helvetica,Arial,\"Liberation Sans\",sans-serif;font-variant-numeric:tabular-nums}\n\
         .chart .f{fill:currentColor;stroke:none}\n\
         .chart .off{display:none}\n\
         .chart .l{stroke:currentColor;fill:none;stroke-linecap:round;stroke-linejoin:round}\n\
         .chart .under{stroke:var(--chart-paper)}\n\
         .chart .rim .f{stroke:var(--chart-paper);stroke-width:1px}\n\
         .chart .name{fill:color-mix(in srgb,currentColor 72%,var(--chart-ink))}\n\
         .chart .halo{stroke:var(--chart-paper);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}\n",
    );
    for index in 0..Color::SERIES {
        let _ = write!(out, ".chart .s{index}{{color:var(--chart-{index})}}");
    }
    for Slot { class, .. } in &SLOTS {
        let _ = write!(out, ".chart .{class}{{color:var(--chart-{class})}}");
    }
    for index in 0..STEPS {
        let _ = write!(out, ".chart .r{index}{{color:var(--chart-ramp-{index})}}");
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear light of a colour such as `#1a4bb2`.
    fn light(hex: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        })
    }

    /// WCAG 2.1, contrast ratio.
    fn contrast(one: &str, other: &str) -> f64 {
        let bright = |hex| {
            let [r, g, b] = light(hex);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (one, other) = (bright(one), bright(other));
        one.max(other) / one.min(other)
    }

    fn times(matrix: [[f64; 3]; 3], [a, b, c]: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * a + row[1] * b + row[2] * c)
    }

    /// Ottosson 2020.
    fn oklab(light: [f64; 3]) -> [f64; 3] {
        let cones = times(
            [
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            light.map(|value| value.max(0.0)),
        );
        times(
            [
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(libm::cbrt),
        )
    }

    /// Normal eyes, and full protanopia, deuteranopia, tritanopia (Machado and others 2009).
    const EYES: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    #[test]
    fn series_stand_out_from_the_paper() {
        for (series, paper) in [(LIGHT, "#ffffff"), (DARK, "#10161d")] {
            for color in series {
                assert!(contrast(color, paper) >= 3.0, "{color}: {}", contrast(color, paper));
            }
        }
        assert_eq!(contrast("#000000", "#ffffff").round(), 21.0);
    }

    #[test]
    fn texts_can_be_read() {
        for slot in SLOTS.iter().filter(|slot| ["ink", "muted", "good", "bad"].contains(&slot.class)) {
            assert!(
                contrast(slot.light, "#ffffff") >= 4.5 && contrast(slot.dark, "#10161d") >= 4.5,
                "{}",
                slot.class
            );
        }
    }

    #[test]
    fn series_differ_for_every_eye() {
        for series in [LIGHT, DARK] {
            for eye in EYES {
                let seen = series.map(|color| oklab(times(eye, light(color))));
                for (index, one) in seen.iter().enumerate() {
                    for other in &seen[..index] {
                        let off = |k: usize| (one[k] - other[k]) * (one[k] - other[k]);
                        let distance = (off(0) + off(1) + off(2)).sqrt();
                        assert!(distance > 0.065, "{} is {distance} from another in {eye:?}", series[index]);
                    }
                }
            }
        }
    }

    #[test]
    fn every_class_has_its_variable() {
        let css = css();
        for color in [Color::Series(3), Color::Series(11), Color::Ramp(0.4), Color::Ink, Color::Bad] {
            let RGBAColor(r, g, b, _) = Paint::from(color).token(1.0);
            let class = Paint::class((r, g, b));
            assert!(css.contains(&format!(".chart .{class}{{color:var(--chart-")), "{class}");
        }
        assert_eq!(step(f64::NAN), 0);
        assert_eq!(step(7.0), 15);
    }
}
