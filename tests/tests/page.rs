//! What a page must say of its run, whoever judged it: it knows no monitor.

use crate::harness::Tree;
use bellwether_contract::evaluation::{CheckOutcome, Evaluations};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::judged::Judged;
use bellwether_page::run::MOST_PAGE_BYTES;
use bellwether_page::words::{bdi, sentence};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A page in parts.
struct Parts<'p> {
    /// All of it.
    page: &'p str,
    /// Rows of the table of all checks, by the markup of what they are of.
    rows: BTreeMap<&'p str, &'p str>,
    /// Of how many checks there is no row.
    rows_left_out: usize,
    /// What was found.
    cards: Vec<&'p str>,
    /// How many more there are.
    cards_left_out: usize,
}

impl<'p> Parts<'p> {
    fn of(page: &'p str) -> Self {
        let (_, limits) = page.split_once("Limits as they were applied").expect("the limits");
        let (limits, _) = limits.split_once("<h3>Baseline").expect("their end");
        let rows = limits.split("<tr><th scope=\"row\">").skip(1);
        let (_, findings) = page.split_once("id=\"findings\"").expect("findings");
        let (findings, _) = findings.split_once("id=\"unjudged\"").expect("their end");
        Self {
            page,
            rows: rows.filter_map(|row| row.split_once("</th>")).collect(),
            rows_left_out: left_out(limits, "row"),
            cards: findings.split("<li class=").skip(1).collect(),
            cards_left_out: left_out(findings, "finding"),
        }
    }

    /// The row of a check: of its metric, its column, or both; of what has neither, of the check itself.
    fn row(&self, judged: &Judged) -> Option<&'p str> {
        let (metric, feature) = (judged.metric_name.as_deref(), judged.feature_name.as_deref());
        let both = metric.zip(feature).map(|(metric, feature)| format!("{feature} {metric}"));
        let itself = (metric, feature) == (None, None);
        let names = [metric, both.as_deref(), feature, itself.then(|| judged.check.as_str())];
        let markup = |name: &str| bdi(name).into_string().replace("<wbr>", "");
        names.into_iter().flatten().find_map(|name| self.rows.get(markup(name).as_str())).copied()
    }

    /// Checks whose numbers, or whose reasons to have none, are not where they belong.
    fn lacks_of(&self, evaluation: &Evaluations) -> Vec<String> {
        let (mut lacks, mut rowless) = (Vec::new(), BTreeSet::new());
        for check in &evaluation.checks {
            let Some(judged) = &check.judged else {
                let reason = check.reason.as_deref().expect("a reason");
                let told: String =
                    reason.chars().take(300).take_while(|letter| !"\"<>&".contains(*letter)).collect();
                if !self.page.contains(told.trim_end()) {
                    lacks.push(format!("{}: {reason}", check.name));
                }
                continue;
            };
            let (value, limit) = judged.told();
            match self.row(judged) {
                Some(row) if row.contains(&value) && row.contains(&limit) => {}
                Some(row) => lacks.push(format!("{}: {value}, {limit} in {row}", check.name)),
                None => _ = rowless.insert((&judged.metric_name, &judged.feature_name)),
            }
        }
        if rowless.len() != self.rows_left_out {
            lacks.push(format!("rows of {rowless:?}, and {} are counted", self.rows_left_out));
        }
        lacks
    }

    /// Violations that are on no card and not counted.
    fn cards_lacking<'j>(&self, violated: impl Iterator<Item = &'j Judged>) -> Vec<String> {
        let is_shown = |judged: &Judged| {
            let (value, limit) = judged.told();
            let (value, limit) = (format!("<b class=\"bad\">{value}</b>"), format!(" {limit}"));
            self.cards.iter().any(|card| card.contains(&value) && card.contains(&limit))
        };
        let lacking = violated.filter(|judged| self.cards_left_out == 0 && !is_shown(judged));
        lacking.map(|judged| format!("a card of {judged:?}")).collect()
    }
}

/// How many pieces had no room after a place of the page: `1,500 rows more`.
fn left_out(part: &str, noun: &str) -> usize {
    let before =
        part.split_once(&format!(" {noun}s more;")).or_else(|| part.split_once(&format!(" {noun} more;")));
    let number = before.and_then(|(before, _)| before.rsplit('>').next());
    number.map_or(0, |number| number.replace(',', "").parse().expect("a count"))
}

/// What a page lacks of a run: judged numbers and reasons, places and digests of what was read and written; and what it says too much.
pub(crate) fn lacks(tree: &Tree, run: &str) -> Vec<String> {
    let file = |file: &str| tree[&format!("{run}/{file}")].as_slice();
    let evaluation: Evaluations = from_slice("evaluation.json", file("evaluation.json")).expect(run);
    let execution: Execution = from_slice("execution.json", file("execution.json")).expect(run);
    let page = String::from_utf8(file("report.html").to_vec()).expect("UTF-8");
    // A place at which a long name may go on in the next line is no letter of it.
    let page = page.replace("<wbr>", "");
    let parts = Parts::of(&page);
    let violated = || evaluation.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated);
    let judged = violated().filter_map(|check| check.judged.as_ref()).chain(&execution.judged);
    let mut lacks = parts.lacks_of(&evaluation);
    lacks.extend(parts.cards_lacking(judged));
    let others = execution.files.iter().filter(|file| file.name.name() != "report.html");
    let profiles = execution.capture.iter().flat_map(|capture| &capture.profiles);
    let digests = others.map(|file| file.sha256.clone());
    let digests = digests.chain(execution.baselines.iter().map(|file| file.sha256.clone()));
    let digests = digests.chain(profiles.map(|read| read.profile.sha256.clone()));
    let places = execution.baselines.iter().map(|file| sentence(&file.uri).into_string());
    lacks.extend(digests.chain(places).filter(|text| !page.contains(text)));
    let id = &execution.attempt.request_id;
    for (is_so, told) in [
        (violated().count() as u64 != execution.violations, "as many violations as execution.json counts"),
        (!id.is_empty() && page.contains(id), "silence about the attempt"),
        (page.len() > MOST_PAGE_BYTES, "brevity"),
    ] {
        lacks.extend(is_so.then(|| told.to_owned()));
    }
    lacks
}

/// Every judged number of a run is on its page or counted there, every reason why something was not judged, and no attempt. To look at the page:
/// `WRITE_PAGES=folder`.
pub(crate) fn says_everything(tree: &Tree, run: &str) {
    if let Some(folder) = std::env::var_os("WRITE_PAGES") {
        let page = &tree[&format!("{run}/report.html")];
        std::fs::write(Path::new(&folder).join(format!("{}.html", run.replace('/', "-"))), page)
            .expect("a page");
    }
    let lacks = lacks(tree, run);
    assert!(lacks.is_empty(), "{run} lacks: {lacks:#?}");
}
