//! The corpora of the fuzz targets, replayed through the same properties: what was found once is tried on every change.
//!
//! It finds nothing new; that is `cargo fuzz run`, see `fuzz/README.md`.

#[path = "../../fuzz/src/lib.rs"]
pub mod fuzz;

use std::path::Path;

/// What a corpus may weigh in the repository.
const MOST_FILES: usize = 40;
const MOST_BYTES: usize = 2_048;

#[test]
fn every_property_holds_for_every_file_of_its_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let folders = std::fs::read_dir(&root).expect("fuzz/corpus").count();
    assert_eq!(folders, fuzz::PROPERTIES.len(), "a corpus for each property");
    for (name, property) in fuzz::PROPERTIES {
        let files = std::fs::read_dir(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        assert!((5..=MOST_FILES).contains(&paths.len()), "{name}: {} files", paths.len());
        for path in paths {
            let bytes = std::fs::read(&path).expect("a file");
            assert!(bytes.len() <= MOST_BYTES, "{}: {} bytes", path.display(), bytes.len());
            // The harness tells the output of a test that fails: the last name is the file's.
            println!("{}", path.display());
            property(&bytes);
        }
    }
}
