//! From settings to a data set.

use super::array;
use super::catalogue::{DatasetInfo, Origin};
use super::dataset::{Dataset, Facts, TargetColumn};
use super::features::Features;
use super::format::Format;
use super::problem::DataProblems;
use super::reader::{self, Read, TableLimits};
use super::settings::DataSettings;
use crate::numeric::Streams;
use crate::problem::Problem;

/// The bytes of the author's files; the engine opens none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// Of `settings.file`, or of the built-in table in programs that do not hold it.
    pub file: Option<&'a [u8]>,
    /// Of `settings.labels`.
    pub labels: Option<&'a [u8]>,
}

/// Returns the size of the data that `settings` name, after `limit`, without generating any. A table is read for it.
///
/// # Errors
/// What is wrong with the settings, and with the table where one is read.
pub fn facts(settings: &DataSettings, files: Files, limits: &TableLimits) -> Result<Facts, DataProblems> {
    refuse(settings.check_readable())?;
    let facts = match settings.entry().map(|entry| entry.origin) {
        Some(Origin::Generated(generator)) => generator.facts(settings),
        _ => read(settings, files, limits)?.0.facts(),
    };
    Ok(limited_facts(settings, facts)?)
}

/// Returns the rows of a built-in table; none of anything else.
pub fn table_rows(name: &str) -> Option<usize> {
    match DatasetInfo::find(name)?.origin {
        Origin::Table(table) => Some(table.rows),
        Origin::Generated(_) => None,
    }
}

/// Returns the data that `settings` name, its rows in the order of the file; generated ones draw from the stream
/// `data`, and `limit` from the stream `limit`.
///
/// # Errors
/// What is wrong with the settings, and with the table where one is read.
pub fn load(
    settings: &DataSettings,
    files: Files,
    limits: &TableLimits,
    streams: &Streams,
) -> Result<Dataset, DataProblems> {
    refuse(settings.check_readable())?;
    let dataset = match settings.entry() {
        Some(entry) if matches!(entry.origin, Origin::Generated(_)) => generate(entry, settings, *streams),
        _ => read(settings, files, limits)?.0,
    };
    let rows = limited_facts(settings, dataset.facts())?.rows;
    Ok(if rows < dataset.rows() { limited(&dataset, rows, streams) } else { dataset })
}

/// Returns so many rows of a data set: the first ones of a shuffle by the stream `limit`.
pub fn limited(dataset: &Dataset, rows: usize, streams: &Streams) -> Dataset {
    // A table may have far more rows than are drawn: in four bytes each their order takes half the room.
    let mut order: Vec<u32> = (0..dataset.rows() as u32).collect();
    streams.stream("limit").shuffle(&mut order);
    let drawn: Vec<usize> = order[..rows].iter().map(|row| *row as usize).collect();
    dataset.select(&drawn)
}

/// Returns the facts of what `limit` leaves of data with these facts.
///
/// # Errors
/// A limit that is more than there is; another source of pictures where there are none.
pub fn limited_facts(settings: &DataSettings, facts: Facts) -> Result<Facts, Problem> {
    let other = settings.other_source.as_ref();
    if let Some(problem) = other.and_then(|source| source.check_data(facts.image)) {
        return Err(problem.within("other_source"));
    }
    match settings.limit {
        Some(limit) if limit > facts.rows => {
            let rows = facts.rows;
            Err(Problem::new("limit", format!("the limit is {limit} rows, and the data has {rows}"))
                .expected(format!("a whole number up to {rows}")))
        }
        Some(limit) if limit < facts.rows => Ok(Facts { rows: limit, class_rows: Vec::new(), ..facts }),
        _ => Ok(facts),
    }
}

fn refuse(problems: Vec<Problem>) -> Result<(), DataProblems> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(DataProblems { settings: problems, table: Vec::new() }),
    }
}

fn generate(entry: &DatasetInfo, settings: &DataSettings, streams: Streams) -> Dataset {
    let Origin::Generated(generator) = &entry.origin else { unreachable!("asked for generated data only") };
    let made = (generator.generate)(&generator.values(settings), &mut streams.stream("data"));
    Dataset {
        name: entry.name.to_owned(),
        title: entry.title.to_owned(),
        provenance: None,
        features: Features::F64(made.features),
        feature_names: made.feature_names,
        target: made.target,
        image: None,
    }
}

/// Returns all rows of a built-in table or of the author's own file, whatever `limit` says: the same for every seed. Beside
/// them what is odd about the file.
///
/// # Errors
/// What is wrong with the settings and with the table.
pub fn read(
    settings: &DataSettings,
    files: Files,
    limits: &TableLimits,
) -> Result<(Dataset, Vec<Problem>), DataProblems> {
    let entry = settings.entry();
    let builtin = entry.and_then(|entry| match entry.origin {
        Origin::Table(table) => Some(table),
        Origin::Generated(_) => None,
    });
    let read = match &builtin {
        // Limits are for files of unknown size: what a course allows of a known one is held against its facts.
        Some(table) => {
            let csv =
                if table.csv.is_empty() { files.file.unwrap_or_default() } else { table.csv.as_bytes() };
            let whole = reader::read(csv, settings, &TableLimits::default())?;
            Read { image: table.image, ..whole }
        }
        None => read_file(settings, files, limits)?,
    };
    if settings.label_noise.is_some() && matches!(read.target, TargetColumn::Values { .. }) {
        return Err(Problem::new("label_noise", "the target is a number, so no label can be made wrong")
            .expected("a target of classes")
            .into());
    }
    if settings.bayes_error.is_some() && matches!(read.target, TargetColumn::Values { .. }) {
        return Err(Problem::new(
            "bayes_error",
            "the target is a number, so there is no share of wrong answers",
        )
        .expected("a target of classes")
        .into());
    }
    if settings.scale_target.is_some() && matches!(read.target, TargetColumn::Classes { .. }) {
        return Err(Problem::new("scale_target", "the target is a class, which has no scale")
            .expected("a target that is a number")
            .hint("`task: number` in `data` takes few whole numbers for numbers")
            .into());
    }
    let name = settings.name.as_ref().or(settings.file.as_ref()).cloned().unwrap_or_default();
    let title = entry.map_or_else(|| name.clone(), |entry| entry.title.to_owned());
    // A picture needs all of its pixels, in their order.
    let pixels = |(height, width): &(usize, usize)| height * width == read.features.columns();
    let whole = settings.features.is_none() && settings.target.is_none();
    let dataset = Dataset {
        name,
        title,
        provenance: builtin.map(|table| table.provenance),
        image: read.image.filter(pixels).filter(|_| whole),
        features: read.features,
        feature_names: read.feature_names,
        target: read.target,
    };
    Ok((dataset, read.warnings))
}

fn read_file(settings: &DataSettings, files: Files, limits: &TableLimits) -> Result<Read, DataProblems> {
    let bytes = files.file.ok_or_else(|| {
        Problem::new("file", "the table could not be read").expected("a file in the lessons folder")
    })?;
    match settings.file.as_deref().and_then(Format::of) {
        None | Some(Format::Csv) => reader::read(bytes, settings, limits),
        Some(format) => Ok(array::read(format, bytes, files.labels, settings, limits)?),
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::DATASETS;
    use super::super::part::Target;
    use super::*;

    fn load_default(settings: &DataSettings, csv: Option<&str>) -> Result<Dataset, DataProblems> {
        load(settings, csv_file(csv), &TableLimits::default(), &Streams::new(0))
    }

    fn csv_file(csv: Option<&str>) -> Files<'_> {
        Files { file: csv.map(str::as_bytes), labels: None }
    }

    /// Facts without how many rows each class has, which only a table tells beforehand, and without how many there were.
    fn sized(facts: &Facts) -> Facts {
        Facts { class_rows: Vec::new(), drawn_from: 0, ..facts.clone() }
    }

    fn settings(json: &str) -> DataSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_data_set_loads_and_has_the_size_it_said() {
        for entry in DATASETS {
            let settings = DataSettings::named(entry.name);
            let data = load_default(&settings, None).unwrap();
            assert_eq!(
                facts(&settings, Files::default(), &TableLimits::default()).as_ref().map(sized),
                Ok(sized(&data.facts())),
                "{}",
                entry.name
            );
            assert_eq!(data.target.len(), data.rows(), "{}", entry.name);
            assert_eq!(data.feature_names.len(), data.features.columns(), "{}", entry.name);
            let rows = table_rows(entry.name);
            assert!(rows.is_none_or(|rows| rows == data.rows()), "{}", entry.name);
            assert_eq!(data.provenance.is_some(), rows.is_some(), "{}", entry.name);
        }
    }

    #[test]
    fn the_built_in_tables_are_what_their_sources_say() {
        let sizes = |name: &str| {
            let facts = facts(&DataSettings::named(name), Files::default(), &TableLimits::default()).unwrap();
            (facts.rows, facts.features, facts.target)
        };
        let iris = facts(&DataSettings::named("iris"), Files::default(), &TableLimits::default()).unwrap();
        assert_eq!(iris.class_rows, ["setosa", "versicolor", "virginica"].map(|name| (name.to_owned(), 50)));
        assert_eq!(sizes("digits"), (1797, 64, Target::Classes(10)));
        assert_eq!(sizes("iris"), (150, 4, Target::Classes(3)));
        assert_eq!(sizes("breast_cancer"), (569, 30, Target::Classes(2)));
        let digits = load_default(&DataSettings::named("digits"), None).unwrap();
        assert_eq!(digits.image, Some((8, 8)));
        let Features::F64(pixels) = &digits.features else { panic!("a table is read as f64") };
        assert!(pixels.iter().all(|&v| (0.0..=16.0).contains(&v) && v == v.floor()));
        let TargetColumn::Classes { labels, names } = &digits.target else { panic!("a number") };
        assert_eq!((names[7].as_str(), &labels[..3]), ("7", &[0, 1, 2][..]));
        let iris = load_default(&DataSettings::named("iris"), None).unwrap();
        let TargetColumn::Classes { names, .. } = &iris.target else { panic!("a number") };
        assert_eq!(names, &["setosa", "versicolor", "virginica"]);
        let mut first = [0.0; 4];
        iris.features.read_row(0, &mut first);
        assert_eq!(first, [5.1, 3.5, 1.4, 0.2]);
    }

    #[test]
    fn columns_of_a_built_in_table_can_be_chosen() {
        let data = load_default(&settings(r#"{"name": "iris", "features": ["petal_width"]}"#), None).unwrap();
        assert_eq!(data.features.dim(), (150, 1));
        let data =
            load_default(&settings(r#"{"name": "digits", "features": ["p11", "p00"]}"#), None).unwrap();
        assert_eq!(data.image, None);
    }

    #[test]
    fn a_file_comes_as_bytes() {
        let data = load_default(&settings(r#"{"file": "fruit.csv"}"#), Some("a,kind\n1,x\n2,y\n")).unwrap();
        assert_eq!((data.name.as_str(), data.rows(), data.provenance), ("fruit.csv", 2, None));
        let missing = load_default(&settings(r#"{"file": "fruit.csv"}"#), None).unwrap_err();
        assert_eq!(missing.settings[0].to_string(), "file: the table could not be read");
    }

    #[test]
    fn a_limit_takes_the_same_random_rows_each_time() {
        let limited = settings(r#"{"name": "iris", "limit": 30}"#);
        let data = load_default(&limited, None).unwrap();
        let known = facts(&limited, Files::default(), &TableLimits::default()).unwrap();
        assert!(known.class_rows.is_empty(), "which rows are drawn is up to the seed");
        assert_eq!(known, Facts { drawn_from: 150, ..sized(&data.facts()) });
        assert_eq!(data.rows(), 30);
        assert_eq!(load_default(&limited, None).unwrap(), data);
        let other = load(&limited, Files::default(), &TableLimits::default(), &Streams::new(1)).unwrap();
        assert_ne!(other.features, data.features);
        // A mix of the species, not the first 30 rows, which are all of one.
        let TargetColumn::Classes { labels, names } = &data.target else { panic!("a number") };
        assert!((0..3).all(|class| labels.contains(&class)) && names.len() == 3);
        let more = load_default(&settings(r#"{"name": "iris", "limit": 151}"#), None).unwrap_err();
        assert_eq!(more.settings[0].to_string(), "limit: the limit is 151 rows, and the data has 150");
    }

    #[test]
    fn wrong_labels_need_classes() {
        let wanted = settings(r#"{"file": "a.csv", "label_noise": 0.1}"#);
        let problems = load_default(&wanted, Some("a,y\n1,0.5\n2,1.5\n")).unwrap_err();
        assert_eq!(problems.settings[0].path, "label_noise");
        assert!(load_default(&wanted, Some("a,y\n1,no\n2,yes\n")).is_ok());
    }

    #[test]
    fn problems_of_settings_come_before_anything_is_read() {
        let problems = load_default(&settings(r#"{"name": "iris", "turns": 3}"#), None).unwrap_err();
        assert_eq!(problems.settings[0].path, "turns");
    }
}
