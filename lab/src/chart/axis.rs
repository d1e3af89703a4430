//! An axis as data: its name, its scale, how its numbers read.

/// How positions follow from values.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    Linear,
    /// Base 10; values at or below 0 are not drawn.
    Log,
    /// Base 10 in `1 - value`, for momenta such as 0.9, 0.99, 0.999; values at or above 1 are not drawn.
    OneMinusLog,
    /// The n-th name at `n as f64`: left to right on x, top to bottom on y.
    Category(Vec<String>),
}

/// How a number reads on an axis, on a bar, in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As many decimals as the ticks need; powers of ten on a log axis.
    #[default]
    Plain,
    /// 0.25 reads 25%.
    Percent,
    /// Whole numbers, thousands apart: 12,000.
    Integer,
    /// 2.5 × 10⁻³.
    Scientific,
    /// With its sign: +0.5.
    Signed,
    /// 3.2×.
    Times,
    /// With a prefix of the SI: 12k.
    Si,
    /// Days since the start of 1970: 2024-05-31.
    Date,
    /// Whole numbers whose thousands stand together: 2024.
    Year,
}

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is measured, with its unit if any: `epoch`, `dev loss`.
    pub label: String,
    pub scale: Scale,
    /// From the data if not given.
    pub range: Option<(f64, f64)>,
    pub format: Format,
    /// The range found from the data includes 0.
    pub zero: bool,
    /// Ticks at these values only.
    pub ticks: Option<Vec<f64>>,
    /// Runs the other way: to the left, down.
    pub reverse: bool,
    /// On a logarithmic axis 0 has a place of its own, beyond a break.
    pub broken: bool,
    /// Draw neither line nor ticks nor label (values stand on the marks themselves).
    pub hidden: bool,
}

impl Axis {
    fn new(label: impl Into<String>, scale: Scale) -> Self {
        Axis {
            label: label.into(),
            scale,
            range: None,
            format: Format::Plain,
            zero: false,
            ticks: None,
            reverse: false,
            broken: false,
            hidden: false,
        }
    }

    /// Makes a linear axis.
    pub fn linear(label: impl Into<String>) -> Self {
        Axis::new(label, Scale::Linear)
    }

    /// Makes a logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Axis::new(label, Scale::Log)
    }

    /// Makes an axis on which 1 minus the value is logarithmic: 0.9, 0.99, 0.999.
    pub fn one_minus_log(label: impl Into<String>) -> Self {
        Axis::new(label, Scale::OneMinusLog)
    }

    /// Names in the order they stand.
    pub fn category<S: Into<String>>(label: impl Into<String>, names: impl IntoIterator<Item = S>) -> Self {
        Axis::new(label, Scale::Category(names.into_iter().map(Into::into).collect()))
    }

    /// Sets the range, in values of the axis.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Sets how its numbers are written.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Writes its numbers as percent.
    pub fn percent(self) -> Self {
        self.format(Format::Percent)
    }

    /// Labels whole numbers only: epochs, layers, counts.
    pub fn integer(self) -> Self {
        self.format(Format::Integer)
    }

    /// Makes the range include 0.
    pub fn zero(mut self) -> Self {
        self.zero = true;
        self
    }

    /// Ticks at these values only, such as the keep probabilities that were tried.
    pub fn ticks(mut self, ticks: impl IntoIterator<Item = f64>) -> Self {
        self.ticks = Some(ticks.into_iter().collect());
        self
    }

    /// Lets it run the other way.
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Gives 0 a place beyond a break in a logarithmic axis.
    pub fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    /// Hides the axis with its labels.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
}
