//! The runs of a schedule, listed from its reports.

use crate::harness::time;
use crate::routing::{Routing, at};
use bellwether_contract::execution::Status;
use bellwether_pipeline::executions::{Query, executions};

async fn listed(routing: &Routing, from: Option<&str>, to: Option<&str>) -> Vec<(String, u8, String)> {
    let asked = Query {
        endpoint: "newsroom-prod".parse().unwrap(),
        schedule: "diversity-hourly".parse().unwrap(),
        from: from.map(time),
        to: to.map(time),
    };
    let listed = executions(&routing.harness.store("reports"), &asked).await.unwrap();
    let row = |listed: bellwether_pipeline::executions::Listed| {
        let said = match listed.read {
            Ok(run) => {
                let names = run.violations.map_or_else(
                    |error| error.error_type().to_owned(),
                    |violations| {
                        let names: Vec<_> =
                            violations.into_iter().filter_map(|violation| violation.metric_name).collect();
                        names.join(",")
                    },
                );
                format!("{} {names}", run.execution.monitoring_execution_status)
            }
            Err(error) => error.error_type().to_owned(),
        };
        (listed.run.hour.to_string()[11..13].to_owned(), listed.run.revision, said.trim().to_owned())
    };
    listed.into_iter().map(row).collect()
}

fn row(hour: &str, revision: u8, said: &str) -> (String, u8, String) {
    (hour.to_owned(), revision, said.to_owned())
}

#[tokio::test]
async fn the_newest_run_is_last_and_a_broken_one_hides_no_other() {
    let routing = Routing::open().await;
    let hours = [
        at(14).mean(6.5),
        at(9).mean(4.5),
        at(13).mean(6.5).second(),
        at(13).mean(2.0),
        at(14).mean(2.0).second(),
        at(15).status(Status::Inconclusive),
    ];
    for hour in hours {
        routing.publish(&hour).await;
    }
    let folder = "reports/newsroom-prod/diversity-hourly/2026/10/31";
    routing.harness.put(&format!("{folder}/14/execution.json"), "{").await;
    routing.harness.put(&format!("{folder}/14/revision-2/constraint_violations.json"), "{").await;
    routing.harness.put(&format!("{folder}/notes/execution.json"), "{").await;
    routing.harness.put("reports/newsroom-prod/diversity-hourly/.DS_Store", "x").await;
    routing.harness.put(&format!("{folder}/13/.keep"), "").await;
    routing.harness.put("reports/newsroom-prod/diversity-hourly-2/2026/10/31/09/execution.json", "{").await;
    // A report without its commit, and a commit that somebody copied here.
    routing.harness.put(&format!("{folder}/16/statistics.json"), "{}").await;
    let other = String::from_utf8(
        routing
            .harness
            .store("reports")
            .get("newsroom-prod/diversity-hourly/2026/10/31/15/execution.json", 1 << 20)
            .await
            .unwrap()
            .to_vec(),
    )
    .unwrap();
    routing.harness.put(&format!("{folder}/17/execution.json"), other.clone()).await;
    let other = other.replace("diversity-hourly", "diversity-daily");
    routing.harness.put(&format!("{folder}/18/execution.json"), other).await;
    let all = [
        row("09", 1, "CompletedWithViolations top10_category_diversity_p5"),
        row(
            "13",
            1,
            "CompletedWithViolations top10_category_diversity_p5,top10_category_diversity_mean_floor",
        ),
        row("13", 2, "Completed"),
        row("14", 1, "MalformedInput"),
        row("14", 2, "CompletedWithViolations MalformedInput"),
        row("15", 1, "Inconclusive"),
        row("16", 1, "MalformedInput"),
        row("17", 1, "MalformedInput"),
        row("18", 1, "MalformedInput"),
    ];
    assert_eq!(listed(&routing, None, None).await, all);
    let (from, to) = (Some("2026-10-31T13:00:00Z"), Some("2026-10-31T14:00:00Z"));
    assert_eq!(listed(&routing, from, None).await, all[1..]);
    assert_eq!(listed(&routing, None, to).await, all[..3]);
    assert_eq!(listed(&routing, from, to).await, all[1..3]);
    assert_eq!(listed(&routing, to, from).await, []);
}
