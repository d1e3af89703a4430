//! The questions of an editor, each with its answer.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::str::FromStr as _;

use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest,
    PrepareRenameRequest, RangeFormatting, References, Rename, Request as _, WorkspaceSymbolRequest,
};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CompletionResponse, DocumentSymbolResponse,
    GotoDefinitionResponse, Hover, HoverContents, Location, MarkupContent, MarkupKind, OneOf,
    PrepareRenameResponse, SymbolKind, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
    WorkspaceLocation, WorkspaceSymbol, WorkspaceSymbolResponse,
};
use serde_json::Value as Json;

use super::Desk;
use super::actions::{Action, actions};
use super::completion::complete;
use super::courses::{Asked, target_of};
use super::diagnostics::message;
use super::format::format;
use super::hover::hover;
use super::navigation::{self, Spot};
use super::symbols::symbols;
use super::text::{Change, Text};
use super::view::View;
use crate::diagnostic::SourceId;

/// Why a question has no answer: a code of the protocol, and a sentence.
type Refusal = (ErrorCode, String);

impl Desk {
    /// Finds the answer to a question.
    pub(super) fn find(&self, request: Request) -> Response {
        let (id, method) = (request.id.clone(), request.method.clone());
        let found = match method.as_str() {
            Completion::METHOD => ask::<Completion>(request, |asked| {
                self.at(&asked.text_document_position, |view, byte| {
                    let items = complete(view, byte);
                    (!items.is_empty()).then_some(CompletionResponse::Array(items))
                })
            }),
            HoverRequest::METHOD => ask::<HoverRequest>(request, |asked| {
                self.at(&asked.text_document_position_params, |view, byte| {
                    let (value, range) = hover(view, &self.outcomes, &self.keeping, byte)?;
                    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
                    Some(Hover { contents, range: Some(view.document.text.area(&range)) })
                })
            }),
            GotoDefinition::METHOD => ask::<GotoDefinition>(request, |asked| {
                self.at(&asked.text_document_position_params, |view, byte| {
                    let spot = navigation::definition(view, byte)?;
                    Some(GotoDefinitionResponse::Scalar(self.location(&spot)?))
                })
            }),
            References::METHOD => ask::<References>(request, |asked| {
                let with_definition = asked.context.include_declaration;
                self.at(&asked.text_document_position, |view, byte| {
                    let spots = navigation::references(view, byte)?;
                    let skipped = usize::from(!with_definition);
                    Some(spots.iter().skip(skipped).filter_map(|spot| self.location(spot)).collect())
                })
            }),
            PrepareRenameRequest::METHOD => ask::<PrepareRenameRequest>(request, |asked| {
                self.at(&asked, |view, byte| {
                    let range = navigation::renamed(view, byte)?;
                    Some(PrepareRenameResponse::Range(view.document.text.area(&range)))
                })
            }),
            Rename::METHOD => attempt::<Rename>(request, |asked| {
                let mut refused = None;
                let found = self.at(&asked.text_document_position, |view, byte| {
                    match navigation::rename(view, byte, asked.new_name.trim()) {
                        Ok(files) => {
                            let edits = files.iter().filter_map(|(path, (text, ranges))| {
                                self.edits(path, text, ranges, asked.new_name.trim())
                            });
                            Some(WorkspaceEdit::new(edits.collect()))
                        }
                        Err(sentence) => {
                            refused = Some((ErrorCode::InvalidParams, sentence));
                            None
                        }
                    }
                });
                refused.map_or(Ok(found), Err)
            }),
            DocumentSymbolRequest::METHOD => ask::<DocumentSymbolRequest>(request, |asked| {
                self.in_file(&asked.text_document.uri, |view| {
                    Some(DocumentSymbolResponse::Nested(symbols(&view.document.text, &view.page)))
                })
            }),
            WorkspaceSymbolRequest::METHOD => {
                ask::<WorkspaceSymbolRequest>(request, |asked| Some(self.blocks_called(&asked.query)))
            }
            CodeActionRequest::METHOD => ask::<CodeActionRequest>(request, |asked| {
                self.in_file(&asked.text_document.uri, |view| {
                    let [from, to] =
                        [asked.range.start, asked.range.end].map(|at| view.document.text.byte(at));
                    Some(mend(view, &(from..to)))
                })
            }),
            Formatting::METHOD => ask::<Formatting>(request, |asked| {
                self.in_file(&asked.text_document.uri, |view| Some(laid_out(view, None)))
            }),
            RangeFormatting::METHOD => ask::<RangeFormatting>(request, |asked| {
                self.in_file(&asked.text_document.uri, |view| {
                    let [from, to] =
                        [asked.range.start, asked.range.end].map(|at| view.document.text.byte(at));
                    Some(laid_out(view, Some(&(from..to))))
                })
            }),
            _ => Err((ErrorCode::MethodNotFound, format!("gradbook does not know `{method}`"))),
        };
        match found {
            Ok(answer) => Response::new_ok(id, answer),
            Err((code, sentence)) => Response::new_err(id, code as i32, sentence),
        }
    }

    /// Looks at a file; nothing is found in one that is not open.
    fn in_file<T>(&self, uri: &Uri, find: impl FnOnce(&View) -> Option<T>) -> Option<T> {
        let document = self.documents.get(uri)?;
        find(&View::of(document, &self.documents, &self.courses))
    }

    /// Looks at a place in a file.
    fn at<T>(
        &self,
        asked: &TextDocumentPositionParams,
        find: impl FnOnce(&View, usize) -> Option<T>,
    ) -> Option<T> {
        self.in_file(&asked.text_document.uri, |view| {
            let byte = view.document.text.byte(asked.position);
            find(view, byte)
        })
    }

    /// Returns the look at a course that a question has to wait for: what needs the course, before anything is known of it, and
    /// what found nothing, while it is not known as it is now.
    pub(super) fn wait_of(&self, request: &Request, response: &Response) -> Option<Asked> {
        let needs_course = match request.method.as_str() {
            Completion::METHOD
            | HoverRequest::METHOD
            | GotoDefinition::METHOD
            | CodeActionRequest::METHOD => false,
            References::METHOD | PrepareRenameRequest::METHOD | Rename::METHOD => true,
            WorkspaceSymbolRequest::METHOD => {
                let mut targets = self.courses.targets().into_iter();
                return self.courses.coming(&targets.find(|target| self.courses.is_new(target))?);
            }
            _ => return None,
        };
        let uri = request.params.get("textDocument")?.get("uri")?.as_str()?;
        let target = target_of(self.documents.get(&Uri::from_str(uri).ok()?)?)?;
        let found = response.response_result.as_ref().ok()?;
        let is_empty = found.is_null() || found.as_array().is_some_and(Vec::is_empty);
        let waits = if needs_course { self.courses.is_new(&target) } else { is_empty };
        waits.then(|| self.courses.coming(&target)).flatten()
    }

    fn location(&self, spot: &Spot) -> Option<Location> {
        Some(Location::new(self.documents.uri(&spot.path)?, spot.text.area(&spot.range)))
    }

    fn edits(
        &self,
        path: &Path,
        text: &Text,
        ranges: &[Range<usize>],
        to: &str,
    ) -> Option<(Uri, Vec<TextEdit>)> {
        let edits = ranges.iter().map(|range| TextEdit::new(text.area(range), to.to_owned()));
        Some((self.documents.uri(path)?, edits.collect()))
    }

    /// Lists the experiments and figures of all courses whose id is like a text.
    fn blocks_called(&self, query: &str) -> WorkspaceSymbolResponse {
        let query = query.to_lowercase();
        let mut found = Vec::new();
        for target in self.courses.targets() {
            let Some(inspected) = self.courses.known(&target).latest else { continue };
            for lesson in &inspected.course.lessons {
                let text = Text::new(inspected.sources().get(lesson.source).text.as_str());
                let experiments = lesson.blocks.iter().map(|block| (block, SymbolKind::FUNCTION));
                let figures = lesson.figures.iter().map(|block| (block, SymbolKind::INTERFACE));
                for (block, kind) in experiments.chain(figures) {
                    let Some(id) = block.node.entry("id") else { continue };
                    let (Some(name), span) = (id.value.as_text(), id.value.span) else { continue };
                    let Some(uri) = self.documents.uri(&lesson.path) else { continue };
                    if name.to_lowercase().contains(&query) {
                        let location = Location::new(uri, text.area(&(span.start..span.end)));
                        found.push(WorkspaceSymbol {
                            name: name.to_owned(),
                            kind,
                            tags: None,
                            container_name: Some(lesson.front.title.clone()),
                            location: OneOf::<Location, WorkspaceLocation>::Left(location),
                            data: None,
                        });
                    }
                }
            }
        }
        WorkspaceSymbolResponse::Nested(found)
    }
}

/// Returns what mends the mistakes within a range: those of the course as it is known, where they are now.
fn mend(view: &View, range: &Range<usize>) -> Vec<CodeActionOrCommand> {
    let Some(inspected) = view.known.first() else { return Vec::new() };
    let sources = inspected.sources();
    let is_this = |id: SourceId| {
        let path = Path::new(&sources.get(id).path);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        real == view.document.path
    };
    let mut changes: BTreeMap<SourceId, Option<Change>> = BTreeMap::new();
    let mut done = Vec::new();
    for found in inspected.found.iter() {
        let Some(span) = found.span else { continue };
        let change = changes.entry(span.source).or_insert_with(|| {
            is_this(span.source).then(|| Change::between(&sources.get(span.source).text, view.text()))
        });
        let moved = change.as_ref().and_then(|change| change.moved(&(span.start..span.end)));
        let Some(place) = moved.filter(|place| place.start <= range.end && range.start <= place.end) else {
            continue;
        };
        for Action { title, range, text, is_preferred } in actions(found, &place, view.text(), &view.page) {
            let area = view.document.text.area(&range);
            let edits = vec![TextEdit::new(area, text)];
            let edit = WorkspaceEdit::new(HashMap::from([(view.document.uri.clone(), edits)]));
            let diagnostic = lsp_types::Diagnostic {
                range: view.document.text.area(&place),
                message: message(found),
                ..lsp_types::Diagnostic::default()
            };
            done.push(CodeActionOrCommand::CodeAction(CodeAction {
                title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic]),
                edit: Some(edit),
                is_preferred: Some(is_preferred),
                ..CodeAction::default()
            }));
        }
    }
    done
}

/// Returns the changes that lay out the blocks of a file, or those that a range touches.
fn laid_out(view: &View, range: Option<&Range<usize>>) -> Vec<TextEdit> {
    let is_asked = |inside: &Range<usize>| {
        range.is_none_or(|range| range.start <= inside.end && inside.start <= range.end)
    };
    let text = &view.document.text;
    // As the file ends its lines.
    let end = if text.as_str().contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    for formatted in format(&view.page) {
        let block = formatted.block;
        if !is_asked(&block.inside) {
            continue;
        }
        // What stands before the fence stands before every line.
        let first = text.line(text.line_of(block.range.start));
        let mark = text.as_str()[first.clone()].find(['`', '~']).unwrap_or(0);
        let before: String = text.as_str()[first.start..first.start + mark]
            .chars()
            .map(|letter| if letter == '>' { '>' } else { ' ' })
            .collect();
        let line = |line: &str| match line {
            "" => before.trim_end().to_owned(),
            line => format!("{before}{line}"),
        };
        let lines: Vec<String> = formatted.text.lines().map(line).collect();
        // The end of the last line stays.
        let inside = text.as_str()[block.inside.clone()].trim_end_matches('\r').len();
        let area = text.area(&(block.inside.start..block.inside.start + inside));
        edits.push(TextEdit::new(area, lines.join(end)));
    }
    edits
}

/// Reads a question and answers it.
fn ask<R: lsp_types::request::Request>(
    request: Request,
    answer: impl FnOnce(R::Params) -> R::Result,
) -> Result<Json, Refusal> {
    attempt::<R>(request, |params| Ok(answer(params)))
}

/// Reads a question and answers it, or says why there is no answer.
fn attempt<R: lsp_types::request::Request>(
    request: Request,
    answer: impl FnOnce(R::Params) -> Result<R::Result, Refusal>,
) -> Result<Json, Refusal> {
    let params = request.extract::<R::Params>(R::METHOD);
    let (_, params) = params.map_err(|error| (ErrorCode::InvalidParams, error.to_string()))?;
    Ok(serde_json::to_value(answer(params)?).unwrap_or_default())
}
