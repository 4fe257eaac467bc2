//! What a page must say of its run, whoever judged it: it knows no monitor.

use crate::site::Tree;
use bellwether_contract::evaluation::{CheckOutcome, Evaluations};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::judged::Judged;
use bellwether_page::run::MOST_PAGE_BYTES;
use bellwether_page::words::{bdi, sentence};
use std::collections::BTreeSet;
use std::path::Path;

/// What stands behind a name in the table of all checks.
fn row<'p>(page: &'p str, of: &str) -> Option<&'p str> {
    let (_, evidence) = page.split_once("Limits as they were applied")?;
    let (_, row) = evidence.split_once(&bdi(of).into_string().replace("<wbr>", ""))?;
    row.split("</tr>").next()
}

/// The row of a check: of its metric, its column, or both; of what has neither, of the check itself.
fn row_of<'p>(page: &'p str, judged: &Judged) -> Option<&'p str> {
    let (metric, feature) = (judged.metric_name.as_deref(), judged.feature_name.as_deref());
    let both = metric.zip(feature).map(|(metric, feature)| format!("{feature} {metric}"));
    let itself = (metric, feature) == (None, None);
    let names = [metric, both.as_deref(), feature, itself.then(|| judged.check.as_str())];
    names.into_iter().flatten().find_map(|name| row(page, name))
}

/// How many pieces had no room after a place of the page: `1,500 rows more`.
fn left_out(part: &str, noun: &str) -> usize {
    let before =
        part.split_once(&format!(" {noun}s more;")).or_else(|| part.split_once(&format!(" {noun} more;")));
    let number = before.and_then(|(before, _)| before.rsplit('>').next());
    number.map_or(0, |number| number.replace(',', "").parse().expect("a count"))
}

/// Every judged number of a run is on its page or counted there, every reason why something was not judged, and no attempt. To look at the page:
/// `WRITE_PAGES=folder`.
pub(crate) fn says_everything(tree: &Tree, run: &str) {
    let file = |file: &str| tree[&format!("{run}/{file}")].as_slice();
    let evaluation: Evaluations = from_slice("evaluation.json", file("evaluation.json")).expect(run);
    let execution: Execution = from_slice("execution.json", file("execution.json")).expect(run);
    let page = String::from_utf8(file("report.html").to_vec()).expect("UTF-8");
    // A place at which a long name may go on in the next line is no letter of it.
    let page = page.replace("<wbr>", "");
    if let Some(folder) = std::env::var_os("WRITE_PAGES") {
        std::fs::write(Path::new(&folder).join(format!("{}.html", run.replace('/', "-"))), &page)
            .expect("a page");
    }
    let (mut violated, mut rowless) = (0, BTreeSet::new());
    for check in &evaluation.checks {
        let Some(judged) = &check.judged else {
            let reason = check.reason.as_deref().expect("a reason");
            let told: String =
                reason.chars().take(300).take_while(|letter| !"\"<>&".contains(*letter)).collect();
            assert!(page.contains(told.trim_end()), "{run}, {}: {reason}", check.name);
            continue;
        };
        let (value, limit) = judged.told();
        violated += u64::from(check.outcome == CheckOutcome::Violated);
        let Some(row) = row_of(&page, judged) else {
            rowless.insert((&judged.metric_name, &judged.feature_name));
            continue;
        };
        assert!(
            row.contains(&value) && row.contains(&limit),
            "{run}, {}: {value}, {limit}: {row}",
            check.name
        );
    }
    assert_eq!(violated, execution.violations, "{run}");
    let (_, evidence) = page.split_once("Limits as they were applied").expect("the limits");
    assert_eq!(rowless.len(), left_out(evidence, "row"), "{run}: {rowless:?}");
    let (_, findings) = page.split_once("id=\"findings\"").expect("findings");
    let (findings, _) = findings.split_once("id=\"unjudged\"").expect("their end");
    let counted = left_out(findings, "finding");
    let cards: Vec<&str> = findings.split("<li class=").skip(1).collect();
    let of_evaluation = evaluation.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated);
    for judged in of_evaluation.filter_map(|check| check.judged.as_ref()).chain(&execution.judged) {
        let (value, limit) = judged.told();
        let (value, limit) = (format!("<b class=\"bad\">{value}</b>"), format!(" {limit}"));
        let is_shown = cards.iter().any(|card| card.contains(&value) && card.contains(&limit));
        assert!(is_shown || counted > 0, "{run}: {value},{limit} is on no card");
    }
    let others = execution.files.iter().filter(|file| file.name.name() != "report.html");
    for file in others {
        assert!(page.contains(&file.sha256), "{run}: {}", file.name.name());
    }
    for file in &execution.baselines {
        let uri = sentence(&file.uri).into_string();
        assert!(page.contains(&uri) && page.contains(&file.sha256), "{run}: {}", file.uri);
    }
    for read in execution.capture.iter().flat_map(|capture| &capture.profiles) {
        assert!(page.contains(&read.profile.sha256), "{run}: the profile of {:?}", read.window);
    }
    let id = &execution.attempt.request_id;
    assert!(id.is_empty() || !page.contains(id), "{run}: the attempt is on the page");
    assert!(page.len() <= MOST_PAGE_BYTES, "{run}: {} bytes", page.len());
}
