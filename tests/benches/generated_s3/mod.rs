//! An S3 on loopback whose objects are made while they are sent: it holds a block of one at most, however large they are.
//!
//! One bucket, one listing, `ListObjectsV2` and `GetObject`; it knows neither ranges nor signatures.

use crate::traffic::Traffic;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

type Body = BoxBody<Bytes, Infallible>;

/// Capture files of one hour, all of the same size.
pub(crate) struct GeneratedS3 {
    /// `captureData` of every session.
    sides: Arc<[String]>,
    /// `{endpoint}/{variant}/yyyy/mm/dd/HH/`
    folder: String,
    files: u64,
    blocks: u64,
    block_bytes: u64,
}

impl GeneratedS3 {
    /// So many files, each at least so large.
    pub(crate) fn new(sides: Arc<[String]>, folder: String, files: u64, file_bytes: u64) -> Self {
        let block_bytes = block(&sides, 0).len() as u64;
        Self { sides, folder, files, blocks: file_bytes.div_ceil(block_bytes), block_bytes }
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.files * self.file_bytes()
    }

    fn file_bytes(&self) -> u64 {
        self.blocks * self.block_bytes
    }

    /// Serves until the runtime ends. The URL.
    pub(crate) async fn serve(self) -> std::io::Result<String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let this = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let this = Arc::clone(&this);
                let service = service_fn(move |request| {
                    let answer = Arc::clone(&this).answer(&request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(url)
    }

    fn answer(self: Arc<Self>, request: &Request<Incoming>) -> Response<Body> {
        let path = request.uri().path();
        match path.rsplit('/').next().and_then(|name| name.strip_suffix(".jsonl")) {
            Some(name) => self.object(name),
            None => self.listing(request.uri().query().unwrap_or_default()),
        }
    }

    /// The hour's files, and nothing of any other hour.
    fn listing(&self, query: &str) -> Response<Body> {
        let asked = query.replace("%2F", "/");
        let files = if asked.contains(&format!("prefix={}", self.folder)) { self.files } else { 0 };
        let entry = |file| {
            let key = format!("{}{}.jsonl", self.folder, name(file));
            format!("<Contents><Key>{key}</Key><Size>{}</Size></Contents>", self.file_bytes())
        };
        let contents: String = (0..files).map(entry).collect();
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        );
        Response::new(Full::new(Bytes::from(text)).boxed())
    }

    fn object(self: Arc<Self>, name: &str) -> Response<Body> {
        // MM-SS-mmm-..: the last part is the file's number.
        let file: u64 = name.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let (length, first) = (self.file_bytes(), file * self.blocks);
        let body = stream::iter(first..first + self.blocks)
            .map(move |number| Ok(Frame::data(block(&self.sides, number))));
        let mut response = Response::new(BodyExt::boxed(StreamBody::new(body)));
        response.headers_mut().insert("content-length", length.into());
        response.headers_mut().insert("etag", hyper::header::HeaderValue::from_static("\"generated\""));
        response
    }
}

/// As an endpoint names what it flushes, within the hour.
fn name(file: u64) -> String {
    format!("{:02}-{:02}-{:03}-00000000-0000-4000-8000-{file:012}", file / 60 % 60, file % 60, file % 1_000)
}

/// One line for each session: as long as every other block, with ids and times of its own.
fn block(sides: &Arc<[String]>, number: u64) -> Bytes {
    let rng = fastrand::Rng::with_seed(number);
    let mut traffic = Traffic { sides: Arc::clone(sides), rng, written: 0 };
    let mut lines = Vec::new();
    for _ in 0..sides.len() {
        traffic.write(&mut lines).expect("memory takes what it is given");
    }
    lines.into()
}
