//! A small blocking HTTP/1.1 client on one kept connection, enough to prepare a server on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// A server that does not answer within this time is counted as failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Http {
    stream: TcpStream,
    address: SocketAddr,
    /// What was read beyond the last answer.
    rest: Vec<u8>,
}

struct Answer {
    status: u16,
    head: usize,
    body: usize,
}

impl Http {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, rest: Vec::new() })
    }

    /// Sends a request, with a JSON body unless it is null, and returns the JSON of a 2xx answer (null when it is empty).
    pub(crate) fn request(&mut self, method: &str, path: &str, token: Option<&str>, body: &Value) -> Result<Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let authorization = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{authorization}\r\n{body}",
            self.address,
            body.len()
        );
        self.exchange(&request).with_context(|| format!("{method} {path}"))
    }

    fn exchange(&mut self, request: &str) -> Result<Value> {
        self.stream.write_all(request.as_bytes())?;
        let answer = loop {
            if let Some(answer) = complete(&self.rest)? {
                break answer;
            }
            let mut chunk = [0; 4096];
            let size = self.stream.read(&mut chunk)?;
            ensure!(size > 0, "the server closed the connection");
            self.rest.extend_from_slice(&chunk[..size]);
        };
        let whole: Vec<u8> = self.rest.drain(..answer.head + answer.body).collect();
        let body = &whole[answer.head..];
        if !(200..300).contains(&answer.status) {
            bail!("answered {}: {}", answer.status, String::from_utf8_lossy(body));
        }
        if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(body)?) }
    }
}

/// The answer at the start of `input`, once all of it is there.
fn complete(input: &[u8]) -> Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(input)? else {
        return Ok(None);
    };
    let status = response.code.unwrap_or(0);
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let body = match length {
        Some(length) => std::str::from_utf8(length.value)?.trim().parse()?,
        None if status == 204 => 0,
        None => bail!("answered {status} without Content-Length"),
    };
    Ok((input.len() >= head + body).then_some(Answer { status, head, body }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use serde_json::json;

    use super::*;

    /// A server that gives these answers, one a request, and returns the request lines.
    fn serve(answers: &'static [&'static str]) -> (SocketAddr, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut answer = |answer: &str| {
                let first = lines.next().unwrap().unwrap();
                while !lines.next().unwrap().unwrap().is_empty() {}
                (&stream).write_all(answer.as_bytes()).unwrap();
                first
            };
            answers.iter().map(|text| answer(text)).collect()
        });
        (address, thread)
    }

    #[test]
    fn two_requests_go_over_one_connection() {
        let (address, thread) =
            serve(&["HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"id\":7}", "HTTP/1.1 204 No Content\r\n\r\n"]);
        let mut http = Http::connect(address).unwrap();
        let first = http.request("GET", "/a", None, &Value::Null).unwrap();
        let second = http.request("PUT", "/b", Some("t"), &Value::Null).unwrap();
        assert_eq!((first, second), (json!({ "id": 7 }), Value::Null));
        assert_eq!(thread.join().unwrap(), ["GET /a HTTP/1.1", "PUT /b HTTP/1.1"]);
    }

    #[test]
    fn a_refusal_says_which_request_and_why() {
        let (address, _thread) = serve(&["HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope"]);
        let error = Http::connect(address).unwrap().request("GET", "/a", None, &Value::Null).unwrap_err();
        assert_eq!(format!("{error:#}"), "GET /a: answered 403: nope");
    }
}
