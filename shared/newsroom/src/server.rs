//! The recommender behind HTTP on loopback, as a model container serves it: `/invocations` and `/ping`.

use super::{Model, Newsroom};
use axum::extract::State;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::Value;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running model server; it ends when this value is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves a model on a free port of the loopback interface.
    pub async fn start(newsroom: Arc<Newsroom>, model: Model) -> std::io::Result<Self> {
        Self::serve(post(invocations).with_state((newsroom, model))).await
    }

    /// Serves `/invocations` as given, and `/ping`.
    pub(super) async fn serve(invocations: MethodRouter) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/invocations", listener.local_addr()?);
        let routes = Router::new().route("/invocations", invocations).route("/ping", get(|| async {}));
        let task = tokio::spawn(async move {
            // The server ends with its task; an error of one connection ends that connection only.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, task })
    }

    /// Address of `/invocations`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn invocations(
    State((newsroom, model)): State<(Arc<Newsroom>, Model)>,
    Json(request): Json<Value>,
) -> Json<Value> {
    Json(newsroom.answer(model, &request))
}
