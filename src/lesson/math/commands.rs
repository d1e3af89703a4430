//! Commands that are not known: which may be meant, and in which macro they stand.

use std::ops::Range;

use super::MathError;
use super::macros::{Macros, commands};
use crate::diagnostic::nearest;

/// The most macros of a course that an unknown command is compared with: a text may have thousands of either.
const MOST_COMPARED: usize = 500;

/// What formulas are mostly made of: of LaTeX, but for `val`, which shows a value of an experiment.
const COMMON: [&str; 200] = [
    "alpha",
    "angle",
    "approx",
    "argmax",
    "argmin",
    "ast",
    "bar",
    "begin",
    "beta",
    "Big",
    "big",
    "Bigg",
    "bigg",
    "binom",
    "boldsymbol",
    "boxed",
    "bullet",
    "cancel",
    "cap",
    "cdot",
    "cdots",
    "chi",
    "circ",
    "color",
    "cong",
    "cos",
    "cosh",
    "cup",
    "ddot",
    "ddots",
    "Delta",
    "delta",
    "det",
    "dfrac",
    "dim",
    "div",
    "dot",
    "dots",
    "downarrow",
    "ell",
    "emptyset",
    "end",
    "epsilon",
    "eqref",
    "equiv",
    "eta",
    "exists",
    "exp",
    "forall",
    "frac",
    "Gamma",
    "gamma",
    "gcd",
    "ge",
    "geq",
    "gg",
    "hat",
    "hbar",
    "iff",
    "iint",
    "Im",
    "implies",
    "in",
    "inf",
    "infty",
    "int",
    "iota",
    "kappa",
    "ker",
    "label",
    "Lambda",
    "lambda",
    "land",
    "langle",
    "lceil",
    "ldots",
    "le",
    "left",
    "Leftarrow",
    "leftarrow",
    "Leftrightarrow",
    "leftrightarrow",
    "leq",
    "lfloor",
    "lim",
    "liminf",
    "limsup",
    "ll",
    "ln",
    "log",
    "lor",
    "lVert",
    "lvert",
    "mapsto",
    "mathbb",
    "mathbf",
    "mathcal",
    "mathfrak",
    "mathit",
    "mathrm",
    "mathsf",
    "mathtt",
    "max",
    "mid",
    "min",
    "mp",
    "mu",
    "nabla",
    "ne",
    "neg",
    "neq",
    "ni",
    "notin",
    "nu",
    "odot",
    "oint",
    "Omega",
    "omega",
    "operatorname",
    "oplus",
    "otimes",
    "overbrace",
    "overline",
    "overset",
    "parallel",
    "partial",
    "perp",
    "Phi",
    "phi",
    "Pi",
    "pi",
    "pm",
    "Pr",
    "prec",
    "prime",
    "prod",
    "propto",
    "Psi",
    "psi",
    "qquad",
    "quad",
    "rangle",
    "rceil",
    "Re",
    "rfloor",
    "rho",
    "right",
    "Rightarrow",
    "rightarrow",
    "rVert",
    "rvert",
    "setminus",
    "Sigma",
    "sigma",
    "sim",
    "simeq",
    "sin",
    "sinh",
    "sqrt",
    "stackrel",
    "star",
    "subset",
    "subseteq",
    "substack",
    "succ",
    "sum",
    "sup",
    "supset",
    "supseteq",
    "tag",
    "tan",
    "tanh",
    "tau",
    "text",
    "textbf",
    "textcolor",
    "tfrac",
    "Theta",
    "theta",
    "tilde",
    "times",
    "to",
    "top",
    "underbrace",
    "underline",
    "underset",
    "uparrow",
    "Upsilon",
    "upsilon",
    "val",
    "varepsilon",
    "varphi",
    "vartheta",
    "vdots",
    "vec",
    "widehat",
    "widetilde",
    "Xi",
    "xi",
    "zeta",
];

/// Says what is wrong with a command that is not known and comes from a range of a formula.
pub(super) fn unknown(name: &str, tex: &str, range: Range<usize>, macros: &Macros) -> MathError {
    let name = name.trim_end_matches('*');
    let near = nearest(name, macros.own().take(MOST_COMPARED).chain(COMMON).chain(Macros::built_in()));
    let message = format!("unknown command `\\{name}`");
    let written = &tex[range.clone()];
    let place = commands(written).find(|(_, written)| *written == name).map(|(at, _)| range.start + at);
    match (place, macros.holding(written, name)) {
        // In the argument of a macro it stands at its own place.
        (Some(at), _) => MathError { range: at..at + 1 + name.len(), message, label: meant(name, near) },
        (None, Some(holder)) => MathError {
            range,
            message: format!("{message} in the macro `\\{holder}`"),
            label: match near {
                Some(near) => format!("expected `\\{near}` there, in `macros` of `gradbook.yaml`"),
                None => "expected a command of LaTeX there, in `macros` of `gradbook.yaml`".to_owned(),
            },
        },
        (None, None) => MathError { range, message, label: meant(name, near) },
    }
}

fn meant(name: &str, near: Option<&str>) -> String {
    match near {
        // It is known, but not to the text of a formula.
        Some(near) if near == name => format!("expected `\\{near}` outside of text"),
        Some(near) => format!("did you mean `\\{near}`?"),
        None => "expected a command of LaTeX, or one of `macros` in `gradbook.yaml`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Allowance, Macros, read};
    use super::*;

    #[test]
    fn every_command_that_may_be_meant_is_known() {
        for name in COMMON {
            let tex = format!("\\{name}{{a}}{{b}}");
            let written = read(&tex, true, &Macros::default(), &mut Allowance::default())
                .and_then(|formula| formula.write(&mut |_| String::new()));
            let is_unknown = written.is_err_and(|error| error.message.starts_with("unknown command"));
            assert!(!is_unknown, "\\{name}");
        }
    }

    #[test]
    fn a_command_is_meant_by_one_that_is_near() {
        let label = |name: &str| unknown(name, "x", 0..1, &Macros::default()).label;
        assert_eq!(label("alhpa"), "did you mean `\\alpha`?");
        assert_eq!(label("sofmax"), "did you mean `\\softmax`?");
        assert!(label("nothinglikeit").starts_with("expected a command"));
    }
}
