//! A small load generator: keeps a number of HTTP/1.1 requests in flight on loopback and measures each.
//!
//! Threads and blocking sockets: one request a connection at a time, connections kept alive, closed loop. It runs on the
//! machine that serves, so its own share of the cores is part of what is measured, and is said in the report.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

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
/// When the server can't be reached or breaks the protocol.
pub(crate) fn fire(address: SocketAddr, headers: &str, shots: &[Shot], in_flight: usize) -> Result<Measured> {
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let latencies = Mutex::new(Vec::with_capacity(shots.len()));
    let begun = Instant::now();
    std::thread::scope(|scope| -> Result<()> {
        let mut workers = Vec::new();
        for _ in 0..in_flight {
            workers.push(scope.spawn(|| -> Result<()> {
                let mut connection = Connection::open(address)?;
                let mut mine = Vec::new();
                while let Some(shot) = shots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let sent = Instant::now();
                    let status = connection.send(headers, shot)?;
                    mine.push(sent.elapsed());
                    if status != 200 {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
                match latencies.lock() {
                    Ok(mut all) => all.append(&mut mine),
                    Err(_) => bail!("another connection failed"),
                }
                Ok(())
            }));
        }
        for worker in workers {
            match worker.join() {
                Ok(outcome) => outcome?,
                Err(_) => bail!("a connection's thread failed"),
            }
        }
        Ok(())
    })?;
    let elapsed = begun.elapsed();
    let mut latencies = latencies.into_inner().unwrap_or_default();
    latencies.sort_unstable();
    Ok(Measured { latencies, elapsed, failed: failed.into_inner() })
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
        let cookies = self.headers.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| value.split(';').next().unwrap_or_default().trim().to_owned())
        });
        let cookies: Vec<String> = cookies.collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
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

struct Connection {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    host: SocketAddr,
    body: Vec<u8>,
}

impl Connection {
    fn open(host: SocketAddr) -> Result<Self> {
        let writer = TcpStream::connect(host).with_context(|| format!("no server at {host}"))?;
        writer.set_nodelay(true)?;
        writer.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { reader: BufReader::with_capacity(64 << 10, writer.try_clone()?), writer, host, body: Vec::new() })
    }

    fn send(&mut self, headers: &str, shot: &Shot) -> Result<u16> {
        let mut request = format!("{} {} HTTP/1.1\r\nHost: {}\r\n{headers}", shot.method, shot.path, self.host);
        if shot.body.is_empty() {
            request.push_str("\r\n");
        } else {
            request.push_str(&format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                shot.body.len(),
                shot.body
            ));
        }
        self.writer.write_all(request.as_bytes())?;
        self.read_answer()
    }

    fn read_answer(&mut self) -> Result<u16> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).context("no status line")?;
        let mut length = None;
        let mut chunked = false;
        loop {
            line.clear();
            self.reader.read_line(&mut line)?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').context("a header without a colon")?;
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked");
        }
        if chunked {
            loop {
                line.clear();
                self.reader.read_line(&mut line)?;
                let size = usize::from_str_radix(line.trim(), 16).context("no chunk size")?;
                self.skip(size + 2)?;
                if size == 0 {
                    return Ok(status);
                }
            }
        }
        self.skip(length.context("an answer without a length")?)?;
        Ok(status)
    }

    fn skip(&mut self, length: usize) -> Result<()> {
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body)?;
        Ok(())
    }
}

/// Measures `rounds` small appends with fdatasync in `folder`: what the disk itself takes, sorted.
///
/// # Errors
/// When the folder can't be written.
pub(crate) fn fsync_latencies(folder: &std::path::Path, rounds: usize) -> Result<Vec<Duration>> {
    let path = folder.join(".fsync-probe");
    let mut file = std::fs::File::create(&path).with_context(|| format!("{} can't be written", path.display()))?;
    let mut latencies = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        file.write_all(&[0x5a; 512])?;
        file.sync_data()?;
        latencies.push(begun.elapsed());
    }
    std::fs::remove_file(&path)?;
    latencies.sort_unstable();
    Ok(latencies)
}

#[cfg(test)]
mod tests {
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
    fn answers_with_a_length_and_in_chunks_are_read() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            ] {
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    reader.read_line(&mut line).unwrap();
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let shot = || Shot { method: "GET", path: "/".into(), body: String::new() };
        let measured = fire(address, "", &[shot(), shot()], 1).unwrap();
        server.join().unwrap();
        assert_eq!((measured.latencies.len(), measured.failed), (2, 1));
    }
}
