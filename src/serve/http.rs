//! The site over HTTP, on this machine alone: files as they are, pages with a script that hears of newer ones.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::connections::{Request, accept, begin, send};
use super::live::Live;

/// How many ports are tried.
const PORTS: u16 = 20;
/// How many pages may listen.
const LISTENERS: usize = 100;
/// How often a page that listens is told that all is as before, which also tells whether it is still there.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The script that pages are given on their way out.
const SCRIPT: &str = include_str!("live.js");
/// Where it and what it listens to are: no page of a site begins with an underscore, for no slug does.
const OWN: &str = "__gradbook";
/// What is shown as long as there is no site.
const NOTHING_YET: &str = include_str!("nothing-yet.html");

/// Listens on the first free port from `port` on, and returns which one that is.
///
/// # Errors
/// No free port, or none that this user may have.
pub(super) fn listen(port: u16) -> io::Result<(TcpListener, u16)> {
    let mut last = None;
    for candidate in (port..=port.saturating_add(PORTS)).take(if port == 0 { 1 } else { usize::MAX }) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => {
                let port = listener.local_addr()?.port();
                return Ok((listener, port));
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| ErrorKind::AddrInUse.into()))
}

/// Answers requests until the program ends.
pub(super) fn answer(listener: TcpListener, output: PathBuf, live: Arc<Live>) {
    let service = Service { output, live, listeners: AtomicUsize::new(0) };
    accept(listener, move |request, stream| service.answer(request, stream));
}

struct Service {
    output: PathBuf,
    live: Arc<Live>,
    listeners: AtomicUsize,
}

/// What is sent.
struct Answer {
    status: u16,
    kind: &'static str,
    bytes: Vec<u8>,
    location: Option<String>,
}

impl Answer {
    fn text(status: u16, text: &str) -> Answer {
        Answer { status, kind: "text/plain; charset=utf-8", bytes: text.as_bytes().to_vec(), location: None }
    }
}

impl Service {
    /// Answers one request.
    fn answer(&self, request: &Request, stream: &mut TcpStream) -> io::Result<()> {
        let is_head = request.method == "HEAD";
        // A name that leads here without being ours may be a stranger's, whose scripts would then read what is served.
        let answer = if !request.host.as_deref().is_some_and(is_own_host) {
            Answer::text(403, "This server answers to 127.0.0.1 and localhost alone.\n")
        } else if !is_head && request.method != "GET" {
            Answer::text(405, "Pages can be read here, and nothing else.\n")
        } else {
            let path = request.target.split(['?', '#']).next().unwrap_or_default();
            match path.trim_start_matches('/') {
                below if below == format!("{OWN}/events") => return self.stream(stream, is_head),
                below if below == format!("{OWN}/live.js") => {
                    Answer { kind: "text/javascript; charset=utf-8", ..Answer::text(200, SCRIPT) }
                }
                below => self.file(below),
            }
        };
        let Answer { status, kind, bytes, location } = answer;
        send(stream, is_head, status, kind, location.as_deref(), &bytes)
    }

    /// The file at a path of the site.
    fn file(&self, below: &str) -> Answer {
        let _no_swap = self.live.site.read().unwrap_or_else(PoisonError::into_inner);
        let depth = below.matches('/').count();
        let Some(path) = path(&self.output, below) else { return self.missing(depth) };
        let path = if path.is_dir() {
            if !below.is_empty() && !below.ends_with('/') {
                let name = below.rsplit('/').next().unwrap_or_default();
                return Answer { location: Some(format!("{name}/")), ..Answer::text(302, "") };
            }
            path.join("index.html")
        } else {
            path
        };
        match fs::read(&path) {
            Ok(bytes) if is_page(&path) => self.page(200, &bytes, depth),
            Ok(bytes) => Answer { status: 200, kind: kind(&path), bytes, location: None },
            Err(_) => self.missing(depth),
        }
    }

    /// The site's own page for what is not there, or one that says that there is no site yet.
    fn missing(&self, depth: usize) -> Answer {
        if !self.output.join("index.html").is_file() {
            return self.page(503, NOTHING_YET.as_bytes(), depth);
        }
        match fs::read(self.output.join("404.html")) {
            Ok(bytes) => self.page(404, &bytes, depth),
            Err(_) => Answer::text(404, "There is no such page.\n"),
        }
    }

    /// A page with the script that listens; the file stays as it is.
    fn page(&self, status: u16, html: &[u8], depth: usize) -> Answer {
        let root = "../".repeat(depth);
        let script =
            format!("<script src=\"{root}{OWN}/live.js?build={}\" defer></script>\n", self.live.build());
        let end = memchr::memmem::rfind(html, b"</body>").unwrap_or(html.len());
        let bytes = [&html[..end], script.as_bytes(), &html[end..]].concat();
        Answer { status, kind: "text/html; charset=utf-8", bytes, location: None }
    }

    /// Tells a page what there is to tell, until it or the program is gone.
    fn stream(&self, stream: &mut TcpStream, is_head: bool) -> io::Result<()> {
        let told = if self.listeners.fetch_add(1, Ordering::SeqCst) < LISTENERS {
            self.tell(stream, is_head)
        } else {
            send(stream, is_head, 503, "text/plain; charset=utf-8", None, b"Too many pages listen.\n")
        };
        self.listeners.fetch_sub(1, Ordering::SeqCst);
        told
    }

    fn tell(&self, stream: &mut TcpStream, is_head: bool) -> io::Result<()> {
        write!(stream, "{}\r\n", begin(200, "text/event-stream"))?;
        let mut heard = 0;
        while !is_head && let Ok(next) = self.live.next(heard, HEARTBEAT) {
            match next {
                Some((version, text)) => {
                    heard = version;
                    stream.write_all(format!("data: {text}\n\n").as_bytes())?;
                }
                None => stream.write_all(b":\n\n")?,
            }
        }
        Ok(())
    }
}

/// Whether a host is this machine by one of the names that only this machine has.
fn is_own_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// The file that an address names, if it is one of the site: nothing hidden, nothing above the folder.
fn path(output: &Path, below: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(below).decode_utf8().ok()?;
    let mut path = output.to_owned();
    for part in decoded.trim_end_matches('/').split('/').filter(|_| !decoded.is_empty()) {
        if part.is_empty() || part.starts_with('.') || part.contains(['\\', ':', '\0']) {
            return None;
        }
        path.push(part);
    }
    Some(path)
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html"))
}

/// The media type of a file by its name.
fn kind(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "ipynb" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "wasm" => "application/wasm",
        "txt" | "md" | "py" | "yaml" | "yml" | "bib" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_meant() {
        for own in ["127.0.0.1", "127.0.0.1:8000", "localhost:8001", "LOCALHOST", "[::1]:80"] {
            assert!(is_own_host(own), "{own}");
        }
        for other in [
            "evil.example",
            "evil.example:8000",
            "127.0.0.1.evil.example",
            "localhost.evil:80",
            "",
            ":80",
            "0.0.0.0",
        ] {
            assert!(!is_own_host(other), "{other}");
        }
    }

    #[test]
    fn no_address_leads_out_of_the_site() {
        let inside = |below: &str| path(Path::new("site"), below);
        assert_eq!(inside(""), Some("site".into()));
        assert_eq!(inside("a%20b/c.html"), Some("site/a b/c.html".into()));
        for out in [
            "../a",
            "a/../../b",
            "%2e%2e/a",
            "..%2fa",
            "a//b",
            ".gradbook-files",
            "a/.git/config",
            "a\\..\\b",
            "C:/a",
            "a%00",
        ] {
            assert_eq!(inside(out), None, "{out}");
        }
    }
}
