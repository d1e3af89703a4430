//! Readers of tables and arrays.

use gradbook::data::{self, DataSettings, Dataset, Files, TableLimits, TargetColumn, Task};

const LIMITS: TableLimits =
    TableLimits { bytes: 1 << 20, array_bytes: 1 << 22, rows: 20_000, columns: 2_000 };

/// Reads a table, its target as it is and as a number.
pub(crate) fn csv(data: &[u8]) -> bool {
    let files = Files { file: Some(data), labels: None };
    let settings = DataSettings { file: Some("table.csv".to_owned()), ..DataSettings::default() };
    let known = read(&settings, files);
    let number = read(&DataSettings { task: Some(Task::Number), ..settings.clone() }, files);
    if let (Some(known), Some(number)) = (&known, &number) {
        assert_eq!(known.rows(), number.rows());
    }
    // The columns by their names, in another order, are the same table.
    if let Some(known) = &known {
        let features = Some(known.feature_names.iter().rev().cloned().collect());
        let again = read(&DataSettings { features, ..settings }, files);
        assert_eq!(again.map(|again| again.rows()), Some(known.rows()));
    }
    known.is_some()
}

/// Reads IDX: the first two bytes say how many of the others are the labels' file.
pub(crate) fn idx(data: &[u8]) -> bool {
    beside_labels(data, "pictures.idx", "labels.idx")
}

/// Reads NPY, as [`idx`] does; where there is no file of labels, the last column is the target.
pub(crate) fn npy(data: &[u8]) -> bool {
    beside_labels(data, "x.npy", "y.npy")
}

/// Reads NPZ.
pub(crate) fn npz(data: &[u8]) -> bool {
    let settings = DataSettings { file: Some("a.npz".to_owned()), ..DataSettings::default() };
    read(&settings, Files { file: Some(data), labels: None }).is_some()
}

fn beside_labels(data: &[u8], file: &str, labels: &str) -> bool {
    let Some((&length, rest)) = data.split_first_chunk::<2>() else { return false };
    let length = usize::from(u16::from_le_bytes(length));
    let Some((inside, rows)) = rest.split_at_checked(length) else { return false };
    let labels = (!inside.is_empty()).then_some((labels.to_owned(), inside));
    let settings = DataSettings {
        file: Some(file.to_owned()),
        labels: labels.clone().map(|(name, _)| name),
        ..DataSettings::default()
    };
    read(&settings, Files { file: Some(rows), labels: labels.map(|(_, bytes)| bytes) }).is_some()
}

/// What is read hangs together, keeps to the limits and holds nothing that is no number; what is not says why.
fn read(settings: &DataSettings, files: Files) -> Option<Dataset> {
    let dataset = match data::read(settings, files, &LIMITS) {
        Ok((dataset, _)) => dataset,
        Err(problems) => {
            assert!(!problems.is_empty(), "it is refused without a word");
            return None;
        }
    };
    let (rows, columns) = dataset.features.dim();
    assert!(rows > 0 && columns > 0 && rows <= LIMITS.rows && columns <= LIMITS.columns, "{rows} {columns}");
    assert_eq!(dataset.feature_names.len(), columns);
    let mut row = vec![0.0; columns];
    for index in 0..rows {
        dataset.features.read_row(index, &mut row);
        assert!(row.iter().all(|value| value.is_finite()), "row {index}: {row:?}");
    }
    let count = match &dataset.target {
        TargetColumn::Values { values, .. } => {
            assert!(values.iter().all(|value| value.is_finite()));
            values.len()
        }
        TargetColumn::Classes { names, labels } => {
            assert!(labels.iter().all(|&label| label < names.len()));
            labels.len()
        }
    };
    assert_eq!(count, rows);
    assert!(dataset.image.is_none_or(|(height, width)| height * width == columns), "{:?}", dataset.image);
    Some(dataset)
}
