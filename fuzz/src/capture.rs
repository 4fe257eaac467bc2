//! A line of data capture: what is decoded is what a general JSON reader sees, and never more than the line held.

use bellwether_analysis::captured_rows::{Batched, CapturedRows, Columns, Sides};
use bellwether_analysis::flat_json::JsonLines;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_analysis::records::{Noted, RecordProfile};
use bellwether_analysis::window_filter::WindowFilter;
use bellwether_contract::capture::{CaptureRecord, Encoding, LeftOut, Payload, Rejected, Side};
use bellwether_contract::json::non_finite::tolerant;
use bellwether_contract::json::to_vec;
use bellwether_contract::window::Window;
use serde_json::Value;
use std::sync::LazyLock;

/// Plain paths, and the same written so that the JMESPath library has to walk them.
static PATHS: LazyLock<Vec<[RecommendationsPath; 2]>> = LazyLock::new(|| {
    let pair = |path: &str| {
        [path.to_owned(), format!("{path} | @")].map(|path| path.parse().expect("a JMESPath expression"))
    };
    ["recommendations[].item_id", "recommendations", "@", "[*].id", "a.b[].c.d"].map(pair).into()
});

/// One line, as a capture file holds it.
pub fn capture_line(line: &[u8]) {
    let Ok(record) = CaptureRecord::from_line(line) else {
        return;
    };
    let whole: Option<Value> = serde_json::from_slice(line).ok();
    let data = &record.capture_data;
    let sides = [
        ("/captureData/endpointInput", data.endpoint_input.as_ref()),
        ("/captureData/endpointOutput", data.endpoint_output.as_ref()),
        ("/captureData/batchTransformOutput", data.batch_transform_output.as_deref()),
        ("/groundTruthData", record.ground_truth_data.as_deref()),
    ];
    if let Some(seen) = whole.as_ref().and_then(|whole| whole.get("eventMetadata")) {
        let metadata = &record.event_metadata;
        assert_eq!(metadata.event_id.as_deref(), seen.get("eventId").and_then(Value::as_str));
        assert_eq!(metadata.inference_id.as_deref(), seen.get("inferenceId").and_then(Value::as_str));
        assert_eq!(
            seen["inferenceTime"].as_str().and_then(|time| time.parse().ok()),
            Some(metadata.inference_time)
        );
    }
    for (place, side) in sides {
        if let Some(side) = side {
            decodes(side, whole.as_ref().and_then(|whole| whole.pointer(place)));
        }
    }
    is_measured_once(&record);
    is_profiled(&record);
}

fn decodes(side: &Side<'_>, seen: Option<&Value>) {
    let Ok(payload) = side.payload() else {
        return;
    };
    let (Payload::Csv(text) | Payload::Json(text)) = &payload;
    let written = side.data.map_or(0, str::len);
    let most = if side.encoding == Encoding::Base64 { written / 4 * 3 } else { written };
    assert!(text.len() <= most, "{} bytes out of {written}", text.len());
    assert!(!text.ends_with(['\n', '\r']));
    if side.encoding != Encoding::Base64
        && let Some(seen) = seen
    {
        let seen = seen["data"].as_str().expect("a payload is a text").trim_end_matches(['\n', '\r']);
        assert_eq!(text, seen);
    }
    if let Payload::Json(text) = &payload {
        is_flat(text);
    }
    PATHS.iter().for_each(|[plain, library]| same_ids(plain, library, &payload));
}

/// The quick walk and the library find the same ids. The library also reads what the quick walk passes over, so it may
/// find broken JSON there; which lists without an id are faults is not compared.
fn same_ids(plain: &RecommendationsPath, library: &RecommendationsPath, payload: &Payload<'_>) {
    let reason = |path: &RecommendationsPath| {
        path.ids(payload).map(|found| found.ids).map_err(|rejected| rejected.reason)
    };
    match (reason(plain), reason(library)) {
        (Ok(ids), Ok(same)) => assert_eq!(ids, same, "{plain}"),
        (Ok(ids), Err(LeftOut::NoList)) => {
            assert!(ids.is_empty(), "{plain}: only the quick walk finds {ids:?}")
        }
        (Err(fault), Ok(ids)) => assert!(ids.is_empty(), "{plain}: {fault:?}, and the library finds {ids:?}"),
        (_, Err(_)) => {}
    }
}

/// A profile that asks for nothing.
struct Counted(u64);

impl RecordProfile for Counted {
    fn empty(&self) -> Self {
        Self(0)
    }

    fn add(&mut self, _: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        self.0 += 1;
        Ok(Noted::default())
    }

    fn merge(&mut self, later: &Self) {
        self.0 += later.0;
    }
}

fn is_measured_once(record: &CaptureRecord<'_>) {
    let instant = record.event_metadata.inference_time;
    let Ok(window) =
        Window::ending_at(instant + jiff::SignedDuration::from_hours(1), jiff::SignedDuration::from_hours(1))
    else {
        return;
    };
    assert!(window.contains(instant), "{instant} in {window:?}");
    let mut filter = WindowFilter::new(window);
    let first = filter.measure(record, &mut Counted(0), &mut Counted(0)).is_ok();
    assert_eq!(first, !record.is_replay());
    let (mut profile, mut copies) = (Counted(0), Counted(0));
    let again = filter.measure(record, &mut profile, &mut copies);
    let is_measured_again = first && record.event_number().is_none();
    assert_eq!(
        (again.is_ok(), profile.0),
        (is_measured_again, u64::from(is_measured_again)),
        "the same record twice"
    );
}

/// What is taken for a flat object is one to a general JSON reader, with as many columns as it has keys.
fn is_flat(text: &str) {
    let mut lines = JsonLines::default();
    if lines.add(text.as_bytes()).is_err() {
        return;
    }
    let table = lines.finish();
    assert_eq!(table.rows(), 1);
    to_vec(&table.observe().statistics).expect("statistics hold only numbers that JSON has");
    if let Ok((seen, _)) = tolerant(text, |text| serde_json::from_str::<Value>(text)) {
        let seen = seen.as_object().expect("a row is an object");
        assert!(seen.values().all(|value| !value.is_object() && !value.is_array()), "{text}");
        assert_eq!(table.names().len(), seen.len(), "{text}");
    }
}

/// The rows of a record, under any reading of its sides, are statistics; nothing of a refused record is counted.
fn is_profiled(record: &CaptureRecord<'_>) {
    for sides in [Sides::Both, Sides::Output, Sides::Input] {
        for batched in [Batched::Explode, Batched::SingleCell] {
            let mut rows = CapturedRows::new(Columns { sides, batched, ..Columns::default() });
            let added = rows.add(record).is_ok();
            let mut merged = rows.empty();
            merged.merge(&rows);
            let ((table, lost), (same, _)) = (rows.finish(), merged.finish());
            assert!(added || table.rows() == 0, "{} rows of a record that was refused", table.rows());
            assert!(lost.is_empty(), "one record has one width: {lost:?}");
            let written =
                to_vec(&table.observe().statistics).expect("statistics hold only numbers that JSON has");
            assert_eq!(to_vec(&same.observe().statistics).expect("the same"), written);
        }
    }
}
