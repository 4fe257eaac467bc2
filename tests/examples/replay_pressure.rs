//! Records how the replay presses on an endpoint and draws it: `docs/images/replay-pressure.csv` and `.svg`.
//! `cargo run -p bellwether-tests --example replay_pressure`

#![expect(clippy::print_stdout, reason = "it says what it wrote")]

use bellwether_tests::load::{record, to_csv};
use bellwether_tests::plot::svg;
use std::path::Path;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    std::fs::create_dir_all(&images)?;
    let recorded = record().await?;
    std::fs::write(images.join("replay-pressure.csv"), to_csv(&recorded.moments))?;
    std::fs::write(images.join("replay-pressure.svg"), svg(&recorded.moments)?)?;
    println!(
        "{} moments, {} in flight at most, {} sessions without an answer",
        recorded.moments.len(),
        recorded.most_in_flight,
        recorded.unanswered
    );
    Ok(())
}
