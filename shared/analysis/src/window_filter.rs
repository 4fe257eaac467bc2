//! Which captured records are measured: those of the window, once each, that are not the monitor's own.
//!
//! It reads no payload, asks for neither side and counts nothing; the caller asks for the sides that it measures, and
//! counts what it is told.
//!
//! A record is tested in this order, and the first reason counts: replay, outside_window, duplicate; a side that is
//! missing comes last. So a record of the next hour never makes its own later copy a duplicate.

use crate::seen::{MAX_IDS, SeenIds};
use bellwether_contract::capture::{CaptureRecord, LeftOut};
use bellwether_contract::execution::DuplicateScope;
use bellwether_contract::window::Window;

/// The filter of one window. Files are fed in the order of their keys.
#[derive(Debug)]
pub struct WindowFilter {
    window: Window,
    seen: SeenIds,
    scope: DuplicateScope,
    most_ids: usize,
}

impl WindowFilter {
    /// A filter that remembers at most [`MAX_IDS`] ids.
    pub fn new(window: Window) -> Self {
        Self::with_limit(window, MAX_IDS)
    }

    fn with_limit(window: Window, most_ids: usize) -> Self {
        Self { window, seen: SeenIds::default(), scope: DuplicateScope::InWindow, most_ids }
    }

    /// Tells that another file begins.
    pub fn next_file(&mut self) {
        if self.scope == DuplicateScope::InFile {
            self.seen.clear();
        }
    }

    /// Whether a record is to be measured, or why not.
    pub fn admit(&mut self, record: &CaptureRecord<'_>) -> Result<(), LeftOut> {
        if record.is_replay() {
            return Err(LeftOut::Replay);
        }
        if !self.window.contains(record.event_metadata.inference_time) {
            return Err(LeftOut::OutsideWindow);
        }
        if self.seen.len() == self.most_ids {
            self.scope = DuplicateScope::InFile;
            self.seen.clear();
        }
        if !self.seen.insert(record.event_number()) {
            return Err(LeftOut::Duplicate);
        }
        Ok(())
    }

    /// How far duplicates were looked for.
    pub fn scope(&self) -> DuplicateScope {
        self.scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, time: &str, inference_id: &str, output: &str) -> String {
        format!(
            r#"{{"captureData":{{{output}}},"eventMetadata":{{"eventId":"{id}","inferenceId":"{inference_id}","inferenceTime":"{time}"}},"eventVersion":"0"}}"#
        )
    }

    const OUTPUT: &str = r#""endpointOutput":{"data":"1","encoding":"CSV"}"#;

    fn window() -> Window {
        Window::new("2026-10-31T08:00:00Z".parse().unwrap(), "2026-10-31T09:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn every_reason_is_told() {
        let mut filter = WindowFilter::new(window());
        let cases = [
            (line("a", "2026-10-31T08:00:00Z", "web-1", OUTPUT), None),
            (line("a", "2026-10-31T08:00:01Z", "web-1", OUTPUT), Some(LeftOut::Duplicate)),
            (line("b", "2026-10-31T09:00:00Z", "web-2", OUTPUT), Some(LeftOut::OutsideWindow)),
            (line("b", "2026-10-31T08:59:59Z", "web-2", OUTPUT), None),
            (line("c", "2026-10-31T08:10:00Z", "replay-2026103109-0", OUTPUT), Some(LeftOut::Replay)),
            (line("d", "2026-10-31T08:10:00Z", "web-3", ""), None),
        ];
        for (line, expected) in cases {
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            assert_eq!(filter.admit(&record).err(), expected, "{line}");
        }
        assert_eq!(filter.scope(), DuplicateScope::InWindow);
    }

    #[test]
    fn above_the_limit_duplicates_are_found_within_a_file_and_that_is_said() {
        let mut filter = WindowFilter::with_limit(window(), 2);
        let mut admit = |id: &str| {
            let line = line(id, "2026-10-31T08:00:00Z", "web", OUTPUT);
            filter.admit(&CaptureRecord::from_line(line.as_bytes()).unwrap()).is_ok()
        };
        assert!(admit("a") && admit("b") && admit("c"));
        assert!(!admit("c"));
        filter.next_file();
        assert_eq!(filter.scope(), DuplicateScope::InFile);
    }
}
