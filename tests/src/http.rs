//! A small HTTP/1.1 server on loopback, whose answers may also break: late, cut short, reset, or never.
//!
//! It routes nothing and knows no service; what to answer is a function given to [`Server::start`].

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::answer::{Answer, Ending};

/// A request, read to its end.
pub type Request = hyper::Request<Bytes>;

/// How long the kept part of a cut body has to reach the wire before the connection breaks.
const CUT_GRACE: Duration = Duration::from_millis(20);

/// A server on 127.0.0.1 that ends, with every connection it holds, when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens on `port`, or on a free one, and answers every request by `answer`.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start<F, A>(port: Option<u16>, answer: F) -> io::Result<Self>
    where
        F: Fn(Request) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::new(answer)));
        Ok(Self { address, accepting })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The set owns the connections: dropping this future ends them all.
async fn accept<F, A>(listener: TcpListener, answer: Arc<F>)
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&answer)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve<F, A>(stream: TcpStream, answer: Arc<F>) -> io::Result<()>
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    stream.set_nodelay(true)?;
    let socket = Arc::new(stream.as_fd().try_clone_to_owned()?);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (answer, socket) = (Arc::clone(&answer), Arc::clone(&socket));
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            play(answer(Request::from_parts(head, body)).await, &socket).await
        }
    });
    hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(io::Error::other)
}

/// Turns an answer into a response, or into the error that makes hyper drop the connection unanswered.
async fn play(answer: Answer, socket: &OwnedFd) -> io::Result<Response<BoxBody<Bytes, io::Error>>> {
    pause(answer.delay).await;
    let body = match answer.ending {
        Ending::Whole => Full::new(answer.body).map_err(|never: Infallible| match never {}).boxed(),
        Ending::Cut { after_bytes } => return cut(answer, after_bytes),
        Ending::Hang => std::future::pending().await,
        Ending::Reset => {
            // Without lingering, closing sends RST instead of FIN: the peer sees "connection reset".
            SockRef::from(socket).set_linger(Some(Duration::ZERO))?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    };
    respond(answer.status, answer.headers, body)
}

/// Waits. No time is no wait: the runtime's clock counts whole milliseconds, and to sleep for none lasts until the next.
pub(crate) async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Promises the whole length, sends the first bytes of it, and breaks off.
fn cut(mut answer: Answer, after_bytes: usize) -> io::Result<Response<BoxBody<Bytes, io::Error>>> {
    answer.headers.insert(hyper::header::CONTENT_LENGTH, answer.body.len().into());
    let kept = answer.body.slice(..after_bytes.min(answer.body.len()));
    let first = futures::stream::once(async move { Ok(Frame::data(kept)) });
    let then = futures::stream::once(async {
        tokio::time::sleep(CUT_GRACE).await;
        Err(io::Error::from(io::ErrorKind::BrokenPipe))
    });
    respond(answer.status, answer.headers, BodyExt::boxed(StreamBody::new(first.chain(then))))
}

fn respond(
    status: u16,
    headers: hyper::HeaderMap,
    body: BoxBody<Bytes, io::Error>,
) -> io::Result<Response<BoxBody<Bytes, io::Error>>> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).map_err(io::Error::other)?;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A panic in one test's closure must not hide what the others recorded.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a mutex holds, in one of its own.
pub(crate) fn fork<T: Clone>(mutex: &Mutex<T>) -> Mutex<T> {
    Mutex::new(lock(mutex).clone())
}
