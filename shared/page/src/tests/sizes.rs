use super::place::{Place, named};
use crate::run::MOST_PAGE_BYTES;

#[test]
fn a_page_keeps_within_its_size_whatever_comes() {
    for (columns, moved, most) in [
        (1, 0, 40_000),
        (15, 5, 100_000),
        (100, 0, 100_000),
        (100, 5, 100_000),
        (100, 100, 120_000),
        (500, 60, MOST_PAGE_BYTES),
        (2_000, 2_000, MOST_PAGE_BYTES),
    ] {
        let page = Place::of_columns(&named(columns, |n| format!("feature_{n}")), moved).page();
        assert!(page.len() <= most, "{columns} columns, {moved} moved: {} bytes", page.len());
        assert_eq!(
            page.matches(" more; all of them stand in ").count() > 0,
            columns > 60 || moved > 20,
            "{columns}"
        );
        println!("{columns} columns, {moved} moved: {} bytes", page.len());
    }
}

#[test]
fn long_names_of_the_widest_characters_do_not_burst_it() {
    let name = |n: usize| format!("{}{n}", "\"".repeat(400));
    let page = Place::of_columns(&named(1_000, name), 1_000).page();
    assert!(page.len() <= MOST_PAGE_BYTES, "{}", page.len());
}

#[test]
fn the_same_run_has_the_same_bytes_and_no_attempt_is_on_it() {
    let names = named(9, |n| format!("feature_{n}"));
    let mut place = Place::of_columns(&names, 4);
    let page = place.page();
    assert_eq!(Place::of_columns(&names, 4).page(), page);
    place.execution.attempt.bellwether_version = "9.9.9-other".to_owned();
    place.execution.attempt.request_id = "another-request".to_owned();
    place.execution.attempt.duration_seconds = 12.345;
    assert_eq!(place.page(), page);
    assert!(!page.contains(env!("CARGO_PKG_VERSION")), "the build's version is no part of a verdict");
}
