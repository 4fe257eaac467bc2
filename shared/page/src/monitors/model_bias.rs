//! Whether groups are treated alike: per group how many people it has, and every metric around zero beside its baseline.

use super::judged::{Checked, checks};
use crate::Part;
use crate::document::wide;
use crate::draw::{Dumbbell, dumbbell};
use crate::table::Room;
use crate::words::{bdi, count, counted, name, number, sentence};
use bellwether_analysis::model_bias::{BiasMeasure, MeasuredBias, MeasuredFacet, MeasuredGroup};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::model_bias::{BiasAnalysis, BiasNumber, FacetEntry};
use maud::{Markup, html};

/// Groups that are drawn.
const ROOM: Room = Room { most: 30, bytes: 180 * 1_024 };

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnGroups<'g> {
    /// What was measured, or why nothing was.
    pub now: Result<&'g MeasuredBias, &'g str>,
    /// The baseline that was judged by, where there is one.
    pub baseline: Option<&'g BiasAnalysis>,
    /// How each check ended.
    pub verdict: &'g Verdict,
}

/// A group of a facet with its baseline's entry and its violated checks.
struct Group<'g> {
    facet: &'g MeasuredFacet,
    group: &'g MeasuredGroup,
    before: Vec<&'g FacetEntry>,
    violated: Vec<Checked<'g>>,
}

/// Draws it: groups with violations first.
#[must_use]
pub fn part(groups: DrawnGroups<'_>) -> Part {
    let mut part = Part::said(headline(groups));
    let now = match groups.now {
        Ok(now) => now,
        Err(reason) => {
            part.push("Groups", html! { p { "Nothing was measured: " (sentence(reason)) } });
            return part;
        }
    };
    let mut all: Vec<Group<'_>> = now
        .facets
        .iter()
        .flat_map(|facet| facet.groups.iter().map(move |group| (facet, group)))
        .map(|(facet, group)| Group {
            facet,
            group,
            before: entries(groups.baseline, facet, group),
            violated: violated(groups.verdict, facet, group),
        })
        .collect();
    all.sort_by_key(|group| std::cmp::Reverse(group.violated.len()));
    part.sentences = all.iter().flat_map(Group::sentences).collect();
    let fitted = ROOM.fit(&all, Group::table);
    part.push(
        "Groups",
        html! {
            p.mut {
                "Positive labels are " (bdi(&now.label_value_or_threshold)) " of " (bdi(&now.label)) ", over " (counted(now.rows, "row"))
                ". Green: what the baseline allows, as far from zero as it is itself. Ring: baseline. Dot: this window; a red square is further from zero."
            }
            (fitted.markup())
            (fitted.rest("group", "analysis.json"))
        },
    );
    part
}

/// `8 of 13 metrics for Sex = 0 are further from zero than in the baseline`: of the group with most of them.
fn headline(groups: DrawnGroups<'_>) -> Option<String> {
    let mut of_groups: Vec<((&str, &str), usize)> = Vec::new();
    for check in checks(groups.verdict).filter(|check| check.violated) {
        let Some(evidence) = check.judged.evidence.as_deref() else { continue };
        let group = (evidence.facet.as_str(), evidence.facet_value.as_str());
        match of_groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, number)) => *number += 1,
            None => of_groups.push((group, 1)),
        }
    }
    let others = of_groups.len().saturating_sub(1) as u64;
    let ((facet, value), most) = of_groups.into_iter().max_by_key(|(_, number)| *number)?;
    let more =
        if others == 0 { String::new() } else { format!("; {} more have some", counted(others, "group")) };
    let verb = if most == 1 { "metric is" } else { "metrics are" };
    Some(format!(
        "{most} {verb} further from zero than in the baseline for {} = {}{more}",
        name(facet),
        name(value)
    ))
}

/// The baseline's entries of a group: those of its name, or the only one.
fn entries<'b>(
    baseline: Option<&'b BiasAnalysis>,
    facet: &MeasuredFacet,
    group: &MeasuredGroup,
) -> Vec<&'b FacetEntry> {
    let of_facet = baseline
        .into_iter()
        .flat_map(|baseline| baseline.stages().map(|(_, block)| block).collect::<Vec<_>>());
    let entry = |entries: &'b Vec<FacetEntry>| {
        let same = entries.iter().find(|entry| entry.value_or_threshold == group.value_or_threshold);
        same.or_else(|| entries.first().filter(|_| entries.len() == 1))
    };
    of_facet.filter_map(|block| block.facets.get(&facet.name)).filter_map(entry).collect()
}

fn violated<'v>(verdict: &'v Verdict, facet: &MeasuredFacet, group: &MeasuredGroup) -> Vec<Checked<'v>> {
    let is_of = |check: &Checked<'_>| {
        let evidence = check.judged.evidence.as_deref();
        evidence.is_some_and(|it| it.facet == facet.name && it.facet_value == group.value_or_threshold)
    };
    checks(verdict).filter(|check| check.violated).filter(is_of).collect()
}

impl Group<'_> {
    fn table(&self) -> Markup {
        let Self { facet, group, .. } = self;
        let sizes = group.sizes;
        let label = format!("{} = {}", name(&facet.name), name(&group.value_or_threshold));
        let most = self.scale();
        let table = html! {
            table.num {
                caption { (label) }
                thead { tr { @for heading in ["metric", "baseline", "now", "around zero"] { th scope="col" { (heading) } } } }
                tbody { @for (measure, value) in group.metrics() { (self.row(measure, value, most)) } }
            }
        };
        html! {
            h4 { "Facet " (bdi(&facet.name)) ", " (bdi(&group.value_or_threshold)) " against all others" }
            p {
                b { (count(sizes.facet)) } " people in the group (" (count(sizes.facet_positive_labels)) " positive labels, " (count(sizes.facet_positive_predictions)) " positive answers), "
                b { (count(sizes.rest)) } " in the rest (" (count(sizes.rest_positive_labels)) " and " (count(sizes.rest_positive_predictions)) ")"
            }
            (wide(&label, &table))
        }
    }

    /// What is violated, by its full name.
    fn sentences(&self) -> impl Iterator<Item = (String, String)> {
        let of = format!("{} = {}", name(&self.facet.name), name(&self.group.value_or_threshold));
        self.violated.iter().filter_map(move |check| {
            let wanted = &check.judged.evidence.as_ref()?.metric_name;
            let (measure, _) = self.group.metrics().find(|(measure, _)| measure.name == *wanted)?;
            Some((check.judged.check_name(), format!("{}, {of} against all others", measure.description)))
        })
    }

    fn baseline(&self, measure: &BiasMeasure) -> Option<BiasNumber> {
        let metrics = self.before.iter().flat_map(|entry| &entry.metrics);
        metrics.filter(|metric| metric.name == measure.name).find_map(|metric| metric.value)
    }

    /// What the ends of the scale stand for: the largest distance that is not far beyond the others.
    fn scale(&self) -> f64 {
        let values = self.group.metrics().filter_map(|(measure, value)| {
            let now = value.ok()?.value().abs();
            Some(self.baseline(measure).map_or(now, |before| now.max(before.value().abs())))
        });
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        // An outlier has an arrow, so that the others are seen.
        values.get(values.len() * 3 / 4).or(values.last()).copied().unwrap_or_default().max(1e-6) * 1.1
    }

    fn row(&self, measure: &BiasMeasure, value: Result<BiasNumber, &str>, most: f64) -> Markup {
        let before = self.baseline(measure);
        let check = self
            .violated
            .iter()
            .find(|check| check.judged.evidence.as_ref().is_some_and(|it| it.metric_name == measure.name));
        let now = match (check, value) {
            (Some(check), _) => check.judged.told().0,
            (None, Ok(value)) if value.value().is_finite() => number(value.value()),
            (None, Ok(_)) => "infinite".to_owned(),
            (None, Err(reason)) => name(reason),
        };
        let title = format!(
            "{}: baseline {}, now {now}",
            measure.name,
            before.map_or_else(|| "none".to_owned(), |before| number(before.value()))
        );
        html! {
            tr {
                th scope="row" { (measure.description) }
                td { (before.map_or_else(|| "–".to_owned(), |before| number(before.value()))) }
                @if check.is_none() && value.is_err() { td.text colspan="2" { (now) } }
                @else {
                    @if check.is_some() { td.bad { "■ " (now) } } @else { td { (now) } }
                    td.draw {
                        @if let (Some(before), Ok(value)) = (before, value) {
                            (dumbbell(Dumbbell { baseline: before.value(), now: value.value(), most, violated: check.is_some() }, &title))
                        }
                    }
                }
            }
        }
    }
}
