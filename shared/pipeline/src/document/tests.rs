use super::*;
use crate::monitor::Monitor;
use crate::monitors::data_quality::{DataQuality, DataQualitySettings};
use bellwether_contract::window::Offsets;
use jiff::{SignedDuration, Timestamp};

fn of_a_stack(name: &str) -> Option<String> {
    (name == "REPORTS_URI").then(|| "s3://reports/model-monitor".to_owned())
}

const STACK: Holder<'static> = Holder::Stack(&of_a_stack);

fn read(text: &str) -> Result<Document, DocumentError> {
    Document::read("monitors.yaml", text.as_bytes(), Holder::Command(&|_| None))
}

const TWO: &str = "\
version: 1
defaults: {capture_uri: s3://captures/all, variant_name: AllTraffic, reports_uri: out/reports}
monitors:
  - name: lists
    monitor: diversity
    endpoint_name: news
    catalog_uri: s3://my-bucket/catalog.json
    replay: none
  - name: paused
    monitor: data-quality
    endpoint_name: churn
    enabled: false
";

#[test]
fn an_entry_is_its_own_settings_over_those_of_all() {
    let document = read(TWO).unwrap();
    document.whole().unwrap();
    let lists = document.entry("lists").unwrap();
    assert!(lists.enabled && !document.entry("paused").unwrap().enabled);
    for (name, text) in [
        ("SCHEDULE_NAME", Some("lists")),
        ("CAPTURE_URI", Some("s3://captures/all")),
        ("CATALOG_URI", Some("s3://my-bucket/catalog.json")),
        ("CADENCE", Some("PT1H")),
        ("TOP_K", None),
    ] {
        assert_eq!(lists.lookup(name).as_deref(), text, "{name}");
    }
    // No setting of its own: a default that another monitor has.
    let shared = TWO.replace("defaults: {", "defaults: {catalog_uri: s3://my-bucket/all.json, ");
    let document = read(&shared).unwrap();
    assert_eq!(document.entry("paused").unwrap().lookup("CATALOG_URI"), None);
    assert_eq!(
        document.entry("lists").unwrap().lookup("CATALOG_URI").unwrap(),
        "s3://my-bucket/catalog.json"
    );
}

#[test]
fn an_entry_of_a_monitor_that_is_not_known_is_a_mistake_whether_it_runs_or_not() {
    for enabled in ["true", "false"] {
        let unknown = format!("  - {{name: later, monitor: model-poetry, enabled: {enabled}}}\n");
        let document = read(&format!("{TWO}{unknown}")).unwrap();
        assert_eq!(document.mistakes()[0].line, 13, "{enabled}");
    }
}

#[test]
fn a_daily_monitor_judges_its_day_at_its_hour() {
    let daily = TWO.replace("    enabled: false", "    every: day\n    at_hour: 6");
    let document = read(&daily).unwrap();
    let entry = document.entry("paused").unwrap();
    let settings: DataQualitySettings = entry.settings().unwrap();
    assert_eq!(settings.schedule.cadence(), SignedDuration::from_hours(24));
    assert_eq!(settings.schedule.offsets(), Offsets::of_length(SignedDuration::from_hours(24)));
    for (at, due, is_due) in [
        ("2026-10-31T06:00:00Z", "2026-10-31T06:00:00Z", true),
        ("2026-10-31T06:59:00Z", "2026-10-31T06:00:00Z", true),
        ("2026-10-31T05:59:59Z", "2026-10-30T06:00:00Z", false),
        ("2026-10-31T23:00:00Z", "2026-10-31T06:00:00Z", false),
    ] {
        let [at, due] = [at, due].map(|text| text.parse::<Timestamp>().unwrap());
        assert_eq!((entry.every.last_due(at), entry.every.is_due(at)), (due, is_due), "{at}");
        assert_eq!(Every::Hour.last_due(at), bellwether_contract::window::truncate(at));
    }
    let own = daily.replace("    every: day", "    every: day\n    start_time_offset: -PT6H");
    let document = read(&own).unwrap();
    let settings: DataQualitySettings = document.entry("paused").unwrap().settings().unwrap();
    assert_eq!(settings.schedule.offsets().start, SignedDuration::from_hours(-6));
}

#[test]
fn an_entrys_own_way_to_say_its_hours_replaces_that_of_the_defaults() {
    for (of_all, own, begins_hours) in [
        ("window: PT2H", "start_time_offset: -PT6H", -6),
        ("start_time_offset: -PT6H, end_time_offset: -PT1H", "window: PT2H", -2),
        ("start_time_offset: -PT6H", "end_time_offset: -PT1H", -6),
        ("window: PT2H", "sampling_percentage: 50", -2),
    ] {
        let text = TWO.replace("reports_uri: out/reports", &format!("reports_uri: out/reports, {of_all}"));
        let document = read(&text.replace("    enabled: false", &format!("    {own}"))).unwrap();
        let settings: DataQualitySettings = document.entry("paused").unwrap().settings().unwrap();
        let begins = settings.schedule.offsets().start;
        assert_eq!(begins, SignedDuration::from_hours(begins_hours), "{own} over {of_all}");
    }
}

#[test]
fn the_stack_says_what_is_the_stacks() {
    let text = TWO.replace(", reports_uri: out/reports", "");
    let document = Document::read("m", text.as_bytes(), STACK).unwrap();
    let lists = document.entry("lists").unwrap();
    assert_eq!(lists.lookup("REPORTS_URI").unwrap(), "s3://reports/model-monitor");
    for said in [
        "reports_uri: s3://elsewhere/x",
        "state_uri: s3://elsewhere/x",
        "metrics_namespace: Mine",
        "stack_name: another",
        "stack_metrics_namespace: Mine",
    ] {
        let text = text.replace("    replay: none", &format!("    replay: none\n    {said}"));
        let document = Document::read("m", text.as_bytes(), STACK).unwrap();
        let told = document.entry("lists").unwrap_err().to_string();
        assert!(told.contains("line 9: lists: ") && told.contains("belongs to the stack"), "{told}");
        assert!(document.entry("paused").is_ok());
    }
    let told = Document::read("m", TWO.as_bytes(), STACK).unwrap_err().to_string();
    assert!(told.contains("line 2: defaults: reports_uri: belongs to the stack"), "{told}");
    // What a command is told stands over its document.
    let lookup = &|name: &str| (name == "REPORTS_URI").then(|| "elsewhere".to_owned());
    let document = Document::read("m", TWO.as_bytes(), Holder::Command(lookup)).unwrap();
    assert_eq!(document.entry("lists").unwrap().lookup("REPORTS_URI").unwrap(), "elsewhere");
    // Who only looks takes both.
    for (text, reports) in [(TWO, "out/reports"), (&text, OF_SOME_STACK)] {
        let document = Document::read("m", text.as_bytes(), Holder::Onlooker).unwrap();
        assert_eq!(document.entry("lists").unwrap().lookup("REPORTS_URI").unwrap(), reports);
    }
    assert!(Document::read("m", text.as_bytes(), Holder::Command(&|_| None)).unwrap().whole().is_err());
}

#[test]
fn every_mistake_is_told_with_its_line_in_the_words_of_a_document() {
    for (from, to, told) in [
        (
            "    catalog_uri:",
            "    catalogue_uri:",
            "line 7: lists: \"catalogue_uri\" is no setting of diversity; catalog_uri is probably meant",
        ),
        ("    catalog_uri: s3://my-bucket/catalog.json\n", "", "line 4: lists: catalog_uri is missing"),
        (
            "    replay: none",
            "    replay: none\n    top_k: many",
            "line 9: lists: top_k: \"many\" is not a number from 1 to 1000",
        ),
        (
            "    replay: none",
            "    replay: none\n    TOP_K: 3",
            "line 9: lists: \"TOP_K\" is no setting of diversity; top_k is probably meant",
        ),
        ("    replay: none", "    replay: sagemaker", "lists: validation_set_uri is missing: a replay needs"),
        ("    replay: none", "    replay:", "line 8: lists: replay: has no value"),
        (
            "    replay: none",
            "    replay: none\n    schedule_name: x",
            "line 9: lists: schedule_name: is the entry's name",
        ),
        (
            "    replay: none",
            "    replay: none\n    cadence: PT1H",
            "line 9: lists: cadence: is said by every",
        ),
        (
            "    replay: none",
            "    replay: none\n    at_hour: 3",
            "line 9: lists: at_hour: stands beside every: day alone",
        ),
        (
            "    replay: none",
            "    replay: none\n    every: week",
            "line 9: lists: every: \"week\" is none of hour, day",
        ),
        (
            "    replay: none",
            "    replay: none\n    window: PT2H\n    start_time_offset: -PT6H",
            "start_time_offset and window both",
        ),
        (
            "monitor: diversity",
            "monitor: diversty",
            "line 5: lists: monitor: \"diversty\" is none of diversity, data-quality",
        ),
        ("    monitor: diversity\n", "", "line 4: lists: monitor is missing: one of diversity, data-quality"),
        ("name: lists", "name: a b", "line 4: a b: name: "),
        ("  - name: lists\n", "  - enabled: true\n", "line 4: monitors[0]: name is missing"),
        ("enabled: false", "enabled: no", "line 12: paused: enabled: \"no\" is none of true, false"),
        ("name: paused", "name: lists", "line 9: lists: the name stands in lines 4, 9"),
        ("version: 1", "version: 2", "line 1: version: must be 1"),
        ("version: 1\n", "", "line 1: version: is missing"),
        ("monitors:", "monitor:", "line 3: \"monitor\" is no part of a document; monitors is probably meant"),
        (
            "capture_uri:",
            "captureuri:",
            "line 2: defaults: \"captureuri\" is no setting of any monitor; capture_uri is probably meant",
        ),
        (
            "capture_uri: s3://captures/all",
            "capture_uri: {}",
            "line 2: defaults: capture_uri: is a map, and must be a text",
        ),
    ] {
        let text = TWO.replacen(from, to, 1);
        assert_ne!(text, TWO, "{from}");
        let error = read(&text).and_then(|document| document.whole()).unwrap_err();
        let told_lines: Vec<String> = error.mistakes.iter().map(ToString::to_string).collect();
        assert!(told_lines.iter().any(|line| line.contains(told)), "{told}: {told_lines:#?}");
    }
}

#[test]
fn a_broken_entry_leaves_the_others_alone_and_all_mistakes_come_together() {
    let text = TWO
        .replace("catalog_uri: s3", "catalogue_uri: s3")
        .replace("enabled: false", "enabled: no\n    colour: red");
    let document = read(&text).unwrap();
    assert_eq!(document.mistakes().len(), 4, "{:#?}", document.mistakes());
    let lines: Vec<usize> = document.mistakes().iter().map(|mistake| mistake.line).collect();
    assert!(lines.is_sorted());
    let one = TWO.replace("enabled: false", "enabled: no");
    let document = read(&one).unwrap();
    assert!(document.entry("lists").is_ok() && document.entry("paused").is_err());
    let told = document.entry("list").unwrap_err().to_string();
    assert!(told.contains("no monitor is called \"list\"; lists is probably meant"), "{told}");
}

#[test]
fn what_is_quoted_in_a_mistake_stays_as_it_was_written() {
    let text = TWO.replace("replay: none", "replay: none\n    recommendations_path: 'TOP_K ['");
    let told = read(&text).unwrap().entry("lists").unwrap_err().to_string();
    assert!(told.contains("recommendations_path: ") && told.contains("TOP_K ["), "{told}");
}

#[test]
fn a_document_that_is_too_large_or_no_text_is_refused() {
    let many: String =
        (0..501).map(|number| format!("  - name: m{number}\n    monitor: diversity\n")).collect();
    let told = read(&format!("version: 1\nmonitors:\n{many}")).unwrap_err().to_string();
    assert!(told.contains("501 entries, and a document holds at most 500"), "{told}");
    let padded = format!("{TWO}#{}", "x".repeat(1024 * 1024));
    assert!(read(&padded).unwrap_err().to_string().contains("at most 1048576"));
    let told = Document::read("m", b"version: 1\n\xff", Holder::Command(&|_| None)).unwrap_err().to_string();
    assert!(told.contains("line 2: is not UTF-8"), "{told}");
    assert!(Document::read("m", format!("\u{feff}{TWO}").as_bytes(), Holder::Command(&|_| None)).is_ok());
}

#[test]
fn a_list_of_texts_is_a_setting_with_commas() {
    let named = TWO.replace("enabled: false", "feature_metrics: [age, \"plan\"]");
    let settings: DataQualitySettings = read(&named).unwrap().entry("paused").unwrap().settings().unwrap();
    assert_eq!(settings.feature_metrics.into_iter().collect::<Vec<_>>(), ["age", "plan"]);
    let told = read(&TWO.replace("enabled: false", "feature_metrics: [\"a,b\"]")).unwrap().mistakes();
    assert!(told[0].text.contains("feature_metrics: "), "{told:?}");
}

#[test]
fn every_setting_of_every_monitor_is_a_key_and_stands_in_the_schema() {
    let schema = schema();
    let entries = schema["properties"]["monitors"]["items"]["oneOf"].as_array().unwrap();
    assert_eq!(entries.len(), TABLE.len());
    for (monitor, entry) in TABLE.iter().zip(entries) {
        assert_eq!(entry["properties"]["monitor"]["const"], monitor.name);
        for variable in monitor.variables {
            let is_there = !entry["properties"][key(variable)].is_null();
            assert_eq!(is_there, !["SCHEDULE_NAME", "CADENCE"].contains(&variable.name), "{}", variable.name);
        }
    }
    assert_eq!(<DataQuality as Monitor>::NAME, "data-quality");
}

/// Whatever somebody does to a document, it is read or refused, and a mistake names a line that is there.
#[test]
fn no_damage_is_too_much() {
    const PARTS: [&[u8]; 18] = [
        b":", b"- ", b"\n", b"  ", b"\t", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!x ", b"'", b"\"",
        b"---\n", b"? ", b"|\n", b"\xff",
    ];
    let mut rng = fastrand::Rng::with_seed(13);
    let (mut whole, mut broken, mut refused) = (0, 0, 0);
    for _ in 0..3_000 {
        let mut bytes = TWO.as_bytes().to_vec();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(0..bytes.len());
            match rng.u8(0..3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.truncate(at.max(40)),
                _ => drop(bytes.splice(at..at, rng.choice(PARTS).unwrap_or_default().iter().copied())),
            }
        }
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
        let read = Document::read("m", &bytes, Holder::Onlooker);
        let mistakes = match &read {
            Ok(document) if document.mistakes().is_empty() => {
                whole += 1;
                continue;
            }
            Ok(document) => {
                broken += 1;
                document.mistakes()
            }
            Err(error) => {
                refused += 1;
                error.mistakes.clone()
            }
        };
        assert!(!mistakes.is_empty());
        for Mistake { line, text } in mistakes {
            let text_of = String::from_utf8_lossy(&bytes);
            assert!(
                (1..=lines + 1).contains(&line) && !text.is_empty(),
                "line {line} of {lines}: {text}\n{text_of}"
            );
        }
    }
    // Each kind of end is met.
    assert!(whole > 100 && broken > 100 && refused > 100, "{whole} {broken} {refused}");
}

const DAILY: &str = "\
version: 1
defaults: {capture_uri: s3://captures/all, variant_name: AllTraffic, endpoint_name: churn, reports_uri: out/reports}
monitors:
  - {name: hourly, monitor: data-quality}
  - {name: daily, monitor: data-quality, every: day, at_hour: 1, of: hourly}
  - {name: weekly, monitor: data-quality, every: day, at_hour: 2, of: daily, window: PT168H}
  - {name: rolling, monitor: data-quality, of: hourly, start_time_offset: -PT8H, end_time_offset: -PT2H}
";

#[test]
fn windows_of_kept_hours_end_when_the_last_run_of_them_is_over() {
    let document = read(DAILY).unwrap();
    document.whole().unwrap();
    let offsets = |name: &str| {
        let offsets = document.entry(name).unwrap().schedule().unwrap().offsets();
        (offsets.start.as_hours(), offsets.end.as_hours())
    };
    assert_eq!(offsets("daily"), (-25, -1));
    assert_eq!(offsets("weekly"), (-170, -2));
    assert_eq!(offsets("rolling"), (-8, -2));
    // At one in the morning, the day before.
    let daily = document.entry("daily").unwrap();
    let window = daily.schedule().unwrap().offsets().window("2026-11-01T01:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(
        window.to_string(),
        "2026-10-31T00:00:00Z to 2026-11-01T00:00:00Z, scheduled at 2026-11-01T01:00:00Z"
    );
    assert_eq!(daily.settings::<DataQualitySettings>().unwrap().profiles.of.unwrap().as_str(), "hourly");
}

#[test]
fn an_entry_of_another_that_does_not_fit_is_a_mistake_in_its_line() {
    for (what, instead, told) in [
        (
            "of: hourly}\n  - {name: weekly",
            "of: horly}\n  - {name: weekly",
            "line 5: daily: of: no monitor is called \"horly\"; hourly is probably meant",
        ),
        (
            "name: hourly, monitor: data-quality",
            "name: hourly, monitor: data-quality, keep_profiles: false",
            "hourly keeps no profiles",
        ),
        (
            "name: hourly, monitor: data-quality",
            "name: hourly, monitor: data-quality, endpoint_name: other",
            "hourly watches other/AllTraffic, and this one churn/AllTraffic",
        ),
        (
            "name: hourly, monitor: data-quality",
            "name: hourly, monitor: data-quality, start_time_offset: -PT6H",
            "do not follow each other",
        ),
        (
            "name: hourly, monitor: data-quality",
            "name: hourly, monitor: data-quality, every: wek",
            "hourly in line 4 is broken",
        ),
        (
            "every: day, at_hour: 1, of: hourly",
            "of: hourly",
            "a window of 1 hours is not made of several of 1",
        ),
        ("end_time_offset: -PT2H", "end_time_offset: -PT0H", "write -PT1H or earlier"),
        ("at_hour: 2, of: daily", "of: daily", "do not end with those of daily; schedule it 2 hours later"),
        ("every: day, at_hour: 2, of: daily", "of: daily", "more often than windows of daily end"),
        ("at_hour: 1, of: hourly", "at_hour: 1, of: weekly", "these lead back to each other"),
        (
            "name: hourly, monitor: data-quality",
            "name: hourly, monitor: model-bias, ground_truth_uri: t, analysis_config_uri: a",
            "hourly is a monitor of model-bias, and this one is of data-quality",
        ),
    ] {
        assert!(DAILY.contains(what), "{what}");
        let document = read(&DAILY.replace(what, instead)).unwrap();
        let mistakes: Vec<String> = document.mistakes().iter().map(ToString::to_string).collect();
        assert!(mistakes.iter().any(|mistake| mistake.contains(told)), "{told}: {mistakes:?}");
    }
}
