//! Days on an axis: a date is a number of days since the start of 1970, the time of day a part of one.

use super::ticks::Tick;

/// Steps between ticks, the smallest first.
const STEPS: [Step; 20] = [
    Step::Minutes(1),
    Step::Minutes(5),
    Step::Minutes(15),
    Step::Minutes(30),
    Step::Minutes(60),
    Step::Minutes(180),
    Step::Minutes(360),
    Step::Minutes(720),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(240),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Minutes(i64),
    Days(i64),
    Months(i64),
}

/// A Monday, so that weeks begin with one.
const MONDAY: i64 = 4;

/// Reads a date as ISO 8601 writes it: `2024-05-31`, `2024-05`, `2024-05-31T12:30`, also with seconds or a blank for the `T`.
pub fn day(text: &str) -> Option<f64> {
    let text = text.trim();
    let (date, time) = text.split_at_checked(10).unwrap_or((text, ""));
    let digits =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok())?;
    let mut parts = date.split('-');
    let (year, month) = (parts.next()?, parts.next()?);
    let of_month = parts.next().unwrap_or("01");
    if (year.len(), month.len(), of_month.len()) != (4, 2, 2) || parts.next().is_some() {
        return None;
    }
    let (year, month, of_month) = (digits(year)?, digits(month)?, digits(of_month)?);
    let days = days(year, month, of_month);
    if !(1..=12).contains(&month) || civil(days) != (year, month, of_month) {
        return None;
    }
    let seconds = match time.strip_prefix(['T', ' ']) {
        None if time.is_empty() => 0,
        None => return None,
        Some(time) => {
            let mut total = 0;
            let (mut count, time) = (0, time.strip_suffix('Z').unwrap_or(time));
            for (part, (unit, below)) in time.split(':').zip([(3600, 24), (60, 60), (1, 60)]) {
                let number = digits(part).filter(|number| part.len() == 2 && *number < below)?;
                (total, count) = (total + unit * number, count + 1);
            }
            if count < 2 || time.matches(':').count() != count - 1 {
                return None;
            }
            total
        }
    };
    Some(days as f64 + seconds as f64 / 86_400.0)
}

/// Writes a date as [`day`] reads it; the time only where it is not midnight.
pub fn date(day: f64) -> String {
    let minutes = libm::round(day * 1440.0);
    if minutes.is_nan() || minutes.abs() >= 1e12 {
        return "–".to_owned();
    }
    let minutes = minutes as i64;
    let (year, month, of_month) = civil(minutes.div_euclid(1440));
    let date = format!("{year:04}-{month:02}-{of_month:02}");
    match minutes.rem_euclid(1440) {
        0 => date,
        time => format!("{date} {:02}:{:02}", time / 60, time % 60),
    }
}

/// Ticks between two days, about `count` of them: years, months, days, hours or minutes, each with as much of its date as tells
/// it from the others.
pub(super) fn ticks(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let span = high - low;
    let fitting = STEPS.iter().position(|step| span / step.days() <= count.max(1) as f64);
    let mut at = fitting.unwrap_or(STEPS.len() - 1);
    let mut places = STEPS[at].places(low, high);
    while places.len() < 2 && at > 0 {
        at -= 1;
        places = STEPS[at].places(low, high);
    }
    let label = |day: f64| {
        let date = date(day);
        match STEPS[at] {
            Step::Months(months) if months % 12 == 0 => date[..4].to_owned(),
            Step::Months(_) => date[..7].to_owned(),
            Step::Days(_) => date,
            Step::Minutes(_) => date.get(11..).unwrap_or(&date).to_owned(),
        }
    };
    places.into_iter().map(|value| Tick { value, label: label(value) }).collect()
}

impl Step {
    /// How many days it takes, on average.
    fn days(self) -> f64 {
        match self {
            Step::Minutes(minutes) => minutes as f64 / 1440.0,
            Step::Days(days) => days as f64,
            Step::Months(months) => months as f64 * 30.4369,
        }
    }

    /// Where its multiples lie between two days.
    fn places(self, low: f64, high: f64) -> Vec<f64> {
        let between = |unit: f64, offset: i64| {
            let first = libm::ceil((low - offset as f64) / unit) as i64;
            let last = libm::floor((high - offset as f64) / unit) as i64;
            (first..=last.min(first + 1000)).map(move |index| offset as f64 + index as f64 * unit).collect()
        };
        match self {
            Step::Minutes(_) => between(self.days(), 0),
            Step::Days(1) => between(1.0, 0),
            Step::Days(days) => between(days as f64, MONDAY),
            Step::Months(months) => {
                let (year, month, _) = civil(libm::floor(low) as i64);
                let first = (12 * year + month - 1).div_euclid(months);
                let starts = (first..=first + 1000).map(|index| {
                    let month = index * months;
                    days(month.div_euclid(12), 1 + month.rem_euclid(12), 1) as f64
                });
                starts.skip_while(|day| *day < low).take_while(|day| *day <= high).collect()
            }
        }
    }
}

/// Days from the start of 1970 to a day of the Gregorian calendar, in which years begin with March: then leap days end them.
fn days(year: i64, month: i64, of_month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + of_month - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, the month and the day of the month of so many days since the start of 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        // From the proleptic calendar, as `date -d 2024-02-29 +%s` counts.
        for (text, number) in [
            ("1970-01-01", 0.0),
            ("2024-02-29", 19_782.0),
            ("2000-03-01", 11_017.0),
            ("1969-12-31", -1.0),
            ("1900-03-01", -25_508.0),
            ("2024-05-31 18:00", 19_874.75),
        ] {
            assert_eq!(day(text), Some(number), "{text}");
            assert_eq!(date(number), text);
        }
        assert_eq!(day("2024-05"), day("2024-05-01"));
        assert_eq!(day("2024-05-31T18:00:00Z"), Some(19_874.75));
        for text in [
            "2024",
            "2023-02-29",
            "2024-13-01",
            "31.05.2024",
            "2024-5-1",
            "a-b-c",
            "2024-05-31T25:00",
            "2024-05-31x",
            "",
            "–",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn ticks_stand_on_what_calendars_have() {
        let labels = |low: &str, high: &str, count: usize| -> Vec<String> {
            ticks(day(low).unwrap(), day(high).unwrap(), count).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels("2019-11-03", "2024-02-01", 6), ["2020", "2021", "2022", "2023", "2024"]);
        assert_eq!(
            labels("2024-01-15", "2024-06-15", 6),
            ["2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]
        );
        assert_eq!(
            labels("2024-01-01", "2024-01-31", 5),
            ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]
        );
        assert_eq!(labels("2024-01-01", "2024-01-02", 3), ["2024-01-01", "12:00", "2024-01-02"]);
        assert_eq!(labels("1900-01-01", "2000-01-01", 5), ["1900", "1920", "1940", "1960", "1980", "2000"]);
        // Where the coarsest step that fits has one place, a finer one is taken.
        assert!(labels("2023-03-01", "2024-03-01", 2).len() >= 2);
        assert_eq!(labels("2024-05-31", "2024-05-31", 3), ["2024-05-31"]);
    }
}
