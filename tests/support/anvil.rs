//! A chain on this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

/// The key of anvil's first account.
pub(crate) const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A chain on this machine, which ends with the test.
pub(crate) struct Anvil {
    process: Child,
    pub(crate) port: u16,
}

impl Anvil {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut process = Command::new(tensorproof_oracles::foundry("anvil"))
            .args(["--port", "0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .find_map(|line| {
                line.unwrap().strip_prefix("Listening on 127.0.0.1:").map(|port| port.parse().unwrap())
            })
            .unwrap();
        // Anvil ends when nobody reads what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn request(&self, method: &str, params: &Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let answer: Value = serde_json::from_str(&post(self.port, &body)).unwrap();
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn post(port: u16, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// An endpoint before a chain. `answer` gets the number of the request, its body, and how to ask the chain; when it
/// returns nothing, the connection is dropped.
pub(crate) fn proxy(
    anvil: &Anvil,
    answer: impl Fn(usize, &str, &dyn Fn() -> String) -> Option<String> + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let port = anvil.port;
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let Some(answer) = answer(number, &body, &|| post(port, &body)) else {
                continue;
            };
            let length = answer.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = reader.get_mut().write_all(format!("{head}{answer}").as_bytes());
        }
    });
    url
}

/// Expects exit code 0 and returns the result.
#[track_caller]
pub(crate) fn success(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Expects exit code 1 and a message.
#[track_caller]
pub(crate) fn failure(output: &Output, expected: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(expected) && !stderr.contains("panicked"), "expected `{expected}` in: {stderr}");
}
