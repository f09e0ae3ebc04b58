//! How long a client may take, and how long the server does.
//!
//! A client that sends a byte a minute, or takes none, would hold its connection for as long as it likes. Each part of an
//! exchange has a limit of its own:
//!
//! | part | what happens then |
//! |---|---|
//! | the head of a request, and before it the answer to the last one | the connection is closed |
//! | the body of a request | a problem document, 408 |
//! | the answer of the server | a problem document, 503 |
//! | a stream of events | it ends, as it does when the server ends; the browser asks again |
//!
//! When the server ends, a head or a body that is on its way has a few seconds more, whatever its limit was.
//!
//! The first is seen at the socket: nothing above it knows of a request before its head is complete. A [`Paced`] listener
//! gives each connection a [`Pace`], and [`hold`] keeps the limit off while a request is under way.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::serve::{IncomingStream, Listener};
use bytes::Bytes;
use futures::StreamExt as _;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};

use crate::BODY_BYTES_MAX;
use crate::problem::Problem;

/// How long each part of an exchange may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From a connection or an answer to the end of the next request's head; the answer is taken meanwhile.
    pub(crate) head: Duration,
    /// From the end of the head to that of the body.
    pub(crate) body: Duration,
    /// From the end of the body to the answer, or to the beginning of one that lasts.
    pub(crate) answer: Duration,
    /// From the beginning of an answer that lasts to its end.
    pub(crate) lasting: Duration,
    /// From when the server ends to the end of a head or a body that is on its way.
    pub(crate) ending: Duration,
}

impl Limits {
    /// The limits in service. The longest answer is that of verifying the whole log over the API.
    pub(crate) const IN_SERVICE: Self = Self {
        head: Duration::from_secs(30),
        body: Duration::from_secs(15),
        answer: Duration::from_secs(60),
        lasting: Duration::from_secs(600),
        ending: Duration::from_secs(5),
    };
}

/// Reads the body of a request and waits for the answer, each within its limit. Handlers then never wait for a client.
pub(crate) async fn within(limits: Limits, request: Request, next: Next) -> Response {
    let pace = request.extensions().get::<ConnectInfo<Pace>>().map(|ConnectInfo(pace)| pace.clone());
    let end = async move {
        match pace {
            Some(pace) => pace.end_of_receiving().await,
            // Without a connection, as in tests of routes, no server ends.
            None => std::future::pending().await,
        }
    };
    let received = tokio::select! {
        biased;
        received = timeout(limits.body, received(request)) => received,
        () = end => return too_slow(limits.ending),
    };
    let request = match received {
        Ok(Ok(request)) => request,
        Ok(Err(problem)) => return problem.into_response(),
        Err(_) => return too_slow(limits.body),
    };
    match timeout(limits.answer, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let why = format!("there was no answer within {:?}", limits.answer);
            Problem::failure("unavailable", &io::Error::new(io::ErrorKind::TimedOut, why)).into_response()
        }
    }
}

/// Gives the request with its body in memory. One that says that it is too large is left on the way: whoever wants it
/// refuses it, in the form of the route.
async fn received(request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() || body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Ok(Request::from_parts(parts, body));
    }
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new("too-large", "the body is too large"),
        _ => Problem::new("bad-request", "the body was cut"),
    })?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn too_slow(limit: Duration) -> Response {
    let problem = Problem::new("too-slow", format!("the body of the request was not here within {limit:?}"));
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Marks an answer that lasts: a stream of events, which says something now and then. It has no length and no end of its own.
#[derive(Clone)]
pub(crate) struct Lasting;

/// Keeps the limit for heads off the connection until there is an answer; of one that lasts, until it ends, which it does
/// within its own limit and when the server ends.
pub(crate) struct Held(Option<UnderWay>);

impl Held {
    /// Of a request that came over no connection nothing is kept off.
    pub(crate) fn of(request: &Request) -> Self {
        Self(request.extensions().get::<ConnectInfo<Pace>>().map(|ConnectInfo(pace)| pace.hold()))
    }

    pub(crate) fn answer(self, response: Response) -> Response {
        let Some(under_way) = self.0.filter(|_| response.extensions().get::<Lasting>().is_some()) else {
            return response;
        };
        let end = Box::pin(under_way.0.clone().end_of_lasting());
        response.map(|body| {
            let parts = body.into_data_stream().take_until(end);
            Body::from_stream(parts.map(move |part| {
                let _ = &under_way;
                part
            }))
        })
    }
}

/// What a connection and its requests know of each other.
#[derive(Clone)]
pub(crate) struct Pace {
    waiting: Arc<Mutex<Waiting>>,
    /// How long an answer may last.
    lasting: Duration,
    /// How long a head or a body may take once the server ends.
    last: Duration,
    /// Whether the server ends.
    ending: watch::Receiver<bool>,
}

struct Waiting {
    limit: Duration,
    /// How many requests are under way.
    under_way: usize,
    /// When the next head must be complete, if none is.
    until: Instant,
}

impl Pace {
    fn new(limits: Limits, ending: watch::Receiver<bool>) -> Self {
        let waiting = Waiting { limit: limits.head, under_way: 0, until: Instant::now() + limits.head };
        Self { waiting: Arc::new(Mutex::new(waiting)), lasting: limits.lasting, last: limits.ending, ending }
    }

    fn until(&self) -> Option<Instant> {
        let waiting = self.waiting.lock();
        (waiting.under_way == 0).then_some(waiting.until)
    }

    fn hold(&self) -> UnderWay {
        self.waiting.lock().under_way += 1;
        UnderWay(self.clone())
    }

    /// Waits until an answer that lasts has to end.
    async fn end_of_lasting(mut self) {
        // Nobody is left to say that the server ends when it has.
        let _ = timeout(self.lasting, self.ending.wait_for(|ending| *ending)).await;
    }

    /// Waits until a body that is on its way has to be here because the server ends.
    async fn end_of_receiving(mut self) {
        let _ = self.ending.wait_for(|ending| *ending).await;
        sleep(self.last).await;
    }

    /// Shortens the limit of heads, since the server ends.
    fn hasten(&self) {
        let mut waiting = self.waiting.lock();
        waiting.limit = waiting.limit.min(self.last);
        waiting.until = waiting.until.min(Instant::now() + self.last);
    }
}

/// A request that is under way, until this is dropped.
struct UnderWay(Pace);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock();
        waiting.under_way -= 1;
        waiting.until = Instant::now() + waiting.limit;
    }
}

/// A listener whose connections end when nothing comes of them.
pub(crate) struct Paced {
    pub(crate) listener: TcpListener,
    pub(crate) limits: Limits,
    /// Whether the server ends.
    pub(crate) ending: watch::Receiver<bool>,
    /// How many connections there are.
    pub(crate) open: Arc<AtomicUsize>,
}

impl Listener for Paced {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The listener's own `accept` would give an error where this one waits and tries again.
        let (stream, address) = <TcpListener as Listener>::accept(&mut self.listener).await;
        // An answer is written at once: nothing is gained by waiting for more. Where this can't be set it is only slower.
        let _ = stream.set_nodelay(true);
        let pace = Pace::new(self.limits, self.ending.clone());
        let timer = Box::pin(sleep_until(Instant::now() + self.limits.head));
        let mut ending = self.ending.clone();
        let ending: End = Box::pin(async move {
            let _ = ending.wait_for(|ending| *ending).await;
        });
        (Connection { stream, pace, timer, ending: Some(ending), _counted: Counted::new(&self.open) }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Paced>> for Pace {
    fn connect_info(stream: IncomingStream<'_, Paced>) -> Self {
        stream.io().pace.clone()
    }
}

/// Ready when the server ends.
type End = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection that is counted, until this is dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection with a limit on what happens between requests.
pub(crate) struct Connection {
    stream: TcpStream,
    pace: Pace,
    timer: Pin<Box<Sleep>>,
    /// None once the server ends.
    ending: Option<End>,
    _counted: Counted,
}

impl Connection {
    /// Gives the stream.
    ///
    /// # Errors
    /// When the client is late; else the task is woken when it will be.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        if self.ending.as_mut().is_some_and(|ending| ending.as_mut().poll(cx).is_ready()) {
            self.ending = None;
            self.pace.hasten();
        }
        if let Some(until) = self.pace.until() {
            if self.timer.deadline() != until {
                self.timer.as_mut().reset(until);
            }
            if self.timer.as_mut().poll(cx).is_ready() {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(Pin::new(&mut self.stream))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.in_time(cx)?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.in_time(cx)?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
