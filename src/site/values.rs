//! What only scripts read of a page's charts, in a script of its own: a page is there sooner without it.

use std::fmt::Write;

use super::{links, script};
use crate::markup::{Tag, Token, each};

/// Takes the values of charts, and their states that do not stand, out of the body of a page. Returns the body, where a number stands
/// for each, and the script that has them, which lies at `file` as seen from the page.
pub fn taken_out(body: &str, file: &str) -> (String, Vec<u8>) {
    let mut parts: Vec<String> = Vec::new();
    let mut left = String::with_capacity(body.len());
    let mut copied = 0;
    // The state that is being taken out: where it begins, and how many groups are open within it.
    let mut state: Option<(usize, usize)> = None;
    each(body, true, &mut |token| match (token, &mut state) {
        (Token::Start(tag), None) if tag.name == "svg" => {
            let Some(values) = tag.attribute("data-chart").filter(|values| values.value.starts_with('{'))
            else {
                return;
            };
            left.push_str(&body[copied..values.place.start]);
            let _ = write!(left, "{} {}", links::encoded(file), parts.len());
            copied = values.place.end;
            parts.push(values.value.clone());
        }
        (Token::Start(tag), None) if stands_not(&tag) => {
            left.push_str(&body[copied..tag.place.end - 1]);
            let _ = write!(left, " data-part=\"{}\">", parts.len());
            copied = tag.place.end;
            state = Some((copied, 0));
            parts.push(String::new());
        }
        (Token::Start(tag), Some((_, open))) if tag.name == "g" && !tag.ends_itself => *open += 1,
        (Token::End(name, place), Some((start, open))) if name == "g" => match open {
            0 => {
                parts.last_mut().expect("its own").push_str(&body[*start..place.start]);
                copied = place.start;
                state = None;
            }
            open => *open -= 1,
        },
        _ => {}
    });
    left.push_str(&body[copied..]);
    (left, format!("window.gradbookCharts = {};\n", script::literal(&parts.into())).into_bytes())
}

/// Whether a group is a state of a chart that only a script can show.
fn stands_not(tag: &Tag) -> bool {
    tag.name == "g" && tag.value("class") == Some("frame off") && !tag.ends_itself
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_hidden_states_are_told_by_numbers() {
        let body = "<p>data-chart=\"{}\"</p><svg data-chart=\"{'n':'a&lt;b'}\" width=\"9\">\
                    <g class=\"frame off\" data-frame=\"epoch 1\"><g><path d=\"M1 1\"/></g></g>\
                    <g class=\"frame\" data-frame=\"epoch 2\"><path d=\"M2 2\"/></g></svg><svg data-chart=\"x\"></svg>";
        let (left, script) = taken_out(body, "a b/charts.js");
        assert_eq!(
            left,
            "<p>data-chart=\"{}\"</p><svg data-chart=\"a%20b/charts.js 0\" width=\"9\">\
             <g class=\"frame off\" data-frame=\"epoch 1\" data-part=\"1\"></g>\
             <g class=\"frame\" data-frame=\"epoch 2\"><path d=\"M2 2\"/></g></svg><svg data-chart=\"x\"></svg>"
        );
        assert_eq!(
            String::from_utf8(script).unwrap(),
            "window.gradbookCharts = [\"{'n':'a<b'}\",\"<g><path d=\\\"M1 1\\\"/></g>\"];\n"
        );
    }

    #[test]
    fn a_state_that_never_ends_leaves_the_rest_as_it_is() {
        let (left, _) = taken_out("<svg><g class=\"frame off\"><p>a</p>", "charts.js");
        assert_eq!(left, "<svg><g class=\"frame off\" data-part=\"0\"><p>a</p>");
    }
}
