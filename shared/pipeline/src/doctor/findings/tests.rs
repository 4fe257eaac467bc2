use super::*;
use bellwether_contract::capture::LeftOut;

fn window() -> Window {
    let at = |time: &str| time.parse().expect("a time");
    Window::new(at("2026-10-31T08:00:00Z"), at("2026-10-31T09:00:00Z")).expect("an hour")
}

/// So many records of CSV, and lines of which these could not be measured.
fn seen(records: u64, left_out: &[(LeftOut, u64)]) -> (CaptureSummary, CapturedKinds) {
    let lines = records + left_out.iter().map(|(_, count)| count).sum::<u64>();
    let left_out = left_out.iter().copied().collect();
    let summary =
        CaptureSummary { files: u64::from(lines > 0), lines, used: records, left_out, ..Default::default() };
    let kind = SideKind { encoding: "CSV".to_owned(), content_type: "text/csv".to_owned() };
    let input = (records > 0).then_some((kind, records)).into_iter().collect();
    (summary, CapturedKinds { records, input, output: BTreeMap::new() })
}

fn capture(
    (lines, kinds): &(CaptureSummary, CapturedKinds),
    unread: Option<&str>,
    neighbours: &Neighbours,
) -> Diagnosis {
    of_capture(SeenTraffic { window: window(), lines, kinds, unread, neighbours })
}

#[test]
fn traffic_is_told_by_its_kinds_and_what_is_missing_by_what_is_there() {
    let nobody = Neighbours::default();
    let well = capture(&seen(600, &[(LeftOut::Replay, 5)]), None, &nobody);
    assert_eq!(well.health, Health::Ok);
    assert_eq!(
        well.found,
        "1 file, 605 lines from 2026-10-31T08:00:00Z to 2026-10-31T09:00:00Z: request CSV (text/csv) 600, response none; \
         left out: 5 replay"
    );
    let few = capture(&seen(600, &[(LeftOut::Json, 6)]), None, &nobody);
    assert_eq!(few.health, Health::Ok, "1 % is the limit, and 6 of 606 is below");
    let broken = capture(&seen(600, &[(LeftOut::Json, 7)]), None, &nobody);
    assert!(broken.health == Health::Problem && broken.found.contains("1.1532 % of the lines"), "{broken:?}");
    let astray = capture(&seen(600, &[]), Some("x lies outside the folders"), &nobody);
    assert!(
        astray.health == Health::Warning && astray.found.ends_with("; x lies outside the folders"),
        "{astray:?}"
    );

    let quiet = capture(&seen(0, &[]), None, &nobody);
    assert!(quiet.health == Health::Warning && quiet.found.contains("was captured before"), "{quiet:?}");
    let foreign = capture(&seen(0, &[(LeftOut::OutsideWindow, 3)]), None, &nobody);
    assert!(
        foreign.health == Health::Problem && foreign.found.contains("no record of this window"),
        "{foreign:?}"
    );
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let others = Neighbours { endpoints: names(&["ages", "news"]), variants: Vec::new() };
    let never = capture(&seen(0, &[]), Some("endpoint age was never captured; turn capture on"), &others);
    assert_eq!(never.found, "endpoint age was never captured; endpoints there: ages, news");
    assert_eq!((never.health, never.remedy.as_str()), (Health::Problem, "turn capture on"));
    let variants = Neighbours { variants: names(&["blue"]), ..others };
    assert!(
        capture(&seen(0, &[]), Some("no"), &variants).found.ends_with("variants of the endpoint there: blue")
    );
}

// By hand: 100 MB a second, 62 MB and 20 bytes for each 655 of the window's.
#[test]
fn a_window_is_held_against_a_functions_time_and_memory() {
    let of = |size_bytes, packed_bytes| of_size(CaptureVolume { files: 2, size_bytes, packed_bytes });
    assert_eq!(
        of(655_000_000, 0),
        Diagnosis::ok(
            "size",
            "a window like this one, 2 files of 655 MB, takes about 7 of 900 s and 82 of 1024 MB"
        )
    );
    assert_eq!(of(45_000 * MB, 0).health, Health::Ok);
    assert_eq!(of(45_001 * MB, 0).health, Health::Warning);
    assert_eq!(of(84_000 * MB, 0).health, Health::Warning);
    let large = of(84_001 * MB, 0);
    assert!(
        large.health == Health::Problem && large.found.contains("841 of 900 s and 142 of 1024 MB"),
        "{large:?}"
    );
    let packed = of(9_000 * MB, 9_000 * MB);
    assert!(
        packed.health == Health::Problem && packed.found.contains("90000 MB once unpacked"),
        "{packed:?}"
    );
    assert_eq!(of_size(CaptureVolume::default()).health, Health::NotChecked);
}

#[test]
fn completeness_is_well_between_its_limits_and_not_checked_below_a_hundred() {
    let of =
        |seen, calls| of_completeness(&Completeness { seen, calls: Ok(calls), sampling_percentage: 50.0 });
    for (seen, calls, health) in [
        (79, 200.0, Health::Problem),
        (80, 200.0, Health::Ok),
        (110, 200.0, Health::Ok),
        (111, 200.0, Health::Warning),
        (99, 198.0, Health::NotChecked),
    ] {
        assert_eq!(of(seen, calls).health, health, "{seen} of {calls}");
    }
    assert_eq!(
        of(10, 200.0).found,
        "10 % of what should be captured is there: 10 records of 200 calls at 50 %"
    );
}

#[test]
fn what_was_not_looked_at_is_never_ok() {
    assert_eq!(of_events("s3://b", true).health, Health::Ok);
    assert_eq!(of_events("s3://b", false).health, Health::Problem);
    assert!(Health::Ok < Health::NotChecked && Health::NotChecked < Health::Problem);
}
