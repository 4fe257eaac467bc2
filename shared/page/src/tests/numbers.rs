use super::place::{Place, named};
use crate::words::name;
use bellwether_contract::evaluation::CheckOutcome;

/// The rows of the table of all checks, by what they are of.
fn row<'p>(page: &'p str, of: &str) -> Option<&'p str> {
    let (_, evidence) = page.split_once("Limits as they were applied")?;
    let (_, row) = evidence.split_once(&format!("<bdi>{}</bdi>", name(of)))?;
    row.split("</tr>").next()
}

#[test]
fn every_judged_number_is_on_the_page_or_counted() {
    for (columns, moved) in [(1, 1), (15, 5), (120, 30)] {
        let place = Place::of_columns(&named(columns, |n| format!("feature {n}")), moved);
        let page = place.page().replace("<wbr>", "");
        let mut found = 0;
        for check in &place.evaluation.checks {
            let Some(judged) = &check.judged else {
                assert!(
                    page.contains(&name(check.reason.as_deref().unwrap())),
                    "{}: {:?}",
                    check.name,
                    check.reason
                );
                continue;
            };
            let of = judged.metric_name.as_ref().or(judged.feature_name.as_ref()).unwrap();
            let row = row(&page, of).unwrap_or_else(|| panic!("{of} has no row"));
            let (value, limit) = judged.told();
            assert!(
                row.contains(&value) && row.contains(&limit),
                "{}: {value}, {limit} in {row}",
                check.name
            );
            assert!(check.outcome != CheckOutcome::Violated || row.contains('■'), "{}: {row}", check.name);
            found += 1;
        }
        assert!(found > 2 * columns, "{found} checks of {columns} columns");
    }
}

#[test]
fn checks_without_room_are_counted() {
    let place = Place::of_columns(&named(700, |n| format!("feature {n}")), 700);
    let page = place.page();
    let (_, evidence) = page.split_once("Limits as they were applied").unwrap();
    let shown =
        evidence.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap().matches("<tr>").count();
    let (_, rest) = evidence.split_once("</tbody></table></div><p>").unwrap();
    let left_out: usize = rest.split(' ').next().unwrap().replace(',', "").parse().unwrap();
    let subjects: std::collections::BTreeSet<_> = place
        .evaluation
        .checks
        .iter()
        .filter_map(|check| check.judged.as_ref())
        .map(|it| (&it.metric_name, &it.feature_name))
        .collect();
    assert_eq!(shown + left_out, subjects.len());
}
