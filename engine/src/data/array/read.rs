//! From the bytes of IDX, NPY and NPZ files to features and a target.

use std::borrow::Cow;

use rawzip::ZipSliceArchive;

use super::super::dataset::TargetColumn;
use super::super::format::Format;
use super::super::reader::{Read, TableLimits};
use super::super::settings::DataSettings;
use super::unpack::unpacked;
use super::{Array, idx, npy, npz, shape_text, target};
use crate::problem::Problem;

/// Reads arrays: features and labels each in one of their own, or one table with the target among its columns. Problems
/// have the paths of the settings that name the array at fault.
pub(crate) fn read(
    format: Format,
    bytes: &[u8],
    label_bytes: Option<&[u8]>,
    settings: &DataSettings,
    limits: &TableLimits,
) -> Result<Read, Problem> {
    if format == Format::Npz {
        let archive = npz::open(bytes).map_err(|problem| problem.within("file"))?;
        let array = |given: &Option<String>, usual: &'static str| {
            let path = if given.is_some() { usual } else { "file" };
            npz_array(&archive, given.as_deref().unwrap_or(usual), limits)
                .map(|array| (array, path))
                .map_err(|p| p.within(path))
        };
        let (x, path) = array(&settings.x, "x")?;
        let pixels = pixels(&x).map_err(|problem| problem.within(path))?;
        let (y, path) = array(&settings.y, "y")?;
        let target = labels(&y, pixels.features.rows(), settings).map_err(|problem| problem.within(path))?;
        return Ok(Read { target, ..pixels });
    }
    let x = array(format, bytes, limits).map_err(|problem| problem.within("file"))?;
    let Some(labels_name) = &settings.labels else {
        return table(&x, settings);
    };
    let pixels = pixels(&x).map_err(|problem| problem.within("file"))?;
    let format = Format::of(labels_name).unwrap_or(format);
    let y = label_bytes.ok_or_else(|| {
        Problem::new("labels", "the file could not be read").expected("a file in the lessons folder")
    })?;
    let y = array(format, y, limits).map_err(|problem| problem.within("labels"))?;
    let target = labels(&y, pixels.features.rows(), settings).map_err(|problem| problem.within("labels"))?;
    Ok(Read { target, ..pixels })
}

fn array<'a>(format: Format, bytes: &'a [u8], limits: &TableLimits) -> Result<Array<'a>, Problem> {
    let bytes = unpacked(bytes, limits.array_bytes)?;
    let layout = match format {
        Format::Idx => idx::layout(&bytes)?,
        _ => npy::layout(&bytes)?,
    };
    Array::new(layout, bytes, limits)
}

fn npz_array(
    archive: &ZipSliceArchive<&[u8]>,
    name: &str,
    limits: &TableLimits,
) -> Result<Array<'static>, Problem> {
    let bytes = npz::entry(archive, name, limits.array_bytes)?;
    Array::new(npy::layout(&bytes)?, Cow::Owned(bytes), limits)
}

/// Returns an array that holds features alone; its target is still to be read.
fn pixels(array: &Array) -> Result<Read, Problem> {
    if let [rows] = array.layout.shape[..] {
        return Err(Problem::new("", format!("the array has one axis, of {rows} numbers"))
            .expected("rows along the first axis, their numbers along the others"));
    }
    let columns: Vec<usize> = (0..array.dim().1).collect();
    let image = array.image();
    let name = |&column: &usize| match image {
        Some((_, width)) => format!("p{}_{}", column / width, column % width),
        None => format!("x{column}"),
    };
    Ok(Read {
        features: array.features(&columns)?,
        feature_names: columns.iter().map(name).collect(),
        target: TargetColumn::Values { values: Vec::new(), name: String::new() },
        image,
        warnings: Vec::new(),
    })
}

/// Returns the labels of so many rows.
fn labels(array: &Array, rows: usize, settings: &DataSettings) -> Result<TargetColumn, Problem> {
    let (count, columns) = array.dim();
    if columns != 1 {
        let message = format!("the labels have the shape {}", shape_text(&array.layout.shape));
        return Err(Problem::new("", message).expected("one number a row"));
    }
    if count != rows {
        return Err(Problem::new("", format!("there are {count} labels for {rows} rows of features"))
            .expected(format!("{rows} labels")));
    }
    target::decide(array.column(0)?, "y".to_owned(), array.layout.element.is_whole(), settings.task)
}

/// Returns an array whose columns are features and the target, chosen by their numbers from 0.
fn table(array: &Array, settings: &DataSettings) -> Result<Read, Problem> {
    let columns = match array.layout.shape[..] {
        [_, columns] if columns > 1 => columns,
        _ => {
            let message = format!("an array of shape {} needs labels", shape_text(&array.layout.shape));
            return Err(Problem::new("file", message)
                .expected("rows and at least two columns, one of them the target")
                .hint("name the file of the labels with `labels`"));
        }
    };
    let column = |path: String, given: &str| match given.parse::<usize>() {
        Ok(column) if column < columns => Ok(column),
        _ => Err(Problem::new(path, format!("the array has no column `{given}`"))
            .expected(format!("a whole number from 0 to {}", columns - 1))),
    };
    let target = match &settings.target {
        Some(given) => column("target".to_owned(), given)?,
        None => columns - 1,
    };
    let features = match &settings.features {
        Some(given) => given
            .iter()
            .enumerate()
            .map(|(i, given)| column(format!("features[{i}]"), given))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..columns).filter(|&column| column != target).collect(),
    };
    if let Some(i) = features.iter().position(|&column| column == target) {
        return Err(Problem::new(format!("features[{i}]"), format!("column {target} is the target"))
            .expected("a column to predict from")
            .hint("the last column is the target unless `target` names another"));
    }
    let in_file = |problem: Problem| problem.within("file");
    Ok(Read {
        features: array.features(&features).map_err(in_file)?,
        feature_names: features.iter().map(|column| format!("x{column}")).collect(),
        target: target::decide(
            array.column(target).map_err(in_file)?,
            format!("x{target}"),
            false,
            settings.task,
        )
        .map_err(in_file)?,
        image: None,
        warnings: Vec::new(),
    })
}
