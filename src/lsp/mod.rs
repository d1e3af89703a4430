//! A language server: what the program knows of lessons, for an editor while they are written.
//!
//! Editors send what they hold of open files (`documents`); a thread of its own looks the course over, as `check` does before
//! anything runs (`courses`), and tells what is wrong (`diagnostics`). Questions are answered from the text as it is, broken or
//! not, and from what was last known of the course. Nothing trains, and nothing is written.

mod actions;
mod answers;
mod completion;
mod courses;
mod diagnostics;
mod documents;
mod filters;
mod format;
mod hover;
mod line;
mod meaning;
mod navigation;
mod outline;
mod page;
mod pieces;
mod spot;
mod symbols;
mod text;
mod view;

pub(crate) use page::{Page, Use, code_spans};
pub(crate) use text::Text;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::select;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    HoverProviderCapability, InitializeResult, NumberOrString, OneOf, PositionEncodingKind, RenameOptions,
    SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
};
use serde::de::DeserializeOwned;

use crate::files::Fault;
use crate::pipeline::{self, Keeping};
use courses::{Asked, Courses, target_of};
use diagnostics::Publisher;
use documents::Documents;
use hover::Outcomes;

/// Serves an editor over standard input and output until it says goodbye. Courses are looked over as `request` says.
///
/// # Errors
/// An editor that does not speak the protocol.
pub fn serve(request: pipeline::Request) -> Result<(), Fault> {
    let (connection, threads) = Connection::stdio();
    listen(&connection, request)?;
    // What reads and writes ends with its channels.
    drop(connection);
    threads.join().map_err(|error| Fault::cannot("talk to", "the editor", error))
}

/// Serves whoever is at the other end of a connection.
///
/// # Errors
/// A client that does not speak the protocol.
pub fn listen(connection: &Connection, request: pipeline::Request) -> Result<(), Fault> {
    let spoken = |error: lsp_server::ProtocolError| Fault::cannot("talk to", "the editor", error);
    let (id, _) = connection.initialize_start().map_err(spoken)?;
    let result = InitializeResult {
        capabilities: capabilities(),
        server_info: Some(ServerInfo {
            name: "gradbook".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    connection.initialize_finish(id, serde_json::to_value(result).unwrap_or_default()).map_err(spoken)?;
    let keeping = request.cache.clone();
    let courses = Courses::new(request, Publisher::new(connection.sender.clone()));
    let (documents, outcomes) = (Documents::default(), Outcomes::default());
    let mut desk = Desk { documents, courses, keeping, outcomes, waiting: Vec::new() };
    let looked = desk.courses.looked.clone();
    loop {
        let answers = select! {
            recv(connection.receiver) -> message => match message {
                Ok(Message::Request(request)) => {
                    if connection.handle_shutdown(&request).map_err(spoken)? {
                        return Ok(());
                    }
                    desk.answer(request).into_iter().collect()
                }
                Ok(Message::Notification(told)) if told.method == Cancel::METHOD => {
                    read::<Cancel>(told).map(|params| desk.let_go(params.id)).unwrap_or_default()
                }
                // What one message breaks must not end the others.
                Ok(Message::Notification(told)) => {
                    let _ = catch_unwind(AssertUnwindSafe(|| desk.hear(told)));
                    Vec::new()
                }
                Ok(Message::Response(_)) => Vec::new(),
                Err(_) => return Ok(()),
            },
            recv(looked) -> _ => desk.answer_waiting(),
        };
        for answer in answers {
            let _ = connection.sender.send(answer.into());
        }
    }
}

fn capabilities() -> ServerCapabilities {
    let triggers = [".", "{", " ", ":", "@", "[", "/", "|", "`", "-", "(", "#"];
    ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(triggers.map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    }
}

/// What lies open before an author, and what is known of it.
struct Desk {
    documents: Documents,
    courses: Courses,
    /// Where runs are kept.
    keeping: Keeping,
    outcomes: Outcomes,
    /// Questions whose answer a look at their course may know, which is still to come. The others do not wait behind them.
    waiting: Vec<(Request, Asked)>,
}

impl Desk {
    /// Answers a question, or lets it wait.
    fn answer(&mut self, request: Request) -> Option<Response> {
        let response = self.find_or_tell(request.clone());
        match self.wait_of(&request, &response) {
            Some(asked) => {
                self.waiting.push((request, asked));
                None
            }
            None => Some(response),
        }
    }

    /// Answers the questions whose look has come.
    fn answer_waiting(&mut self) -> Vec<Response> {
        let (ready, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(_, asked)| self.courses.has_come(asked));
        self.waiting = waiting;
        let ready: Vec<(Request, Asked)> = ready;
        ready.into_iter().map(|(request, _)| self.find_or_tell(request)).collect()
    }

    /// Answers a waiting question that nobody asks any longer.
    fn let_go(&mut self, id: NumberOrString) -> Vec<Response> {
        let id: RequestId = match id {
            NumberOrString::Number(id) => id.into(),
            NumberOrString::String(id) => id.into(),
        };
        let before = self.waiting.len();
        self.waiting.retain(|(request, _)| request.id != id);
        let response = || Response::new_err(id, ErrorCode::RequestCanceled as i32, "taken back".to_owned());
        (self.waiting.len() < before).then(response).into_iter().collect()
    }

    /// Finds the answer to a question; one that breaks something is answered too.
    fn find_or_tell(&self, request: Request) -> Response {
        let (id, method) = (request.id.clone(), request.method.clone());
        match catch_unwind(AssertUnwindSafe(|| self.find(request))) {
            Ok(response) => response,
            Err(_) => {
                let message = format!("gradbook failed to answer `{method}`: please report it");
                Response::new_err(id, ErrorCode::InternalError as i32, message)
            }
        }
    }

    /// Hears what an author does.
    fn hear(&mut self, told: Notification) {
        match told.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Some(params) = read::<DidOpenTextDocument>(told) else { return };
                let document = params.text_document;
                self.take(document.uri, document.text, document.version);
            }
            DidChangeTextDocument::METHOD => {
                let Some(params) = read::<DidChangeTextDocument>(told) else { return };
                let (document, Some(change)) =
                    (params.text_document, params.content_changes.into_iter().last())
                else {
                    return;
                };
                self.take(document.uri, change.text, document.version);
            }
            DidCloseTextDocument::METHOD => {
                let Some(params) = read::<DidCloseTextDocument>(told) else { return };
                if let Some(document) = self.documents.close(&params.text_document.uri)
                    && let Some(target) = target_of(&document)
                {
                    self.courses.ask(&target, &self.documents);
                }
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.courses.targets().iter().for_each(|target| self.courses.ask(target, &self.documents));
            }
            _ => {}
        }
    }

    fn take(&mut self, uri: lsp_types::Uri, text: String, version: i32) {
        let target = self.documents.put(uri, text, version).and_then(target_of);
        if let Some(target) = target {
            self.courses.ask(&target, &self.documents);
        }
    }
}

/// Returns what a notification says.
fn read<N: lsp_types::notification::Notification>(told: Notification) -> Option<N::Params>
where
    N::Params: DeserializeOwned,
{
    told.extract(N::METHOD).ok()
}
