//! Whatever keeps monitors from being judged pages somebody within hours, whatever rings already: at 3 a.m. no silence means health.

use super::deployment::{BUCKET, Deployment, NAME, hour};
use super::traffic::{baseline, catalog, lists, rows, without_ages};
use bellwether_alarms::template::Template;
use bellwether_alarms::{Alarms, State};
use bellwether_tests::troubles::Trouble;
use std::collections::{BTreeMap, BTreeSet};

/// One whose violation persists, so that the alarm that stands for all rings from the beginning.
const VIOLATING: &str = "  - {name: violating, monitor: data-quality, endpoint_name: violating, \
    baseline_constraints_uri: '{root}/baseline/constraints.json'}\n";
/// The one that comes into trouble.
const OTHER: &str = "  - {name: other, monitor: diversity, endpoint_name: other, catalog_uri: '{root}/catalog.json', replay: none}\n";
/// One that is behind from the beginning, so that the alarm of those rings too.
const MISSPELT: &str = "  - {name: misspelt, monitor: data-quality, endpoint_name: other, evry: day}\n";
/// Ticks before the trouble, and ticks of it.
const WELL: [&str; 3] = ["31T02", "31T03", "31T04"];
const ILL: [&str; 5] = ["31T05", "31T06", "31T07", "31T08", "31T09"];

/// What goes wrong.
#[derive(Debug)]
enum Wrong {
    /// The document has these monitors now.
    Monitors(&'static str),
    /// It holds this text.
    Text(String),
    /// It is gone.
    NoDocument,
    /// These requests are refused.
    Refused(&'static str, &'static str),
}

fn document(monitors: &str) -> String {
    format!(
        "version: 1\ndefaults: {{capture_uri: '{{root}}/capture', variant_name: AllTraffic}}\nmonitors:\n{monitors}"
    )
}

async fn stack() -> Deployment {
    let deployment = Deployment::new().await;
    baseline(&deployment).await;
    catalog(&deployment).await;
    for start in 1..9 {
        let start = hour(&format!("31T{start:02}"));
        rows(&deployment, "violating", start, without_ages).await;
        lists(&deployment, "other", start).await;
    }
    deployment
}

async fn go_wrong(deployment: &Deployment, wrong: Wrong, behind: &str) {
    match wrong {
        Wrong::Monitors(monitors) => deployment.document(&document(&format!("{monitors}{behind}"))).await,
        Wrong::Text(text) => deployment.document(&text).await,
        Wrong::NoDocument => {
            deployment.harness.delete("monitors.yaml").await;
        }
        Wrong::Refused(operation, path) => {
            drop(deployment.harness.aws().inject(Trouble::Forbidden403.at(operation).at_path(path)));
        }
    }
}

/// Alarms that page by themselves, as the template has them.
fn paging(template: &Template) -> BTreeSet<String> {
    let resources = template.document()["Resources"].as_object().expect("resources");
    let pages = |resource: &serde_json::Value| {
        resource["Properties"]["AlarmActions"].to_string().contains("AlarmTopic")
    };
    resources.iter().filter(|(_, resource)| pages(resource)).map(|(name, _)| name.clone()).collect()
}

fn ringing(alarms: &Alarms, paging: &BTreeSet<String>) -> BTreeSet<String> {
    let rings = |name: &&String| alarms.state(name).expect("an alarm") == State::Alarm;
    paging.iter().filter(rings).cloned().collect()
}

/// Lives hours that are well, then hours that are not until an alarm pages that did not before: which one, and the dispatcher's error then.
async fn paged(wrong: Wrong, behind: &str) -> (Vec<String>, Option<String>) {
    let mut deployment = stack().await;
    let template = Template::embedded().expect("a template");
    let given = [("AWS::StackName", NAME), ("InputsBucket", BUCKET), ("ReportsBucket", BUCKET)];
    let given: BTreeMap<_, _> = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut alarms = template.alarms(&given).expect("alarms");
    let paging = paging(&template);
    deployment.document(&document(&format!("{VIOLATING}{OTHER}{behind}"))).await;
    let mut seen = 0;
    for at in WELL {
        let ticked = deployment.tick(hour(at)).await;
        assert!(ticked.dead.is_empty(), "{at}: {:?}", ticked.dead);
        seen = deployment.alarmed(&mut alarms, seen, hour(at));
    }
    let rang = ringing(&alarms, &paging);
    assert!(rang.contains("PagingAlarm"), "a violation persists: {rang:?}");
    assert_eq!(rang.contains("BehindAlarm"), !behind.is_empty());
    go_wrong(&deployment, wrong, behind).await;
    let mut error = None;
    for at in ILL {
        error = deployment.tick(hour(at)).await.dead.remove("dispatch");
        seen = deployment.alarmed(&mut alarms, seen, hour(at));
        let heard = &ringing(&alarms, &paging) - &rang;
        if !heard.is_empty() {
            return (Vec::from_iter(heard), error);
        }
    }
    (Vec::new(), error)
}

const MISNAMED: &str = "  - {name: other, monitor: diversity, endpoint_name: other, catalogue_uri: x}\n";
const PAUSED: &str = "  - {name: other, enabled: false, monitor: diversity, endpoint_name: other, catalog_uri: '{root}/catalog.json'}\n";

/// The first alarm that stands for all rings for a violation that persists, and shows nothing any more.
#[tokio::test]
async fn a_monitor_that_stops_pages_behind_a_violation_that_persists() {
    let nothing = Wrong::Text(document(&format!("{VIOLATING}{OTHER}")));
    assert_eq!(paged(nothing, "").await, (Vec::new(), None));
    for wrong in [
        Wrong::Monitors(MISNAMED),
        Wrong::Refused("lambda:Invoke", "/diversity-check/"),
        Wrong::Refused("s3:GetObject", "/reports/other/"),
    ] {
        assert_eq!(paged(wrong, "").await.0, ["BehindAlarm"]);
    }
}

/// And so does whatever else can happen, behind a monitor that is behind since yesterday besides.
#[tokio::test]
async fn nothing_is_silent_behind_a_monitor_that_is_behind() {
    let [dead, newly] = ["HeartbeatAlarm", "NewlyBehindAlarm"];
    let huge = "#".repeat(1024 * 1024 + 1);
    for (wrong, alarm, error) in [
        (Wrong::NoDocument, dead, "ObjectNotFound"),
        (Wrong::Text(huge), dead, "ObjectTooLarge"),
        (Wrong::Text("version: 2\nmonitors: []\n".to_owned()), dead, "InvalidDocument"),
        (Wrong::Refused("s3:GetObject", "/monitors.yaml"), dead, "AccessRefused"),
        (Wrong::Text(document(PAUSED)), dead, ""),
        (Wrong::Refused("monitoring:PutMetricData", ""), dead, "MetricsRefused"),
        (Wrong::Monitors(MISNAMED), newly, ""),
        (Wrong::Monitors("  - {monitor: diversity}\n"), newly, ""),
        (Wrong::Refused("lambda:Invoke", "/diversity-check/"), newly, "NotDispatched"),
        (Wrong::Refused("s3:ListObjectsV2", "capture%2Fother%2F"), newly, ""),
        (Wrong::Refused("s3:GetObject", "/reports/other/"), newly, "NotDispatched"),
        (Wrong::Refused("s3:PutObject", "/reports/other/"), newly, ""),
        (Wrong::Refused("s3:PutObject", "/reports-state/"), newly, "AccessRefused"),
        (Wrong::Refused("s3:GetObject", "/monitors/other.json"), newly, "NotDispatched"),
        (Wrong::Refused("s3:GetObject", "/reports-state/monitors/"), newly, "AccessRefused"),
    ] {
        let what = format!("{wrong:?}").chars().take(80).collect::<String>();
        let (alarms, told) = paged(wrong, MISSPELT).await;
        assert_eq!(
            (alarms.as_slice(), told.as_deref().unwrap_or_default()),
            (&[alarm.to_owned()][..], error),
            "{what}"
        );
    }
}
