//! Settings that an author wrote: YAML in, typed structs out, and every mistake with its place.
//!
//! [`parse`] reads YAML into a tree of [`Node`]s, each with its [`Span`](crate::diagnostic::Span) in the
//! file; [`decode`] turns a tree into any serde type and reports all that does not fit, in an author's
//! words. [`merge`], [`Node::set`] and [`Node::locate`] work on the tree by dotted paths.
//!
//! Parsing goes through the events of `saphyr-parser` because only they give the place of every key and
//! value (`serde_yaml` knows one place an error, and no key's); `serde_yaml` writes settings back as text
//! ([`to_yaml`]). This module is the only user of either.
//!
//! A lesson's YAML is plain data: no anchors, tags or merge keys, one document, at most
//! [`MAX_BYTES`] long and [`MAX_DEPTH`] deep.

mod bare;
mod commas;
mod decode;
mod decoder;
mod error;
mod fields;
mod foreign;
mod line_map;
mod meant;
mod merge;
mod node;
mod numbers;
mod parse;
mod path;
mod scalar;
mod syntax;
mod unknown;
mod write;

pub use commas::without_brackets;
pub use decode::{decode, decode_among, decode_part};
pub use foreign::{metric as metric_of_others, setting as setting_of_others};
pub use line_map::LineMap;
pub use merge::merge;
pub use node::{Entry, Node, Value};
pub use parse::{MAX_BYTES, MAX_DEPTH, parse, parse_long};
pub use path::PathError;
pub use write::to_yaml;
