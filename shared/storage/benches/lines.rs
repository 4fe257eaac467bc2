//! How fast lines come out of a folder and out of memory. `cargo bench --locked -p bellwether-storage`.

use bellwether_storage::{Chunks, Content, Lines, Store};
use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use tokio::runtime::{Builder, Runtime};

const SIZE_BYTES: usize = 256 * 1024 * 1024;
/// Of a terse log, of a capture record, of a record with a large payload.
const LINE_BYTES: [usize; 3] = [120, 2_000, 60_000];

fn main() {
    divan::main();
}

fn text(line_bytes: usize) -> Bytes {
    let mut line = vec![b'x'; line_bytes - 1];
    line.push(b'\n');
    Bytes::from(line.repeat(SIZE_BYTES / line_bytes))
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts")
}

async fn count(chunks: Chunks) -> u64 {
    let mut lines = Lines::new(chunks);
    let mut bytes = 0;
    while let Some(line) = lines.next().await.expect("the lines can be read") {
        if let Content::Bytes(line) = line.content {
            bytes += black_box(line).len() as u64;
        }
    }
    bytes
}

#[divan::bench(args = LINE_BYTES, sample_count = 5)]
fn from_memory(bencher: Bencher<'_, '_>, line_bytes: usize) {
    let text = text(line_bytes);
    let runtime = runtime();
    let chunks: Vec<Bytes> =
        (0..text.len()).step_by(64 * 1024).map(|at| text.slice(at..text.len().min(at + 64 * 1024))).collect();
    bencher
        .counter(BytesCount::new(text.len()))
        .with_inputs(|| chunks.iter().cloned().collect::<Chunks>())
        .bench_values(|chunks| runtime.block_on(count(chunks)));
}

#[divan::bench(args = LINE_BYTES, sample_count = 5)]
fn from_a_folder(bencher: Bencher<'_, '_>, line_bytes: usize) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = text(line_bytes);
    std::fs::write(folder.path().join("lines"), &text).expect("a file can be written");
    let store = Store::Folder(folder.path().to_owned());
    let runtime = runtime();
    bencher.counter(BytesCount::new(text.len())).bench(|| {
        runtime.block_on(async { count(store.read("lines").await.expect("the file opens")).await })
    });
}
