//! Whether what an expression calculates is a share of a whole, as each of its operands and calls has it.

use super::expression::Expression;
use super::token::Token;
use super::tree::{Node, Tree};
use super::value::Value;

/// What a part of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A number that its author wrote: of a share it takes another share, and makes a multiple of one.
    Number,
    /// A share of a whole.
    Share,
    /// Anything else.
    Other,
}

/// Functions and filters whose result is in the unit of what they are given.
const KEEPING: [&str; 6] = ["abs", "first", "last", "max", "mean", "min"];

/// The filter that keeps the unit of a curve.
const SMOOTH: &str = "smooth";

/// The function that counts how often a curve rises: a share, of whatever curve.
const RISES: &str = "rises";

/// Returns whether an expression is a share of a whole: a metric that is one by `is_share`, which is given its name with what hangs
/// on it, or what becomes of such by sums, differences, numbers before them and functions that keep a unit. None where nothing in it
/// is measured.
pub fn share(text: &str, is_share: impl Fn(&str) -> bool) -> Option<bool> {
    let expression = Expression::parse(text).ok()?;
    let names = expression.tokens.iter().filter(|(token, _)| matches!(token, Token::Chain(_)));
    let shares: Vec<bool> = names.map(|(_, range)| is_share(&text[range.clone()])).collect();
    match part(&expression.tree, &shares) {
        Part::Number => None,
        Part::Share => Some(true),
        // In `true` nothing is measured either.
        Part::Other => (!shares.is_empty()).then_some(false),
    }
}

/// Returns what a part of an expression is, given which of its names are shares. Of shares multiplied none is left; a multiple of one
/// is one.
fn part(tree: &Tree, shares: &[bool]) -> Part {
    let all =
        |trees: &[Tree]| trees.iter().map(|tree| part(tree, shares)).reduce(joined).unwrap_or(Part::Other);
    match &tree.node {
        Node::Value(Value::Number(_)) => Part::Number,
        Node::Name(index) if shares[*index] => Part::Share,
        Node::Negative(tree) => part(tree, shares),
        Node::List(items) => all(items),
        Node::Operation("+" | "-", sides) => all(&**sides),
        Node::Operation(operator @ ("*" | "/"), sides) => {
            match (part(&sides[0], shares), *operator, part(&sides[1], shares)) {
                (part, _, Part::Number) | (Part::Number, "*", part) => part,
                _ => Part::Other,
            }
        }
        Node::Item(parts) => part(&parts[0], shares),
        Node::Slice(parts) => part(&parts[0], shares),
        // What it is given beside the list says how it smooths.
        Node::Call(name, _, given) if name == SMOOTH => all(&given[..1]),
        Node::Call(name, _, given) => called(name, all(given)),
        _ => Part::Other,
    }
}

/// Returns what a function or filter makes of what it is given.
fn called(name: &str, given: Part) -> Part {
    match name {
        RISES => Part::Share,
        name if KEEPING.contains(&name) => given,
        _ => Part::Other,
    }
}

/// Returns what a sum, or the greatest, of two parts is.
fn joined(one: Part, other: Part) -> Part {
    match (one, other) {
        (Part::Number, part) | (part, Part::Number) => part,
        (Part::Share, Part::Share) => Part::Share,
        _ => Part::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<bool> {
        share(text, |name| name.contains("error"))
    }

    #[test]
    fn a_product_of_shares_is_no_share() {
        assert_eq!(of("a.dev_error - b.dev_error"), Some(true));
        assert_eq!(of("2 * (a.dev_error + 0.1)"), Some(true));
        assert_eq!(of("-(a.dev_error + 0.1) / 2"), Some(true));
        assert_eq!(of("a.dev_error * b.dev_error"), Some(false));
        assert_eq!(of("a.dev_error / b.dev_error"), Some(false));
        assert_eq!(of("1 / a.dev_error"), Some(false));
        assert_eq!(of("a.dev_error - a.loss"), Some(false));
        assert_eq!(of("a.dev_error ~ b.dev_error"), Some(false));
        assert_eq!(of("a.dev_error if a.loss > 1 else b.dev_error"), Some(false));
        assert_eq!(
            (of("0.5"), of("2 * (1 - 0.5)"), of("a.dev_error <"), of("true")),
            (None, None, None, None)
        );
    }

    #[test]
    fn functions_keep_a_share_or_make_another_number_of_it() {
        assert_eq!(of("max(a.dev_error, b.dev_error) - 0.03"), Some(true));
        assert_eq!(of("mean(a.dev_error[30:]) - a.errors[a.best_epoch]"), Some(true));
        assert_eq!(of("sqrt(a.dev_error)"), Some(false));
        assert_eq!(of("max(a.dev_error, a.loss)"), Some(false));
        assert_eq!(of("rises(a.loss[:30])"), Some(true));
        assert_eq!(of("rises(mean(a.loss)) - rises(b.loss)"), Some(true));
        assert_eq!(of("rises(a.loss) * b.loss"), Some(false));
        assert_eq!(of("(a.dev_error | smooth(0.9) | min) - 0.1"), Some(true));
        assert_eq!((of("a.dev_error | length"), of("a.loss | rises")), (Some(false), Some(true)));
    }
}
