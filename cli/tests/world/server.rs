//! A model server on this machine, as long as the program runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Answers every request by its body.
pub(crate) fn model_server(kind: &'static str, answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a connection");
            thread::spawn(move || answered(stream, kind, answer));
        }
    });
    format!("http://{address}/invocations")
}

fn answered(mut stream: TcpStream, kind: &str, answer: fn(&str) -> String) {
    let mut reader = BufReader::new(stream.try_clone().expect("a connection"));
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a number");
        }
        if !line.is_empty() {
            continue;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let answer = answer(&String::from_utf8(body).expect("UTF-8"));
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(format!("{head}{answer}").as_bytes()).expect("an answer");
    }
}
