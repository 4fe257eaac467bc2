//! The columns of one table, filled by several threads at once.
//!
//! It reads no bytes: whole blocks of rows come in order, and each thread reads its own columns of every block. A column
//! sees its cells in the order of the rows, so the number of threads and who has which column change no bit.
//!
//! The first block is profiled where it arrives and tells what each column costs; the columns are dealt by that, the
//! dearest first. A table of one block starts no thread.

use bellwether_analysis::delimited::Rows;
use bellwether_analysis::feature::FeatureProfile;
use bellwether_analysis::selection::MissingTexts;
use bellwether_analysis::table::TableProfile;
use std::cmp::Reverse;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Blocks that wait for a thread; with its own there are so many and one more.
const BLOCKS_AHEAD: usize = 2;

/// A table that is being filled.
pub(super) struct Spread {
    table: TableProfile,
    missing: Arc<MissingTexts>,
    threads: usize,
    /// Of each column in the first block.
    costs: Vec<Duration>,
    workers: Vec<Worker>,
}

struct Worker {
    blocks: SyncSender<Arc<Rows>>,
    thread: JoinHandle<Columns>,
}

/// Columns with their places.
type Columns = Vec<(usize, FeatureProfile)>;

impl Spread {
    /// A table without rows; one thread means the caller's own.
    pub(super) fn new(table: TableProfile, missing: MissingTexts, threads: usize) -> Self {
        Self { table, missing: Arc::new(missing), threads, costs: Vec::new(), workers: Vec::new() }
    }

    /// Adds the next block.
    pub(super) fn push(&mut self, rows: Rows) {
        if self.threads < 2 {
            return self.table.push_rows_but(&rows, &self.missing);
        }
        self.table.end_rows(rows.len() as u64);
        if self.costs.is_empty() {
            return self.push_first(&rows);
        }
        if self.workers.is_empty() {
            self.deal();
        }
        let rows = Arc::new(rows);
        for worker in &self.workers {
            // A thread that is gone has panicked, and the end of the table says so.
            let _ = worker.blocks.send(Arc::clone(&rows));
        }
    }

    fn push_first(&mut self, rows: &Rows) {
        for (column, feature) in (0..rows.width()).zip(self.table.features_mut()) {
            let began = Instant::now();
            rows.push_columns(&mut [(column, feature)], &self.missing);
            self.costs.push(began.elapsed());
        }
    }

    /// Gives every column to the thread that has the least to do.
    fn deal(&mut self) {
        let mut columns: Vec<_> = self.costs.iter().copied().enumerate().collect();
        columns.sort_by_key(|&(_, cost)| Reverse(cost));
        let mut hands: Vec<(Duration, Columns)> = Vec::new();
        hands.resize_with(self.threads.min(columns.len()), Default::default);
        for (column, cost) in columns {
            if let Some((load, hand)) = hands.iter_mut().min_by_key(|(load, _)| *load) {
                *load += cost;
                hand.push((column, std::mem::take(&mut self.table.features_mut()[column])));
            }
        }
        self.workers =
            hands.into_iter().map(|(_, hand)| Worker::start(hand, Arc::clone(&self.missing))).collect();
    }

    /// The table, when all its columns are back.
    pub(super) fn finish(mut self) -> TableProfile {
        for Worker { blocks, thread } in self.workers {
            drop(blocks);
            for (column, feature) in thread.join().unwrap_or_else(|panic| resume_unwind(panic)) {
                self.table.features_mut()[column] = feature;
            }
        }
        self.table
    }
}

impl Worker {
    fn start(columns: Columns, missing: Arc<MissingTexts>) -> Self {
        let (blocks, received) = sync_channel(BLOCKS_AHEAD);
        Self { blocks, thread: thread::spawn(move || fill(columns, &received, &missing)) }
    }
}

fn fill(mut columns: Columns, blocks: &Receiver<Arc<Rows>>, missing: &MissingTexts) -> Columns {
    let mut filled: Vec<_> = columns.iter_mut().map(|(column, feature)| (*column, feature)).collect();
    for rows in blocks {
        rows.push_columns(&mut filled, missing);
    }
    columns
}
