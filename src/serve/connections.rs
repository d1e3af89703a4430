//! HTTP as far as pages need it: one thread and one request for each connection.
//!
//! Browsers open connections in advance and say nothing on them for a minute. A pool of threads that counts those as free
//! which have not woken yet lets a request wait behind such a one (`tiny_http` does: 3 of 40 requests), and a page with it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use httparse::Status;

/// How many connections may be open.
const CONNECTIONS: usize = 250;
/// How long one may say nothing, or take nothing.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest head of a request.
const HEAD: usize = 16 << 10;
/// How many headers a request may have.
const HEADERS: usize = 64;

/// What is asked.
pub(super) struct Request {
    pub method: String,
    /// As it was sent: with its query, percent-encoded.
    pub target: String,
    /// The host that is asked, if it is one.
    pub host: Option<String>,
}

/// Hands every request to `respond`, with the connection to answer on, until the program ends.
pub(super) fn accept(
    listener: TcpListener,
    respond: impl Fn(&Request, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
) {
    let respond = Arc::new(respond);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else {
                // No file can be opened at the moment.
                thread::sleep(Duration::from_millis(50));
                continue;
            };
            if Arc::strong_count(&respond) > CONNECTIONS {
                continue;
            }
            let respond = Arc::clone(&respond);
            // Whoever has gone away gets no answer; without a thread the connection is closed.
            let _ = thread::Builder::new().spawn(move || {
                let request = receive(&mut stream)?;
                respond(&request, &mut stream)
            });
        }
    });
}

/// Reads the head of a request. No request here has a body that anybody would read.
fn receive(stream: &mut TcpStream) -> io::Result<Request> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece)?;
        head.extend_from_slice(&piece[..count]);
        match parse(&head) {
            Ok(Some(request)) => return Ok(request),
            Ok(None) if count > 0 && head.len() < HEAD => {}
            _ => {
                send(stream, false, 400, "text/plain; charset=utf-8", None, b"This is no request.\n")?;
                return Err(ErrorKind::InvalidData.into());
            }
        }
    }
}

/// Returns the request that bytes begin with, or none where there is more to come.
fn parse(head: &[u8]) -> Result<Option<Request>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if request.parse(head)? == Status::Partial {
        return Ok(None);
    }
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    let host = hosts.next().filter(|_| hosts.next().is_none());
    Ok(Some(Request {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        host: host.and_then(|host| String::from_utf8(host.value.to_vec()).ok()),
    }))
}

/// Sends an answer, without its bytes where the head alone was asked for. Another request needs another connection.
pub(super) fn send(
    stream: &mut impl Write,
    is_head: bool,
    status: u16,
    kind: &str,
    location: Option<&str>,
    bytes: &[u8],
) -> io::Result<()> {
    let location = location.map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let head = format!("{}{location}Content-Length: {}\r\n\r\n", begin(status, kind), bytes.len());
    stream.write_all(head.as_bytes())?;
    if !is_head {
        stream.write_all(bytes)?;
    }
    stream.flush()
}

/// Returns the first lines of every answer: nothing is kept, since all of it may change; no page from elsewhere may show it.
pub(super) fn begin(status: u16, kind: &str) -> String {
    let reason = match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    };
    format!(
        "HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_its_first_line_and_its_host_say() {
        let text = "GET /a%20b.html?c=1 HTTP/1.1\r\nhost: localhost:80\r\nAccept: */*\r\n\r\n";
        for end in 0..text.len() {
            assert!(parse(&text.as_bytes()[..end]).unwrap().is_none(), "{end} bytes are not all");
        }
        let request = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/a%20b.html?c=1"));
        assert_eq!(request.host.as_deref(), Some("localhost:80"));
        let without = |text: &str| parse(text.as_bytes()).unwrap().unwrap().host;
        assert_eq!(without("GET / HTTP/1.0\r\n\r\n"), None);
        assert_eq!(without("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"), None);
        for wrong in
            ["GET\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\r\nA\r\n\r\n"]
        {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_answer_says_how_long_it_is() {
        let mut sent = Vec::new();
        send(&mut sent, false, 302, "text/plain", Some("a/"), b"abc").unwrap();
        let sent = String::from_utf8(sent).unwrap();
        assert!(sent.starts_with("HTTP/1.1 302 Found\r\n") && sent.ends_with("\r\n\r\nabc"), "{sent}");
        assert!(sent.contains("Content-Length: 3\r\n") && sent.contains("Location: a/\r\n"), "{sent}");
        let mut head = Vec::new();
        send(&mut head, true, 302, "text/plain", Some("a/"), b"abc").unwrap();
        assert_eq!(String::from_utf8(head).unwrap(), sent.strip_suffix("abc").unwrap());
    }
}
