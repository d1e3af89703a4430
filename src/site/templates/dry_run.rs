//! Templates tried before anything runs.

use std::collections::BTreeSet;

use minijinja::ErrorKind;
use serde_json::Value;

use super::sample;
use super::{Page, Pages, TemplateError, Templates};
use crate::diagnostic::nearest;
use crate::site::view::{ExperimentView, Site};

/// Names that stand by themselves.
const ROOTS: [&str; 21] = [
    "computed",
    "content_security_policy",
    "course",
    "outline",
    "here",
    "chapters",
    "lesson",
    "previous",
    "next",
    "edit",
    "footer_html",
    "head_html",
    "pages",
    "prerequisites",
    "base",
    "base_url",
    "preview",
    "experiment",
    "theme_script",
    "titles",
    "loop",
];

/// Filters that authors may use: minijinja's usual ones, and the program's.
const FILTERS: [&str; 30] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "default",
    "escape",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "sum",
    "title",
    "trim",
    "upper",
    "thousands",
    "plain",
];

/// Returns what is wrong with the templates whatever the lessons hold: made-up courses are rendered by them. What only these
/// courses lack (a third figure) is no fault.
pub(super) fn errors(templates: &Templates) -> Vec<TemplateError> {
    let fields = fields(&sample::full());
    let mut errors: Vec<TemplateError> = Vec::new();
    for (site, experiment) in [sample::full(), sample::bare()] {
        let mut tried: Vec<Page> = Pages::new(templates, &site).all().collect();
        tried.push(Page::of_experiment(&experiment));
        for error in tried.iter().filter_map(|page| templates.render(page).err()) {
            let error = judged(error, &fields);
            errors.extend(error.filter(|error| !errors.contains(error)));
        }
    }
    errors
}

/// Returns the error with the name that was probably meant; none where another course may be without it.
fn judged(error: TemplateError, fields: &Fields) -> Option<TemplateError> {
    use ErrorKind::{
        MissingArgument, TemplateNotFound, TooManyArguments, UndefinedError, UnknownBlock, UnknownFilter,
        UnknownFunction, UnknownMethod, UnknownTest,
    };
    match error.kind? {
        UndefinedError => {
            let name = error.undefined()?.to_owned();
            let (parent, last) = name.rsplit_once('.').unwrap_or(("", &name));
            let parent = parent.rsplit('.').next().unwrap_or(parent);
            let known = fields.of(parent);
            let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !is_name(last) || known.contains(last) {
                return None;
            }
            let near = nearest(last, known.iter().map(String::as_str)).map(str::to_owned);
            let error = error.message(format!("there is no `{name}`"));
            Some(near.into_iter().fold(error, |error, near| error.label(format!("did you mean `{near}`?"))))
        }
        UnknownFilter => {
            let name = error.at_fault().unwrap_or_default().rsplit('|').next().unwrap_or_default().to_owned();
            let near = nearest(name.trim(), FILTERS);
            Some(near.into_iter().fold(error, |error, near| error.label(format!("did you mean `{near}`?"))))
        }
        TemplateNotFound | UnknownTest | UnknownFunction | UnknownMethod | UnknownBlock | MissingArgument
        | TooManyArguments => Some(error),
        _ => None,
    }
}

/// The names of all fields that templates see.
struct Fields(Value);

fn fields((site, experiment): &(Site, ExperimentView)) -> Fields {
    Fields(serde_json::json!({
        "course": site.course, "chapters": site.chapters, "experiment": experiment,
    }))
}

impl Fields {
    /// Returns the fields of what is called `parent`, or is one of what is called `parents`; of everything where nothing is
    /// called so.
    fn of(&self, parent: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if parent.is_empty() {
            return ROOTS.map(str::to_owned).into();
        }
        collect(&self.0, "", Some(parent), &mut names);
        if names.is_empty() {
            collect(&self.0, "", None, &mut names);
        }
        names
    }
}

/// Collects the keys of every map in `value`, which stands under `key`; only of those under `parent`, if that is given.
fn collect(value: &Value, key: &str, parent: Option<&str>, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, parent, names)),
        Value::Object(map) => {
            if parent.is_none_or(|parent| key == parent || key.strip_suffix('s') == Some(parent)) {
                names.extend(map.keys().cloned());
            }
            map.iter().for_each(|(key, value)| collect(value, key, parent, names));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_exist() {
        let templates = Templates::default();
        for filter in FILTERS {
            let text = format!("{{{{ x|{filter} }}}}");
            let rendered = templates.environment.render_str(&text, minijinja::context! { x => "a" });
            let kind = rendered.err().map(|error| error.kind());
            assert_ne!(kind, Some(ErrorKind::UnknownFilter), "{filter}");
        }
    }

    #[test]
    fn fields_are_those_of_the_thing() {
        let fields = fields(&sample::full());
        assert!(fields.of("lesson").contains("title_html") && !fields.of("lesson").contains("title"));
        assert!(fields.of("chapter").contains("title"));
        assert!(fields.of("whatever").contains("title_html") && fields.of("").contains("lesson"));
    }

    #[test]
    fn the_programs_own_templates_pass() {
        assert_eq!(errors(&Templates::default()), []);
    }
}
