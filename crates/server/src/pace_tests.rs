//! Slow clients, over sockets.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::{get, post};
use futures::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// Longer than any test waits.
const NEVER: Duration = Duration::from_secs(60);

/// Long enough that a busy machine is not taken for a slow client.
const SOON: Duration = Duration::from_millis(400);

const GENEROUS: Limits = Limits { head: NEVER, body: NEVER, answer: NEVER, lasting: NEVER, ending: NEVER };

async fn length(body: Bytes) -> String {
    body.len().to_string()
}

/// Serves a few routes within these limits.
async fn serve(limits: Limits) -> SocketAddr {
    serve_until(limits, std::future::pending()).await
}

/// An event now and then, for ever.
async fn events() -> Response {
    let events = stream::unfold(0, |at| async move {
        sleep(SOON / 4).await;
        Some((Ok::<_, std::convert::Infallible>(format!("data: {at}\n\n")), at + 1))
    });
    let mut response = Body::from_stream(events).into_response();
    response.extensions_mut().insert(Lasting);
    response
}

async fn serve_until(limits: Limits, until: impl std::future::Future<Output = ()> + Send + 'static) -> SocketAddr {
    serve_telling(limits, until, |_| ()).await
}

async fn serve_telling(
    limits: Limits,
    until: impl std::future::Future<Output = ()> + Send + 'static,
    waits: impl FnOnce(usize) + Send + 'static,
) -> SocketAddr {
    let slow = || async {
        sleep(SOON * 3).await;
        "late"
    };
    let router = Router::new()
        .route("/length", post(length))
        .route("/soon", get(|| async { "soon" }))
        .route("/slow", get(slow))
        .route("/events", get(events))
        .route("/much", get(|| async { vec![b'x'; 64 << 20] }));
    let router: Router = crate::protected(crate::bounded(router, limits)).with_state(());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(crate::serve_within(limits, listener, router, until, waits));
    address
}

/// Gives what comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut while something is on the way ends with an error; what came counts.
    let _ = timeout(NEVER / 2, stream.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn assert_problem(answer: &str, status: &str, kind: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    assert!(head.contains("content-type: application/problem+json"), "{answer}");
    assert!(body.contains(&format!("\"type\":\"/problems/{kind}\"")), "{answer}");
}

#[tokio::test]
async fn a_head_that_never_ends_ends_the_connection() {
    let address = serve(Limits { head: SOON, ..GENEROUS }).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    // A byte now and then makes no difference.
    let mut dripping = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    dripping.write_all(b"GET /soon HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.unwrap();
    while dripping.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() < NEVER / 2, "the server closes the connection");
        sleep(SOON / 8).await;
    }
}

#[tokio::test]
async fn a_connection_serves_request_after_request() {
    let address = serve(Limits { head: SOON, ..GENEROUS }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The second takes longer than a head may: what the server takes is not held against the client.
    for (path, expected) in [("soon", "soon"), ("slow", "late"), ("soon", "soon")] {
        let ask = format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with(&format!("\r\n\r\n{expected}")) {
            let mut bytes = [0; 4096];
            let read = timeout(NEVER / 2, stream.read(&mut bytes)).await.unwrap().unwrap();
            assert!(read > 0, "closed after {answer}");
            answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
    }
    assert_eq!(rest(&mut stream).await, "", "and is closed when no more come");
}

#[tokio::test]
async fn a_body_that_drips_is_too_slow() {
    let address = serve(Limits { body: SOON, ..GENEROUS }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n").await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let drip = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            sleep(SOON / 8).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = timeout(NEVER / 2, reading.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    assert_problem(&answer, "408", "too-slow");
    assert!(answer.contains("connection: close"), "{answer}");
    drip.abort();
}

#[tokio::test]
async fn bodies_come_whole_or_are_too_large() {
    let address = serve(GENEROUS).await;
    let chunk = |size: usize| format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    let head = "POST /length HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    for (size, expected) in [(0, Some("0")), (1 << 10, Some("1024")), (BODY_BYTES_MAX, Some("65536")), (70 << 10, None)]
    {
        let declared = format!("{head}Content-Length: {size}\r\n\r\n{}", "x".repeat(size));
        let first = if size > 0 { chunk(size) } else { String::new() };
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{first}0\r\n\r\n");
        for (way, request) in [("declared", declared), ("chunked", chunked)] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            match expected {
                Some(length) => assert!(answer.ends_with(&format!("\r\n\r\n{length}")), "{way} {size}: {answer}"),
                None => assert!(answer.starts_with("HTTP/1.1 413"), "{way} {size}: {answer}"),
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_unavailable() {
    let address = serve(Limits { answer: SOON, ..GENEROUS }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let answer = rest(&mut stream).await;
    assert_problem(&answer, "503", "unavailable");
    assert!(answer.contains("retry-after: 5"), "{answer}");
    assert!(answer.contains("\"event\""), "the operator finds it: {answer}");
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_let_go() {
    let address = serve(Limits { head: SOON, ..GENEROUS }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    sleep(SOON * 4).await;
    let received = rest(&mut stream).await.len();
    assert!(received < 64 << 20, "all {received} bytes were kept for a client that took none");
}

/// Asks for the events, and reads until the `count`th is there.
async fn watch_events(address: SocketAddr, count: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let (mut answer, mut bytes) = (String::new(), [0; 4096]);
    while !answer.contains(&format!("data: {count}\n")) {
        let read = timeout(NEVER / 2, stream.read(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "cut after {answer}");
        answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    stream
}

#[tokio::test]
async fn a_stream_of_events_outlasts_the_limits_of_heads_and_answers() {
    let address = serve(Limits { head: SOON, answer: SOON, ..GENEROUS }).await;
    // An event each quarter of the limit: the twelfth comes long after it.
    watch_events(address, 12).await;
}

#[tokio::test]
async fn a_stream_of_events_ends_within_its_own_limit() {
    let address = serve(Limits { head: SOON, lasting: SOON * 2, ..GENEROUS }).await;
    let mut stream = watch_events(address, 0).await;
    let rest = rest(&mut stream).await;
    assert!(rest.ends_with("0\r\n\r\n"), "it is ended, not cut: {rest}");
}

#[tokio::test]
async fn a_stream_of_events_ends_when_the_server_does() {
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let until = async move {
        let _ = ended.await;
    };
    let address = serve_until(Limits { head: NEVER, ..GENEROUS }, until).await;
    let mut stream = watch_events(address, 1).await;
    end.send(()).unwrap();
    let rest = rest(&mut stream).await;
    assert!(rest.ends_with("0\r\n\r\n"), "it is ended, not cut: {rest}");
}

#[tokio::test]
async fn what_a_client_does_not_send_is_not_waited_for_when_the_server_ends() {
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel::<usize>();
    let until = async move {
        let _ = ended.await;
    };
    let waits = move |requests| {
        let _ = tell.send(requests);
    };
    let address = serve_telling(Limits { ending: SOON * 4, ..GENEROUS }, until, waits).await;
    // A connection that was answered is closed at once, half a head and half a body soon.
    let mut answered = TcpStream::connect(address).await.unwrap();
    answered.write_all(b"GET /soon HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut bytes = [0; 4096];
    assert!(timeout(NEVER / 2, answered.read(&mut bytes)).await.unwrap().unwrap() > 0);
    let mut head = TcpStream::connect(address).await.unwrap();
    head.write_all(b"GET /soon HTTP/1.1\r\nHost: local").await.unwrap();
    let mut body = TcpStream::connect(address).await.unwrap();
    body.write_all(b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx").await.unwrap();
    // Both are read before the server ends: what was not even read would be closed at once.
    sleep(SOON).await;
    end.send(()).unwrap();
    assert_eq!(timeout(NEVER / 2, told).await.unwrap().unwrap(), 2, "it says for how many it waits");
    assert_eq!(rest(&mut answered).await, "");
    assert_eq!(rest(&mut head).await, "");
    assert_problem(&rest(&mut body).await, "408", "too-slow");
}

#[tokio::test]
async fn people_are_told_in_their_language_that_something_took_too_long() {
    let address = serve(Limits { body: SOON, answer: SOON, ..GENEROUS }).await;
    let slow = ("GET /slow", "", "503", ["No answer is possible now", "Aucune réponse n’est possible maintenant"]);
    let dripping = (
        "POST /length",
        "Content-Length: 9\r\n",
        "408",
        ["The request came too slowly", "La demande est arrivée trop lentement"],
    );
    for (request, length, status, titles) in [slow, dripping] {
        for (language, title) in ["en", "fr"].into_iter().zip(titles) {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let ask = format!(
                "{request} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept-Language: {language}\r\n\
                 Connection: close\r\n{length}\r\n"
            );
            stream.write_all(ask.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            assert!(
                answer.contains("content-type: text/html") && answer.contains(&format!("<h1>{title}</h1>")),
                "{answer}"
            );
        }
    }
}
