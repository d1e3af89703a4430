//! From finished values to files: pages by templates, and the folder they are published in.
//!
//! `site` knows neither the engine nor Markdown. The pipeline fills the view model ([`Site`], [`ExperimentView`], ...), renders each
//! experiment with [`Templates::experiment`], places it in its lesson's HTML, renders those [`Pages`] of the [`Site`]
//! that the [`Publication`] does not hold already, adds the files of the experiments (SVG, JSON, CSV) and hands all to
//! [`Publication::publish`].

mod embedded;
mod links;
pub mod policy;
pub mod preview;
mod publish;
pub mod script;
pub mod search;
mod templates;
#[cfg(test)]
mod tests;
pub mod values;
mod view;

pub use embedded::carried;
pub use publish::{Content, Publication, PublishError, Published, Source, check_output};
pub use templates::{Pages, TemplateError, Templates};
pub use view::*;

/// Files of a site: path relative to the output folder, with forward slashes, to content.
pub type Output = std::collections::BTreeMap<String, Vec<u8>>;
