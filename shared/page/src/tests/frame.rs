use super::place::{Place, ended, named};
use bellwether_contract::execution::Status;

/// A page without its style, a tag a line: what changes shows as a difference.
fn laid_out(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let digest = before.split("sha256-").nth(1).unwrap().split('\'').next().unwrap();
    format!("{before}{after}").replace(digest, "of-the-style").replace("><", ">\n<")
}

#[test]
fn the_page_of_a_violated_hour_is_as_it_was() {
    insta::assert_snapshot!(laid_out(&Place::of_columns(&named(6, |n| format!("feature {n}")), 3).page()));
}

#[test]
fn the_page_of_a_window_that_could_not_be_judged_is_as_it_was() {
    insta::assert_snapshot!(laid_out(
        &ended(Status::Inconclusive, "nothing was judged: baseline: no baseline at s3://b/k.").page()
    ));
}

#[test]
fn every_status_is_a_shape_and_a_word_in_the_title_and_on_the_page() {
    for (status, shape, word) in [
        (Status::Completed, "✓", "COMPLETED"),
        (Status::CompletedWithViolations, "■", "VIOLATED"),
        (Status::CompletedNoData, "0", "NO DATA"),
        (Status::Inconclusive, "?", "INCONCLUSIVE"),
        (Status::Failed, "✕", "FAILED"),
    ] {
        let page = ended(status, "Because.").page();
        let title =
            format!("<title>{word} · data quality of churn-prod/AllTraffic, 2026-10-31 08-09 UTC</title>");
        assert!(page.contains(&title), "{page}");
        assert!(page.contains(&format!("{shape} {word}</span>")), "{status}");
        assert!(
            page.contains("2026-10-31 08:00 to 09:00 UTC · schedule <bdi>data-quality-hourly</bdi>"),
            "{status}"
        );
        assert_eq!(
            page.contains("class=\"act\" href=\"https://wiki.example.com/runbook#"),
            status != Status::Completed
        );
        for heading in [
            "Findings, the worst first",
            "Not judged, and why",
            "Everything measured",
            "What was read",
            "Evidence",
        ] {
            assert_eq!(page.matches(&format!("{heading}</h2>")).count(), 1, "{heading}");
        }
        let healthy =
            page.contains("Nothing is wrong") || page.contains("Everything that was asked was judged");
        assert!(!healthy || status == Status::Completed, "{status} says that all is well");
    }
}

#[test]
fn the_first_screen_leads_to_what_to_do_about_this_alarm() {
    let page = Place::of_columns(&named(6, |n| format!("feature {n}")), 3).page();
    assert!(page.contains(
        "href=\"https://wiki.example.com/runbook#dataqualityalarm\">What to do: DataQualityAlarm</a>"
    ));
    assert!(page.contains("3 of 6 columns are no longer what the model was trained on"));
    let cards = page.split("<ol class=\"find\"").nth(1).unwrap().split("</ol>").next().unwrap();
    assert_eq!(cards.matches("<li class=").count(), 4, "text has drifted, and has values that nobody knows");
    assert!(
        cards.contains("<a href=\"#c1\">") && page.contains("id=\"c1\""),
        "a finding leads to its figure"
    );
    // The gap is the distance that was judged, drawn.
    assert_eq!(page.matches("class=\"gap\"").count(), 2);
}

#[test]
fn equal_findings_of_many_columns_are_one_card() {
    let place = Place::of_columns(&named(60, |n| format!("feature {n}")), 60);
    let page = place.page();
    let cards = page.split("<ol class=\"find\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let count = cards.matches("<li class=").count();
    assert!(count < 20, "{count} cards of {} violations", place.violations.len());
    assert!(cards.contains("20 columns"), "the columns of text moved alike: {cards}");
}

#[test]
fn every_chart_has_a_name_and_every_wide_table_can_be_scrolled() {
    let page = Place::of_columns(&named(9, |n| format!("feature {n}")), 9).page();
    for chart in page.split("<svg").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let is_named = chart.contains("role=\"img\"")
            && chart.contains("aria-label=\"")
            && !chart.contains("aria-label=\"\"");
        let is_inside = chart.contains("preserveAspectRatio")
            || chart.contains("aria-hidden")
            || chart.contains("viewBox=\"0 0 26 12\"");
        assert!(is_named || is_inside, "<svg{chart}>");
    }
    assert!(page.matches("class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"").count() > 5);
}

#[test]
fn what_was_found_beside_what_could_not_be_judged_is_on_the_first_screen() {
    let mut place = ended(Status::Inconclusive, "nothing was judged: 1 of 24 hours is missing.");
    let band = |page: &str| page.split_once("</header>").unwrap().0.to_owned();
    assert!(!band(&place.page()).contains("all the same"));
    for (violations, told) in [(1, "; 1 check is violated all the same"), (4, "; 4 checks are violated")] {
        place.execution.violations = violations;
        assert!(band(&place.page()).contains(told), "{}", band(&place.page()));
    }
}
