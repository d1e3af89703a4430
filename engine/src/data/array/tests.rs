use std::io::Write;

use super::super::dataset::TargetColumn;
use super::super::format::Format;
use super::super::reader::Read;
use super::super::settings::DataSettings;
use super::*;

/// A file that NumPy wrote (`tests/reference/arrays.py`).
macro_rules! numpy {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/reference/arrays/", $name)).as_slice()
    };
}

fn read_with(json: &str, file: &[u8], labels: Option<&[u8]>) -> Result<Read, Problem> {
    let settings: DataSettings = serde_json::from_str(json).unwrap();
    assert_eq!(settings.check(), []);
    let format = Format::of(settings.file.as_ref().unwrap()).unwrap();
    read(format, file, labels, &settings, &TableLimits::default())
}

/// Returns what is said about a file: `path: message | expected | hints`.
fn said(json: &str, file: &[u8], labels: Option<&[u8]>) -> String {
    let problem = read_with(json, file, labels).unwrap_err();
    format!("{problem} | {} | {}", problem.expected, problem.hints.join(" "))
}

fn rows(features: &Features) -> Vec<Vec<f64>> {
    let row = |row| {
        let mut numbers = vec![0.0; features.columns()];
        features.read_row(row, &mut numbers);
        numbers
    };
    (0..features.rows()).map(row).collect()
}

fn counted(rows: usize, columns: usize) -> Vec<Vec<f64>> {
    (0..rows).map(|row| (0..columns).map(|column| (row * columns + column) as f64).collect()).collect()
}

fn classes(target: &TargetColumn) -> (Vec<usize>, Vec<&str>) {
    match target {
        TargetColumn::Classes { labels, names } => {
            (labels.clone(), names.iter().map(String::as_str).collect())
        }
        TargetColumn::Values { .. } => panic!("a number"),
    }
}

const IDX: &str = r#"{"file": "pictures-idx3-ubyte", "labels": "labels-idx1-ubyte.gz"}"#;
const NPY: &str = r#"{"file": "x.npy", "labels": "y.npy"}"#;

#[test]
fn idx_pictures_and_packed_labels() {
    let read = read_with(IDX, numpy!("pictures-idx3-ubyte"), Some(numpy!("labels-idx1-ubyte.gz"))).unwrap();
    assert!(matches!(read.features, Features::U8(_)));
    assert_eq!((rows(&read.features), read.image), (counted(4, 6), Some((2, 3))));
    assert_eq!(read.feature_names[4], "p1_1");
    assert_eq!(classes(&read.target), (vec![1, 0, 1, 2], vec!["0", "1", "2"]));
}

#[test]
fn npz_stored_and_deflated() {
    for (json, file) in [
        (r#"{"file": "a.npz"}"#, numpy!("stored.npz")),
        (r#"{"file": "a.npz", "x": "x_train", "y": "y_train"}"#, numpy!("deflated.npz")),
    ] {
        let read = read_with(json, file, None).unwrap();
        assert_eq!((rows(&read.features), read.image), (counted(4, 6), Some((2, 3))));
        assert_eq!(classes(&read.target).0, [1, 0, 1, 2]);
    }
}

#[test]
fn npy_of_every_order_and_type_shows_the_same_numbers() {
    for (file, bytes) in [(numpy!("f8_big_fortran.npy"), 8), (numpy!("i2_fortran.npy"), 4)] {
        let read = read_with(NPY, file, Some(numpy!("i8_labels.npy"))).unwrap();
        assert_eq!((rows(&read.features), read.features.number_bytes()), (counted(4, 6), bytes));
        assert_eq!(classes(&read.target), (vec![2, 0, 2, 1], vec!["-1", "3", "7"]));
    }
}

#[test]
fn columns_of_one_array_are_chosen_by_number() {
    let read = read_with(r#"{"file": "t.npy"}"#, numpy!("f4.npy"), None).unwrap();
    assert!(matches!(read.features, Features::F32(_)));
    assert_eq!((rows(&read.features)[1].clone(), read.image), (vec![3.0, 4.0], None));
    assert_eq!(classes(&read.target).1, ["2", "5", "8", "11"]);
    let json = r#"{"file": "t.npy", "target": 0, "features": [2, 1], "task": "number"}"#;
    let read = read_with(json, numpy!("f4.npy"), None).unwrap();
    assert_eq!(
        (rows(&read.features)[1].clone(), read.feature_names),
        (vec![5.0, 4.0], vec!["x2".into(), "x1".into()])
    );
    assert_eq!(read.target, TargetColumn::Values { values: vec![0.0, 3.0, 6.0, 9.0], name: "x0".into() });
    let flags = read_with(r#"{"file": "t.npy"}"#, numpy!("bool.npy"), None).unwrap();
    assert_eq!(rows(&flags.features), [[1.0], [0.0]]);
    assert_eq!(
        said(r#"{"file": "t.npy", "target": 3}"#, numpy!("f4.npy"), None),
        "target: the array has no column `3` | a whole number from 0 to 2 | "
    );
    assert_eq!(
        said(r#"{"file": "t.npy", "features": [0, 2]}"#, numpy!("f4.npy"), None),
        "features[1]: column 2 is the target | a column to predict from | \
         the last column is the target unless `target` names another"
    );
}

#[test]
fn types_without_numbers_are_refused() {
    let said = |file| said(NPY, numpy!("f4.npy"), Some(file));
    assert_eq!(
        said(numpy!("text_labels.npy")),
        "labels: the array holds numbers of type `<U1` | bool, whole numbers of 1 to 8 bytes, float32 or float64 | \
         number the classes: `numpy.unique(y, return_inverse=True)[1]`"
    );
    assert!(
        said(numpy!("records.npy")).starts_with("labels: the array holds numbers of type `[('a', '<f4'), ")
    );
    assert!(said(numpy!("f2.npy")).ends_with("convert it before saving: `x.astype('float32')`"));
    assert_eq!(said(numpy!("f4.npy")), "labels: the labels have the shape 4 x 3 | one number a row | ");
}

/// Returns an IDX file of bytes.
fn idx_bytes(shape: &[u32], numbers: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, shape.len() as u8];
    shape.iter().for_each(|axis| file.extend(axis.to_be_bytes()));
    file.extend(numbers);
    file
}

#[test]
fn a_header_is_not_believed() {
    let labels = idx_bytes(&[2], &[0, 1]);
    let said = |file: &[u8]| said(IDX, file, Some(&labels));
    let cut = " | the file may have been cut off: copy it again";
    assert_eq!(said(b""), "file: the file is empty | an IDX file, which starts with 00 00 | ");
    assert_eq!(
        said(b"PK\x03\x04"),
        "file: the file starts with the bytes 50 4b 03 04, so it is not IDX | an IDX file, which starts with 00 00 | "
    );
    assert!(said(&[0, 0, 7, 3, 0, 0, 0, 1]).starts_with("file: IDX has no type 07 | 08 (bytes), "));
    assert_eq!(said(&[0, 0, 8, 9]), "file: the array has 9 axes | 1 to 4 axes | ");
    assert_eq!(
        said(&[0, 0, 8, 3, 0, 0, 0, 1]),
        format!("file: the file ends within its header | the lengths of 3 axes, four bytes each{cut}")
    );
    assert_eq!(
        said(&idx_bytes(&[60000, 28, 28], &[1, 2, 3])),
        format!(
            "file: the header says 60000 x 28 x 28 numbers of 1 byte, and 3 bytes follow it | 47040000 bytes{cut}"
        )
    );
    assert!(
        said(&idx_bytes(&[u32::MAX, u32::MAX, u32::MAX], &[])).contains("| more bytes than can be counted |")
    );
    assert!(said(&idx_bytes(&[2, 1, 1], &[1, 2, 3])).ends_with("and 3 bytes follow it | 2 bytes | "));
    assert!(
        said(&idx_bytes(&[0, 28, 28], &[])).starts_with("file: an array of shape 0 x 28 x 28 holds no rows")
    );
    assert!(said(&idx_bytes(&[3], &[1, 2, 3])).starts_with("file: the array has one axis, of 3 numbers"));
    assert_eq!(
        said(&idx_bytes(&[3, 1, 1], &[1, 2, 3])),
        "labels: there are 2 labels for 3 rows of features | 3 labels | "
    );
    let wide = idx_bytes(&[1, 1, 100_001], &vec![0; 100_001]);
    assert!(said(&wide).contains("has 100001 numbers a row | at most 100000 | "));
}

#[test]
fn labels_are_classes_and_more_than_one() {
    let pictures = idx_bytes(&[2, 1, 1], &[5, 6]);
    let same = idx_bytes(&[2], &[4, 4]);
    assert_eq!(said(IDX, &pictures, Some(&same)), "labels: all labels are 4 | at least two classes | ");
    let many: Vec<u8> = (0..30).collect();
    let pictures = idx_bytes(&[30, 1, 1], &many);
    let labels = idx_bytes(&[30], &many);
    assert_eq!(classes(&read_with(IDX, &pictures, Some(&labels)).unwrap().target).1.len(), 30);
    let json = IDX.replace('}', r#", "task": "number"}"#);
    assert!(matches!(
        read_with(&json, &pictures, Some(&labels)).unwrap().target,
        TargetColumn::Values { .. }
    ));
}

fn npy(header: &str, numbers: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(numbers);
    file
}

#[test]
fn npy_headers_in_any_order_or_none() {
    let numbers: Vec<u8> = [1f32, 2.0, 3.0, 4.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    let json = r#"{"file": "t.npy"}"#;
    for header in [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n",
        r#"{"shape": (2L, 2L), "descr": "<f4", "fortran_order": False}"#,
    ] {
        assert_eq!(rows(&read_with(json, &npy(header, &numbers), None).unwrap().features), [[1.0], [3.0]]);
    }
    let unreadable = "file: the header cannot be read | a dictionary with";
    for header in [
        "",
        "{",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 2)}",
        "{'shape': (-1,)}",
        "é}{",
    ] {
        assert!(said(json, &npy(header, &numbers), None).starts_with(unreadable), "{header}");
    }
    assert!(
        said(json, b"\x93NUMPY\x01\x00\xff\x00{", None).starts_with("file: the file ends within its header")
    );
    assert!(
        said(json, b"\x93NUMPY\x07\x00\xff\x00{", None).starts_with("file: the file has version 7 of NPY")
    );
    assert!(
        said(json, b"\x93NUMPY\x02\x00\xff\xff\xff\xff{", None)
            .starts_with("file: the header has 4294967295 bytes")
    );
    assert!(said(json, b"1,2,3\n", None).starts_with("file: the file is not NPY"));
    assert!(
        said(json, &npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", &numbers[..4]), None)
            .starts_with("file: an array of shape () holds no rows")
    );
}

#[test]
fn numbers_are_finite() {
    let header = "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 1, 2)}";
    let file = |value: f64| {
        // Column-major: [0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1].
        let numbers: Vec<u8> =
            [1.0, 2.0, 3.0, value].iter().flat_map(|number: &f64| number.to_be_bytes()).collect();
        npy(header, &numbers)
    };
    let labels = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1)}", &[0, 1]);
    assert_eq!(rows(&read_with(NPY, &file(4.0), Some(&labels)).unwrap().features), [[1.0, 3.0], [2.0, 4.0]]);
    let expected = "finite numbers between -1e30 and 1e30 | places count from 0, as in NumPy";
    for (value, shown) in
        [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-2e30, "-2000000000000000000000000000000")]
    {
        assert_eq!(
            said(NPY, &file(value), Some(&labels)),
            format!("file: the number at [1, 0, 1] is {shown} | {expected}")
        );
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn packed_files_are_unpacked_as_far_as_the_limit() {
    let file = idx_bytes(&[2, 10, 10], &[9; 200]);
    let labels = gzip(&idx_bytes(&[2], &[0, 1]));
    let packed = gzip(&file);
    assert!(read_with(IDX, &packed, Some(&labels)).is_ok());
    assert!(
        said(IDX, &packed[..packed.len() - 12], Some(&labels))
            .starts_with("file: the packed bytes end too soon")
    );
    let mut damaged = packed.clone();
    let end = damaged.len();
    damaged[end - 6] ^= 1;
    assert!(said(IDX, &damaged, Some(&labels)).starts_with("file: the packed bytes cannot be unpacked: "));
    let settings: DataSettings = serde_json::from_str(IDX).unwrap();
    let limits = TableLimits { array_bytes: 100, ..TableLimits::default() };
    let problem = read(Format::Idx, &packed, Some(&labels), &settings, &limits).unwrap_err();
    assert_eq!(problem.to_string(), "file: unpacked, the file has more than 100 bytes");
}

#[test]
fn archives_name_their_arrays() {
    assert_eq!(
        said(r#"{"file": "a.npz", "y": "z"}"#, numpy!("stored.npz"), None),
        "y: the file has no array `z` | one of `x`, `y` | `x` and `y` in `data` name the arrays of the features and of the labels"
    );
    assert_eq!(
        said(r#"{"file": "a.npz", "x": "x_trian"}"#, numpy!("deflated.npz"), None),
        "x: the file has no array `x_trian` | one of `x_train`, `y_train` | did you mean `x_train`?"
    );
    let whole = numpy!("deflated.npz");
    let json = r#"{"file": "a.npz", "x": "x_train", "y": "y_train"}"#;
    for end in 0..whole.len() {
        assert!(read_with(json, &whole[..end], None).is_err(), "{end}");
    }
    let mut damaged = numpy!("stored.npz").to_vec();
    let at = damaged.windows(6).position(|bytes| bytes == [0, 1, 2, 3, 4, 5]).unwrap();
    damaged[at] = 77;
    assert!(
        said(r#"{"file": "a.npz"}"#, &damaged, None)
            .starts_with("file: the packed bytes cannot be unpacked: ")
    );
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let files = [numpy!("deflated.npz"), numpy!("f8_big_fortran.npy"), numpy!("pictures-idx3-ubyte")];
    let settings = [r#"{"file": "a.npz", "x": "x_train", "y": "y_train"}"#, r#"{"file": "t.npy"}"#, IDX];
    for (file, json) in files.into_iter().zip(settings) {
        for at in 0..file.len() {
            for change in [1, 0x80, 0xff] {
                let mut bytes = file.to_vec();
                bytes[at] ^= change;
                let _ = read_with(json, &bytes, Some(numpy!("labels-idx1-ubyte.gz")));
            }
        }
    }
}
