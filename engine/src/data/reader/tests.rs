use super::super::settings::Task;
use super::*;

fn read_with(text: &str, settings: &str) -> Result<Read, DataProblems> {
    let settings: DataSettings = serde_json::from_str(settings).unwrap();
    read(text.as_bytes(), &settings, &TableLimits::default())
}

/// Returns what is said about a table: `line [underlined] message | expected | hint`.
fn said(text: &str) -> Vec<String> {
    shown(text, &read_with(text, "{}").unwrap_err())
}

fn shown(text: &str, problems: &DataProblems) -> Vec<String> {
    assert_eq!(problems.settings, []);
    let show = |p: &TableProblem| {
        let place = p.range.clone().map_or("nowhere", |range| &text[range]);
        format!("{} [{place}] {} | {} | {}", p.line, p.message, p.expected, p.hint.as_deref().unwrap_or(""))
    };
    problems.table.iter().map(show).collect()
}

fn classes(target: &TargetColumn) -> (&[usize], Vec<&str>) {
    match target {
        TargetColumn::Classes { labels, names } => (labels, names.iter().map(String::as_str).collect()),
        TargetColumn::Values { .. } => panic!("a number"),
    }
}

#[test]
fn reads_features_and_text_classes_in_the_order_of_their_names() {
    let table = read_with("a,b,kind\n1,2.5,pear\n-3e1,.5,apple\n4,0,pear\n", "{}").unwrap();
    assert_eq!(table.features, Features::F64(ndarray::array![[1.0, 2.5], [-30.0, 0.5], [4.0, 0.0]]));
    assert_eq!(table.feature_names, ["a", "b"]);
    assert_eq!(classes(&table.target), (&[1, 0, 1][..], vec!["apple", "pear"]));
}

#[test]
fn byte_order_mark_crlf_quotes_blanks_and_empty_lines_are_understood() {
    let table =
        read_with("\u{feff}\"a, b\" , kind\r\n\r\n\" 1\",\"say \"\"x\"\"\"\r\n 2 , y \r\n", "{}").unwrap();
    assert_eq!(table.feature_names, ["a, b"]);
    assert_eq!(table.features, Features::F64(ndarray::array![[1.0], [2.0]]));
    assert_eq!(classes(&table.target).1, ["say \"x\"", "y"]);
}

#[test]
fn few_whole_numbers_are_classes_in_numeric_order() {
    let table = read_with("x,y\n0,10\n0,9\n0,-0\n0,10.0\n0,0\n", "{}").unwrap();
    assert_eq!(classes(&table.target), (&[2, 1, 0, 2, 0][..], vec!["0", "9", "10"]));
}

#[test]
fn other_numbers_are_a_number() {
    let many: String = (0..21).map(|i| format!("0,{i}\n")).collect();
    for rows in [many.as_str(), "0,1.5\n0,2\n", "0,1\n0,2\n"] {
        let settings = if rows.starts_with("0,1\n") { r#"{"task": "number"}"# } else { "{}" };
        let table = read_with(&format!("x,y\n{rows}"), settings).unwrap();
        assert_eq!(table.target.target(), super::super::part::Target::Value, "{rows}");
    }
    let forced = read_with(&format!("x,y\n{many}"), r#"{"task": "classes"}"#).unwrap();
    assert_eq!(classes(&forced.target).1.len(), 21);
    assert_eq!(serde_json::from_str::<Task>(r#""number""#).unwrap(), Task::Number);
}

#[test]
fn target_and_features_choose_columns_in_the_given_order() {
    let table = read_with("a,b,c\n1,x,3\n4,y,6\n", r#"{"target": "b", "features": ["c", "a"]}"#).unwrap();
    assert_eq!(table.features, Features::F64(ndarray::array![[3.0, 1.0], [6.0, 4.0]]));
    assert_eq!(table.feature_names, ["c", "a"]);
}

#[test]
fn unknown_columns_are_problems_of_the_settings() {
    let problems =
        read_with("width,b,c\n1,2,3\n", r#"{"target": "z", "features": ["widht", "b"]}"#).unwrap_err();
    let said: Vec<String> =
        problems.settings.iter().map(|p| format!("{p} | {} | {}", p.expected, p.hints.join(" "))).collect();
    assert_eq!(
        said,
        [
            "target: the table has no column `z` | one of `width`, `b`, `c` | ",
            "features[0]: the table has no column `widht` | one of `width`, `b`, `c` | did you mean `width`?",
        ]
    );
    let problems = read_with("a,b\n1,2\n", r#"{"features": ["a", "b"]}"#).unwrap_err();
    assert_eq!(problems.settings[0].to_string(), "features[1]: `b` is the target");
}

#[test]
fn every_wrong_cell_is_underlined() {
    assert_eq!(
        said("a,b,kind\n1,,x\n 12o ,2,y\ninf,NaN,\n\"1,5\",1e999,x\n3,4e30,x\n"),
        [
            "2 [] `b` has no value | a value | fill the cell in, or remove the row",
            "3 [12o] `12o` is not a number | a number | ",
            "4 [inf] `inf` is not a finite number | a finite number | ",
            "4 [NaN] `b` has no value | a value | fill the cell in, or remove the row",
            "4 [] `kind` has no value | a value | fill the cell in, or remove the row",
            "5 [\"1,5\"] `1,5` is not a number | a number | write decimals with a point",
            "5 [1e999] `1e999` is too large | a number between -1e30 and 1e30 | ",
            "6 [4e30] `4e30` is too large | a number between -1e30 and 1e30 | ",
        ]
    );
}

#[test]
fn places_are_right_after_a_byte_order_mark_crlf_and_cells_of_several_lines() {
    assert_eq!(
        said("\u{feff}a,kind\r\n1,\"x\r\ny\"\r\n\r\noh,é\r\n2,z\r\nno,é\r\n"),
        ["5 [oh] `oh` is not a number | a number | ", "7 [no] `no` is not a number | a number | "]
    );
}

#[test]
fn quotes_within_cells_do_not_move_places() {
    assert_eq!(
        said("a,b,c,kind\n5\",\"say \"\"x\"\", or\",oh,x\n1,2,3,y\n"),
        [
            "2 [5\"] `5\"` is not a number | a number | ",
            "2 [\"say \"\"x\"\", or\"] `say \"x\", or` is not a number | a number | ",
            "2 [oh] `oh` is not a number | a number | ",
        ]
    );
}

#[test]
fn ragged_rows() {
    assert_eq!(
        said("a,b,kind\n1,2,x\n1,x\n1,2,3,x\n1,2,y\n"),
        [
            "3 [1,x] this row has 2 cells, the header has 3 | 3 cells | ",
            "4 [1,2,3,x] this row has 4 cells, the header has 3 | 3 cells | \
             a cell that holds a comma is written in quotes: \"1,5\"",
        ]
    );
    assert_eq!(
        said("a,kind\n1,x\n\"2,y\n3,z\n"),
        ["3 [\"] this quote is never closed | a closing quote before the end of the file | \
             remove the quote, or close it at the end of its cell"]
    );
}

/// Returns a table of twelve rows with a text that nobody uses, where `line` (from 2) is replaced.
fn noted(replaced: &[(usize, &str)]) -> String {
    let mut text = "a,note,b,y\n".to_owned();
    for line in 2..14 {
        let usual = format!("{line}.5,part {line},-0.{line},{}", if line % 2 == 0 { "ja" } else { "nein" });
        let row = replaced.iter().find(|(at, _)| *at == line).map_or(usual, |(_, row)| (*row).to_owned());
        text += &format!("{row}\n");
    }
    text
}

fn said_of_notes(replaced: &[(usize, &str)]) -> Vec<String> {
    let text = noted(replaced);
    let settings = r#"{"target": "y", "features": ["a", "b"]}"#;
    read_with(&text, settings).map_or_else(
        |problems| shown(&text, &problems),
        |table| vec![format!("{} rows", table.features.rows())],
    )
}

#[test]
fn stray_quotes_are_seen_in_columns_that_nobody_uses() {
    let stray = said_of_notes(&[(4, "1.5,\"part 4,-1,ja"), (9, "1.5,\"part 9,-1,ja")]);
    assert_eq!(
        stray,
        [
            "4 [\"] this quote is closed on line 9, where text follows | a closing quote at the end of this cell | \
          a stray quote takes the rows below into its cell: remove it"
        ]
    );
    let closed = said_of_notes(&[(4, "1.5,\"part 4,-1,ja"), (9, "1.5,part 9\",-1,ja")]);
    assert_eq!(
        closed,
        [
            "4 [\"] this quote takes 6 rows of the table into one cell | a closing quote at the end of this cell | \
          remove the stray quotes at both ends of the cell"
        ]
    );
    let next = said_of_notes(&[(4, "1.5,\"part 4,-1,ja"), (5, "?,part 5\",-1,ja")]);
    assert_eq!(
        next[0].split(" | ").next(),
        Some("4 [\"] this quote takes 2 rows of the table into one cell")
    );
    let elsewhere = said_of_notes(&[(4, "1.5,\"part 4,-1,ja"), (9, "1.5,part 9,-1,ja\"")]);
    assert_eq!(
        elsewhere,
        ["4 [\"] this row has 2 cells, the header has 4 | 4 cells | \
          a stray quote takes what follows into its cell, up to the next quote"]
    );
    let open = said_of_notes(&[(12, "1.5,x,-1,\"ja")]);
    assert_eq!(
        open,
        ["12 [\"] this quote is never closed | a closing quote before the end of the file | \
          remove the quote, or close it at the end of its cell"]
    );
    let after = said_of_notes(&[(3, "1.5,\"part\" 3,-1,ja"), (5, "1.5, \"part\",-1,ja")]);
    assert_eq!(
        after,
        [
            "3 [\" 3] text follows the quote that closes this cell | a comma or the end of the row | \
             a quote within a quoted cell is written twice: \"a \"\"b\"\"\"",
            "5 [ \"] there is a blank before this quote | the quote right after the comma | \
             only as the first letter of a cell does a quote quote it: remove the blank",
        ]
    );
    let header = said("a,\"note,b,y\n1,x,2,ja\n2,y,3,nein\n");
    assert_eq!(header[0].split(" | ").next(), Some("1 [\"] this quote is never closed"));
}

#[test]
fn stray_quotes_are_seen_whatever_the_rows_between_look_like() {
    let table = |header: &str, usual: &dyn Fn(usize) -> String, replaced: &[(usize, &str)]| {
        let row = |line: usize| {
            let other = replaced.iter().find(|(at, _)| *at == line).map(|(_, row)| (*row).to_owned());
            other.unwrap_or_else(|| usual(line)) + "\n"
        };
        format!("{header}\n{}", (2..32).map(row).collect::<String>())
    };
    let takes = |text: &str, line: usize, rows: usize| {
        let problems = read_with(text, r#"{"features": ["a"]}"#).unwrap_err();
        let expected = format!("{line} [\"] this quote takes {rows} rows of the table into one cell");
        assert_eq!(shown(text, &problems)[0].split(" | ").next(), Some(expected.as_str()), "{text}");
    };
    let notes_first = |line: usize| format!("n{line},{line},c{}", line % 2);
    for (end, rows) in [(6, 2), (9, 5)] {
        let text = table("note,a,y", &notes_first, &[(5, "\"x,2,c1"), (end, &format!("\",{end},c1"))]);
        takes(&text, 5, rows);
        takes(&text.replace('\n', "\r\n"), 5, rows);
    }
    takes(&table("note,a,y", &notes_first, &[(5, "\"x,2,c1"), (6, "n6,6"), (7, "\",7,c1")]), 5, 3);
    let notes_last = |line: usize| format!("{line},c{},n{line}", line % 2);
    let settings = r#"{"features": ["a"], "target": "y"}"#;
    let text = table("a,y,note", &notes_last, &[(5, "5,c1,\"x"), (6, "6,c0"), (7, "7,c1,\"")]);
    assert!(read_with(&text, settings).is_err());

    let between = |line: usize| format!("{line},n{line},c{}", line % 2);
    for odd in ["6,n6", "6,k\"\"s, t\"\"l,c0", "6,n6,c0,", "", "oh,n6,c0"] {
        let text = table("a,note,y", &between, &[(5, "5,\"x,c1"), (6, odd), (7, "7,z\",c1")]);
        takes(&text, 5, if odd.is_empty() { 2 } else { 3 });
    }
    for odd in ["6", "6,n6", "well, well, well"] {
        takes(&table("a,note,y", &between, &[(5, "5,\"x,c1"), (6, odd), (9, "9,z\",c1")]), 5, 5);
    }
    for cell in [
        "Main St 5,flat 2\nBerlin\n10115,Germany",
        "Main St 5, flat 2\nSpringfield, IL, 62704\nUSA",
        "see the list\nmilk,eggs\n",
        "Well,\nit is 2, then\n3, at most",
    ] {
        let text = table("a,note,y", &between, &[(5, &format!("5,\"{cell}\",c1"))]);
        assert_eq!(read_with(&text, settings).unwrap().features.rows(), 30, "{cell}");
        let text = table("note,a,y", &notes_first, &[(5, &format!("\"{cell}\",5,c1"))]);
        assert_eq!(read_with(&text, settings).unwrap().features.rows(), 30, "{cell}");
        let text = table("a,y,note", &notes_last, &[(5, &format!("5,c1,\"{cell}\""))]);
        assert_eq!(read_with(&text, settings).unwrap().features.rows(), 30, "{cell}");
    }
}

/// Of a table of two or three rows nothing tells for sure; it is not read without a word.
#[test]
fn a_cell_that_may_hold_rows_is_doubted() {
    let rows = |text: &str| {
        read_with(text, r#"{"target": "y", "features": ["a"]}"#).map(|table| {
            let said: Vec<String> = table.warnings.iter().map(|warning| warning.message.clone()).collect();
            (table.features.rows(), said.join("; "))
        })
    };
    let (count, said) = rows("a,note,y\n1,\"x,ja\n2\n3,z\",nein\n4,w,ja\n").unwrap();
    assert_eq!(count, 2);
    assert_eq!(said, "the quoted cell on line 2 holds 3 lines that may be rows of the table");
    assert!(rows("a,note,y\n1,\"x,ja\n2,y\",nein\n").is_err());
    assert_eq!(rows("a,note,y\n1,\"x\nz\",nein\n4,w,ja\n").unwrap(), (2, String::new()));
}

#[test]
fn rightly_quoted_cells_hold_separators_and_lines() {
    for cell in [
        "\"x, y\"",
        "\"one\ntwo\nthree\"",
        "\"Dear all, this\nis fine, too, yes\"",
        "\"Main St 5,flat 2\nBerlin,B\"",
        "\"Well, it is 2, then\n3, at most\"",
        "\"say \"\"x\"\"\"",
        "\"\"",
        "5\" pipe",
    ] {
        assert_eq!(said_of_notes(&[(4, &format!("1.5,{cell},-1,ja"))]), ["12 rows"], "{cell}");
    }
}

#[test]
fn a_quoted_cell_is_a_text() {
    let quoted = "a,y\n1,\"-\"\n2,\"+\"\n3,\"None\"\n4,\"NA\"\n";
    assert_eq!(classes(&read_with(quoted, "{}").unwrap().target).1, ["+", "-", "NA", "None"]);
    assert_eq!(
        said("a,y\n1,-\n2,+\n3,\"\"\n"),
        [
            "2 [-] `y` has no value | a value: this text stands for none | \
             if `-` is a class, write it in quotes, \"-\", or list in `data.missing` what stands for no value",
            "4 [\"\"] `y` is an empty text | a value | fill the cell in, or remove the row",
        ]
    );
}

#[test]
fn what_is_missing_can_be_said() {
    let text = "a,y\n1,-\n2,none\n3,NA\n-999,+\n";
    let settings = r#"{"missing": ["", "unknown"]}"#;
    assert_eq!(classes(&read_with(text, settings).unwrap().target).1, ["+", "-", "NA", "none"]);
    let problems = read_with(text, r#"{"missing": [-999.0, "NONE", null]}"#).unwrap_err();
    assert_eq!(
        shown(text, &problems).iter().map(|said| said.split(" | ").next().unwrap()).collect::<Vec<_>>(),
        ["3 [none] `y` has no value", "5 [-999] `a` has no value"]
    );
    let problems = read_with("a,y\n,x\n2,\n", r#"{"missing": []}"#).unwrap_err();
    assert_eq!(problems.table.len(), 2, "nothing is no number and no class either");
}

#[test]
fn the_same_commas_at_the_ends_of_rows_are_one_problem() {
    let rows: String = (0..60).map(|i| format!("{i},x{},\n", i % 2)).collect();
    assert_eq!(
        said(&format!("a,y\n{rows}")),
        ["2 [,] every row ends with a comma, the header does not | 2 cells, as in the header | \
          remove the comma at the end of each"]
    );
    assert_eq!(
        said("a,y\n1,x\n2,y,\n3,x\n"),
        ["3 [,] this row ends with a comma | 2 cells, as in the header | remove the comma at the end"]
    );
    assert_eq!(
        said("a,y,\n1,x,\n2,y,\n"),
        [
            "1 [] column 3 has no name | a name | the line ends with a comma: remove it, and those at the ends of the rows"
        ]
    );
    let numbered: String = (0..60).map(|i| format!("{i},1,x{}\n", i % 2)).collect();
    assert_eq!(
        said(&format!("a,y\n{numbered}")),
        ["2 [0,1,x0] every row has 3 cells, the header has 2 | 2 cells | \
          a cell that holds a comma is written in quotes: \"1,5\""]
    );
}

#[test]
fn the_same_blanks_before_quotes_are_one_problem() {
    let rows: String = (0..60).map(|i| format!("{i}, {i}, \"x{}\"\n", i % 2)).collect();
    let hint = "only as the first letter of a cell does a quote quote it: remove the blanks";
    assert_eq!(
        said(&format!("a, b, y\n{rows}")),
        [format!("2 [ \"] every row has a blank before a quote | the quote right after the comma | {hint}")]
    );
    assert_eq!(
        said(&format!("a, b, y\n1,oh,x0\n{rows}")),
        [
            "2 [oh] `oh` is not a number | a number | ".to_owned(),
            format!("3 [ \"] 60 rows have a blank before a quote | the quote right after the comma | {hint}")
        ]
    );
}

#[test]
fn headers() {
    assert_eq!(said("")[0], "1 [nowhere] the table is empty | a header line and at least one row | ");
    assert_eq!(said("\n\n")[0], "1 [nowhere] the table is empty | a header line and at least one row | ");
    assert_eq!(said("a,b\n"), ["1 [nowhere] the table has a header line but no rows | at least one row | "]);
    assert_eq!(
        said("1,2\n3,4\n"),
        [
            "1 [1,2] the first line holds numbers | the names of the columns | put a header line before the rows"
        ]
    );
    assert_eq!(
        said("a,,a,c\n1,2,3,4\n"),
        [
            "1 [] column 2 has no name | a name | ",
            "1 [a] there are two columns called `a` | a name of its own | ",
        ]
    );
    assert_eq!(
        said("0,0,sold\n1,2,kept\n"),
        ["1 [0] there are two columns called `0` | a name of its own | \
          where the first line is a row of the table, put a header line before it"]
    );
    assert_eq!(
        said("# from the shop\na,b\n1,2\n"),
        [
            "1 [# from the shop] the table has one column | at least one feature and the target, with a comma between them | \
          a table has no comments: remove the lines before its header"
        ]
    );
}

#[test]
fn a_target_must_tell_classes_apart() {
    assert_eq!(
        said("a,kind\n1,x\n2,x\n"),
        ["2 [x] the target `kind` has only one class, `x` | at least two classes | "]
    );
    let names: String = (0..1001).map(|i| format!("1,name {i}\n")).collect();
    assert_eq!(
        said(&format!("a,who\n{names}")),
        [
            "2 [name 0] the target `who` has 1001 classes | at most 1000 | name the column to predict with `target`"
        ]
    );
}

#[test]
fn a_quote_that_closes_a_class_alone_is_a_mistake() {
    assert_eq!(
        said("a,kind\n1,x\n2,y\n3,x\" \n4,y\n"),
        ["4 [x\"] a quote closes this cell that none opens | `x`, as in other rows | \
             a class that ends in a quote is written \"x\"\"\""]
    );
    let quoted = read_with("a,kind\n1,x\n2,\"x\"\"\"\n", "{}").unwrap();
    assert_eq!(classes(&quoted.target).1, ["x", "x\""]);
    let inches = read_with("a,kind\n1,wide 5\"\n2,wide 7\"\n", "{}").unwrap();
    assert_eq!(classes(&inches.target).1, ["wide 5\"", "wide 7\""]);
}

#[test]
fn a_text_among_numbers_of_the_target_is_a_mistake() {
    assert_eq!(
        said("a,y\n1,2.5\n2,3.5\n3,4.o\n"),
        ["4 [4.o] `4.o` is not a number | a number | if the target is a class, write `task: classes`"]
    );
    let text = "a,y\n1,1\n2,2\n3,other\n";
    assert_eq!(classes(&read_with(text, r#"{"task": "classes"}"#).unwrap().target).1, ["1", "2", "other"]);
}

#[test]
fn a_column_of_text_is_one_problem() {
    assert_eq!(
        said("who,a,kind\nann,1,x\nbob,2,y\ncid,?,y\n"),
        [
            "2 [ann] column `who` is text in every row | numbers | \
             leave the column out: list the others under `features`",
            "4 [?] `a` has no value | a value | fill the cell in, or remove the row",
        ]
    );
}

#[test]
fn twenty_problems_are_shown_and_the_rest_counted() {
    let rows: String =
        (0..3000).map(|i| if i == 0 { "1,x\n".to_owned() } else { format!("oh{i},y\n") }).collect();
    let said = said(&format!("a,kind\n{rows}"));
    assert_eq!(said.len(), 21);
    assert!(said[0].starts_with("3 [oh1]"));
    assert_eq!(said[20], "22 [nowhere] and 2979 more problems in this table |  | ");
}

#[test]
fn bytes_that_are_not_text() {
    let problems = read(b"a,b\n1,\xff\n", &DataSettings::default(), &TableLimits::default()).unwrap_err();
    assert_eq!((problems.table[0].line, problems.table[0].range.clone()), (2, Some(6..7)));
    assert_eq!(problems.table[0].message, "the file is not UTF-8 text");
}

#[test]
fn limits_are_kept() {
    let refused = |limits: TableLimits| {
        let text = "a,b,c\n1,2,3\n4,5,6\n";
        shown(text, &read(text.as_bytes(), &DataSettings::default(), &limits).unwrap_err())
    };
    let free = TableLimits::default();
    assert_eq!(
        refused(TableLimits { bytes: 17, ..free }),
        ["1 [nowhere] the file has 18 bytes | at most 17 | "]
    );
    assert_eq!(
        refused(TableLimits { columns: 2, ..free }),
        ["1 [nowhere] the table has 3 columns | at most 2 | "]
    );
    assert_eq!(
        refused(TableLimits { rows: 1, ..free }),
        ["3 [nowhere] the table has more than 1 rows | at most 1, by `limits` | "]
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::sample::select(b"a,b1\"\n\r .-\xc3\xa9\xff;".to_vec()), 0..60)) {
        let _ = read(&bytes, &DataSettings::default(), &TableLimits::default());
    }
}

/// As spreadsheets write where the comma is the decimal sign: the same numbers, and faults at their places.
#[test]
fn semicolons_and_tabs_part_cells_too() {
    let read = |text: &str| read_with(text, "{\"features\": [\"size\"]}").unwrap();
    let commas = read("size,garden,sold\n70.5,\"a, b\",x\n80,c,y\n");
    for text in [
        "size;garden;sold\n70,5;a, b;x\n80;c;y\n",
        "\u{feff}size\tgarden\tsold\r\n70.5\ta, b\tx\r\n80\t\"c\"\ty\r\n",
    ] {
        let found = read(text);
        assert_eq!(found.features, commas.features, "{text}");
        assert_eq!(found.feature_names, commas.feature_names, "{text}");
        assert_eq!(found.target, commas.target, "{text}");
    }
    assert_eq!(said("a;y\n1,5;x\n1,5,0;y\n"), ["3 [1,5,0] `1,5,0` is not a number | a number | "]);
    assert_eq!(
        said("a;y\n1;x;\n2;y\n"),
        [
            "2 [;] this row ends with a semicolon | 2 cells, as in the header | remove the semicolon at the end"
        ]
    );
    assert_eq!(
        said("a;y\n1;\"x\" z\n2;y\n"),
        [
            "2 [\" z] text follows the quote that closes this cell | a semicolon or the end of the row | a quote \
             within a quoted cell is written twice: \"a \"\"b\"\"\""
        ]
    );
    let target = read_with("a;y\n1;0,5\n2;1,25\n", "{}").unwrap().target;
    assert_eq!(target, TargetColumn::Values { values: vec![0.5, 1.25], name: "y".to_owned() });
}

#[test]
fn points_beside_decimal_commas_are_no_guess() {
    let says = |csv: &str| match read_with(csv, "{}") {
        Ok(_) => Vec::new(),
        Err(problems) => problems.table.into_iter().map(|problem| problem.message).collect(),
    };
    let one = "`1.250` has a point, and other numbers of the table a comma";
    assert_eq!(says("a;b;y\n1.250;0,5;x\n3;1,5;y\n"), [one]);
    assert_eq!(
        says("a;b;y\n0,5;1;x\n1,5;2.250;y\n2;3.125;x\n"),
        ["2 rows have a number with a point, and others have a comma"]
    );
    // Of a number below 1, and where no number has a comma, there is nothing to doubt.
    assert!(says("a;b;y\n0.250;0,5;x\n1.5;1,5;y\n").is_empty());
    assert!(says("a;b;y\n1.250;5;x\n2.125;6;y\n").is_empty());
    assert!(says("a,b,y\n1.250,5,x\n2.125,6,y\n").is_empty());
}

#[test]
fn a_target_has_something_to_predict() {
    let says = |csv: &str| read_with(csv, "{}").unwrap_err().table[0].message.clone();
    assert_eq!(says("a,y\n1,1.5\n2,1.5\n"), "the target `y` is 1.5 in every row");
    assert_eq!(says("a,y\n1,1e-200\n2,3e-200\n"), "the target `y` spans 2e-200");
    assert!(read_with("a,y\n1,1e-20\n2,3e-20\n", "{}").is_ok());
}

#[test]
fn the_same_mistake_in_many_rows_is_one_problem() {
    let says = |csv: &str| -> Vec<String> {
        read_with(csv, "{}").unwrap_err().table.into_iter().map(|problem| problem.message).collect()
    };
    let rows = |row: &str, times: usize| format!("a,y\n1,x\n{}2,z\n", row.repeat(times));
    assert_eq!(says(&rows(",\n", 3)), ["this row is empty"; 3]);
    assert_eq!(says(&rows(",\n", 5)), ["this row is empty, here and in 4 more rows"]);
    assert_eq!(says(&rows("3,NA\n", 9)), ["`y` has no value, here and in 8 more rows"]);
    assert_eq!(says(&rows("3\n", 6)), ["this row has 1 cell, the header has 2, here and in 5 more rows"]);
    assert_eq!(
        says(&rows("3,NA\n", 1500)),
        ["`y` has no value, here and in other rows", "and 500 more problems in this table"]
    );
}

#[test]
fn classes_that_differ_in_capitals_are_doubted() {
    let warned = |csv: &str| {
        read_with(csv, "{}").unwrap().warnings.iter().map(|it| it.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        warned("a,y\n1,Yes\n2,no\n3,yes\n"),
        ["the classes `Yes` and `yes` differ in capital letters alone"]
    );
    assert!(warned("a,y\n1,A\n2,a\n").is_empty());
}
