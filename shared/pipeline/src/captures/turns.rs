//! The pieces of a window, as their turns come: their downloads begin before, and on several threads so does their profiling.
//!
//! It decides nothing: what a piece came to ahead of its turn is admitted, or the piece is read again ([`Turn::taken`]).

use super::reading::{Known, Piece, Reading};
use crate::RunError;
use bellwether_analysis::records::RecordProfile;
use bellwether_storage::Chunks;
use futures::stream::{BoxStream, StreamExt, TryStreamExt, iter};
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Files whose download begins before their turn.
const OPENED_AHEAD: usize = 4;

/// A piece whose turn has come.
pub(super) enum Turn<P> {
    /// It is to be read.
    Opened(Piece, Option<Chunks>),
    /// It was read as if it were the window's first.
    Read(Piece, Box<(Reading<P>, P)>),
}

impl<P: RecordProfile + 'static> Turn<P> {
    /// The pieces in their order. On one thread nothing is read ahead; on more, a piece beyond those that are read waits, so that no
    /// thread does while the first of them is merged.
    pub(super) fn each(
        window: &Reading<P>,
        pieces: Vec<Piece>,
        threads: usize,
    ) -> BoxStream<'static, Result<Self, RunError>> {
        let known = Arc::clone(window.known());
        let opened = iter(pieces).map(move |piece| open(Arc::clone(&known), piece)).buffered(OPENED_AHEAD);
        if threads <= 1 {
            return opened.map_ok(|(piece, chunks)| Self::Opened(piece, chunks)).boxed();
        }
        let first = window.ahead();
        let read = opened.map(move |opened| {
            let reading = first.ahead();
            Self::read(opened, reading)
        });
        read.buffered(threads + 1).boxed()
    }

    async fn read(
        opened: Result<(Piece, Option<Chunks>), RunError>,
        mut reading: Reading<P>,
    ) -> Result<Self, RunError> {
        let (piece, chunks) = opened?;
        let reading = Aborting(tokio::spawn(async move {
            let profile = reading.piece(&piece, chunks).await?;
            Ok(Self::Read(piece, Box::new((reading, profile))))
        }));
        reading.await
    }

    /// What the piece came to in its turn.
    pub(super) async fn taken(self, window: &mut Reading<P>) -> Result<P, RunError> {
        match self {
            Self::Opened(piece, chunks) => window.piece(&piece, chunks).await,
            Self::Read(piece, read) => {
                let (reading, profile) = *read;
                if window.admit(reading) { Ok(profile) } else { window.piece(&piece, None).await }
            }
        }
    }
}

async fn open(known: Arc<Known>, piece: Piece) -> Result<(Piece, Option<Chunks>), RunError> {
    let chunks = piece.open(&known.store).await?;
    Ok((piece, chunks))
}

/// A task that ends with whoever waits for it.
struct Aborting<T>(JoinHandle<T>);

impl<T> Drop for Aborting<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Future for Aborting<T> {
    type Output = T;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<T> {
        let ended = std::pin::Pin::new(&mut self.0).poll(context);
        ended.map(|ended| ended.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    }
}
