//! A small load generator: keeps a number of HTTP/1.1 requests in flight on loopback and measures each.
//!
//! One thread and sockets that don't block: one request a connection at a time, connections kept alive, closed loop. It runs
//! on the machine that serves, so its own share of the cores is part of what is measured, and is kept small: threads, one for
//! each connection, would contend for the cores.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mio::{Events, Interest, Poll, Token};

/// How long no connection may have an answer.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// One request: a method, a path, a body and the status that counts as right.
pub(crate) struct Shot {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// The path with the query.
    pub(crate) path: String,
    /// The JSON body; empty for none.
    pub(crate) body: String,
}

/// What was measured.
pub(crate) struct Measured {
    /// Latencies, sorted.
    pub(crate) latencies: Vec<Duration>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Answers with another status than 200.
    pub(crate) failed: usize,
}

impl Measured {
    /// Gives the latency that `share` (0 to 1) of the requests don't exceed, in milliseconds.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        quantile_ms(&self.latencies, share)
    }

    /// Gives answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}

/// Gives the value that `share` of the sorted durations don't exceed, in milliseconds; 0 when there are none.
pub(crate) fn quantile_ms(sorted: &[Duration], share: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1].as_secs_f64() * 1e3
}

/// Sends every shot once, `in_flight` at a time, with `headers` on each.
///
/// # Errors
/// When the server can't be reached, is silent for [`SILENCE_MAX`] or breaks the protocol.
pub(crate) fn fire(address: SocketAddr, headers: &str, shots: &[Shot], in_flight: usize) -> Result<Measured> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(in_flight.max(1));
    let mut shots = shots.iter();
    let mut latencies = Vec::with_capacity(shots.len());
    let mut failed = 0;
    let mut connections = Vec::with_capacity(in_flight);
    for number in 0..in_flight.min(shots.len()) {
        let mut connection = Connection::open(address, headers)?;
        poll.registry().register(&mut connection.stream, Token(number), Interest::READABLE)?;
        connections.push(connection);
    }
    let begun = Instant::now();
    let mut under_way = 0;
    for (connection, shot) in connections.iter_mut().zip(&mut shots) {
        connection.send(shot)?;
        under_way += 1;
    }
    while under_way > 0 {
        poll.poll(&mut events, Some(SILENCE_MAX))?;
        if events.is_empty() {
            bail!("no answer within {SILENCE_MAX:?}");
        }
        for event in &events {
            let connection = connections.get_mut(event.token().0).context("an event of no connection")?;
            let Some(status) = connection.receive()? else { continue };
            latencies.push(connection.sent.elapsed());
            failed += usize::from(status != 200);
            match shots.next() {
                Some(shot) => connection.send(shot)?,
                None => under_way -= 1,
            }
        }
    }
    let elapsed = begun.elapsed();
    latencies.sort_unstable();
    Ok(Measured { latencies, elapsed, failed })
}

/// One answer, whole.
pub(crate) struct Answered {
    /// Its status.
    pub(crate) status: u16,
    /// Its headers as they came, a line each.
    pub(crate) headers: String,
    /// Its body as it came over the wire.
    pub(crate) body: Vec<u8>,
}

impl Answered {
    /// Gives the session that the answer sets, as a `Cookie` header sends it back.
    pub(crate) fn session(&self) -> Option<String> {
        let cookies = self.values("set-cookie").map(|value| value.split(';').next().unwrap_or_default().trim());
        let cookies: Vec<&str> = cookies.collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
    }

    /// Gives where the answer leads to, if it says so.
    pub(crate) fn location(&self) -> Option<&str> {
        self.values("location").next().map(str::trim)
    }

    /// Gives the values of all headers of a name.
    fn values(&self, wanted: &str) -> impl Iterator<Item = &str> {
        let fields = self.headers.lines().filter_map(|line| line.split_once(':'));
        fields.filter(move |(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }
}

/// Asks once, on a connection of its own. `kind` is the body's content type.
///
/// # Errors
/// When the server can't be reached or breaks the protocol.
pub(crate) fn ask(host: SocketAddr, headers: &str, kind: &str, shot: &Shot) -> Result<Answered> {
    let mut stream = TcpStream::connect(host).with_context(|| format!("no server at {host}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut request =
        format!("{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}", shot.method, shot.path);
    if shot.method == "POST" {
        request.push_str(&format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", shot.body.len()));
    }
    request.push_str("\r\n");
    request.push_str(&shot.body);
    stream.write_all(request.as_bytes())?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the headers")?;
    let headers = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = headers.split(' ').nth(1).and_then(|text| text.parse().ok()).context("no status line")?;
    Ok(Answered { status, headers, body: all.split_off(end + 4) })
}

/// A connection that has one request under way at most.
struct Connection {
    stream: mio::net::TcpStream,
    host: SocketAddr,
    headers: String,
    sent: Instant,
    request: Vec<u8>,
    /// Where the answer is put, as large as any before.
    answer: Vec<u8>,
    /// How much of it came.
    came: usize,
    /// Where the answer ends, once its head is here.
    end: Option<usize>,
}

impl Connection {
    fn open(host: SocketAddr, headers: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("no server at {host}"))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let stream = mio::net::TcpStream::from_std(stream);
        let (request, answer) = (Vec::new(), vec![0; 64 << 10]);
        let (headers, sent) = (headers.to_owned(), Instant::now());
        Ok(Self { stream, host, headers, sent, request, answer, came: 0, end: None })
    }

    /// Sends a request, which is small enough for the socket to take it at once.
    fn send(&mut self, shot: &Shot) -> Result<()> {
        self.came = 0;
        self.end = None;
        self.request.clear();
        let Shot { method, path, body } = shot;
        write!(self.request, "{method} {path} HTTP/1.1\r\nHost: {}\r\n{}", self.host, self.headers)?;
        if !body.is_empty() {
            write!(self.request, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())?;
        }
        write!(self.request, "\r\n{body}")?;
        self.sent = Instant::now();
        self.stream.write_all(&self.request).context("the socket doesn't take a request")
    }

    /// Takes what is there. Gives the status once the answer is whole.
    fn receive(&mut self) -> Result<Option<u16>> {
        loop {
            if self.came == self.answer.len() {
                self.answer.resize(2 * self.came, 0);
            }
            match self.stream.read(&mut self.answer[self.came..]) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(read) => self.came += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            }
            let answer = &self.answer[..self.came];
            if self.end.is_none() {
                self.end = end_of_answer(answer)?;
            }
            if self.end.is_some_and(|end| self.came >= end) {
                // Nothing more comes before the next request, so that the socket needn't be asked again: were it readable,
                // it would be told anew.
                return status_of(answer).map(Some);
            }
        }
    }
}

/// Gives the length of an answer, head and body; none while the head isn't whole.
fn end_of_answer(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    for line in String::from_utf8_lossy(&bytes[..head]).lines().skip(1) {
        let (name, value) = line.split_once(':').context("a header without a colon")?;
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(Some(head + 4 + value.trim().parse::<usize>()?));
        }
    }
    bail!("an answer without a length")
}

fn status_of(answer: &[u8]) -> Result<u16> {
    let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let status = std::str::from_utf8(line)?.split(' ').nth(1);
    status.and_then(|text| text.parse().ok()).context("no status line")
}

/// Measures `rounds` small appends with fdatasync in `folder`: what the disk itself takes, sorted.
///
/// # Errors
/// When the folder can't be written.
pub(crate) fn fsync_latencies(folder: &std::path::Path, rounds: usize) -> Result<Vec<Duration>> {
    fsyncs_in_turn(folder, rounds, 1)
}

/// Measures the same where each round is several appends, one after the other.
///
/// # Errors
/// When the folder can't be written.
pub(crate) fn fsyncs_in_turn(folder: &std::path::Path, rounds: usize, each: usize) -> Result<Vec<Duration>> {
    let path = folder.join(".fsync-probe");
    let mut file = std::fs::File::create(&path).with_context(|| format!("{} can't be written", path.display()))?;
    let mut latencies = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        for _ in 0..each {
            file.write_all(&[0x5a; 512])?;
            file.sync_data()?;
        }
        latencies.push(begun.elapsed());
    }
    std::fs::remove_file(&path)?;
    latencies.sort_unstable();
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let sorted: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(quantile_ms(&sorted, 0.99), 99.0);
        assert_eq!(quantile_ms(&sorted, 1.0), 100.0);
        assert_eq!(quantile_ms(&sorted, 0.0), 1.0);
        assert_eq!(quantile_ms(&[], 0.5), 0.0);
    }

    #[test]
    fn an_answer_may_come_in_pieces_and_its_status_counts() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            let mut asked = BufReader::new(stream.try_clone().unwrap()).lines();
            for pieces in [
                ["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 2\r\n\r\no", "k"],
                ["HTTP/1.1 403 Forbidden\r\n", "content-length: 0\r\n", "\r\n"],
            ] {
                while !asked.next().unwrap().unwrap().is_empty() {}
                for piece in pieces {
                    stream.write_all(piece.as_bytes()).unwrap();
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let shot = || Shot { method: "GET", path: "/".into(), body: String::new() };
        let measured = fire(address, "", &[shot(), shot()], 1).unwrap();
        server.join().unwrap();
        assert_eq!((measured.latencies.len(), measured.failed), (2, 1));
    }

    #[test]
    fn an_answer_leads_on_and_sets_what_its_headers_say() {
        let answered = |headers: &str| Answered { status: 303, headers: headers.to_owned(), body: Vec::new() };
        let leads = answered(
            "HTTP/1.1 303 See Other\r\nLocation: /review/7?a=b:c\r\nSet-Cookie: s=1; Path=/\r\nset-cookie: l=fr",
        );
        assert_eq!((leads.location(), leads.session().as_deref()), (Some("/review/7?a=b:c"), Some("s=1; l=fr")));
        let other = answered("HTTP/1.1 200 OK\r\ncontent-length: 0");
        assert_eq!((other.location(), other.session()), (None, None));
    }

    #[test]
    fn an_answer_whose_end_is_not_known_is_refused() {
        assert_eq!(end_of_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n").unwrap(), None);
        assert_eq!(end_of_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").unwrap(), Some(40));
        assert!(end_of_answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
