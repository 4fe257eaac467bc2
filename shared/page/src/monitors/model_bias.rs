//! Whether groups are treated alike: per group how many people it has, and every metric around zero beside its baseline.

use super::Checks;
use super::judged::Checked;
use crate::Part;
use crate::document::wide;
use crate::draw::{Dumbbell, dumbbell};
use crate::table::Room;
use crate::words::{bdi, count, counted, name, number, sentence};
use bellwether_analysis::model_bias::MeasuredBias;
use bellwether_contract::evidence::GroupSizes;
use bellwether_contract::model_bias::{BiasAnalysis, BiasMetric, BiasNumber, FacetEntry, StageMetrics};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Groups that are drawn.
const ROOM: Room = Room { most: 30, bytes: 180 * 1_024 };

/// How many people stand behind each group, by facet and group.
pub type SizesOfGroups<'g> = BTreeMap<(&'g str, &'g str), GroupSizes>;

/// Those of what was measured.
#[must_use]
pub fn sizes(measured: &MeasuredBias) -> SizesOfGroups<'_> {
    let groups =
        measured.facets.iter().flat_map(|facet| facet.groups.iter().map(move |group| (facet, group)));
    groups
        .map(|(facet, group)| ((facet.name.as_str(), group.value_or_threshold.as_str()), group.sizes))
        .collect()
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnGroups<'g> {
    /// What was measured, or why nothing was.
    pub now: Result<&'g BiasAnalysis, &'g str>,
    /// Rows that were measured.
    pub rows: u64,
    /// Where they are known; else those of the checks are told.
    pub sizes: &'g SizesOfGroups<'g>,
    /// The baseline that was judged by, where there is one.
    pub baseline: Option<&'g BiasAnalysis>,
    /// How each check ended.
    pub checks: &'g Checks<'g>,
}

/// A group of a facet with its baseline's entry and its violated checks.
struct Group<'g> {
    facet: &'g str,
    group: &'g str,
    sizes: Option<GroupSizes>,
    metrics: Vec<&'g BiasMetric>,
    before: Vec<&'g FacetEntry>,
    violated: Vec<Checked<'g>>,
}

/// Draws it: groups with violations first.
#[must_use]
pub fn part(groups: DrawnGroups<'_>) -> Part {
    let drawn = groups.now.and_then(|now| Ok((now, labelled(now).ok_or("no row was measured")?)));
    let (now, of_labels) = match drawn {
        Ok(drawn) => drawn,
        Err(reason) => {
            let mut part = Part::default();
            part.push("Groups", html! { p { "Nothing was measured: " (sentence(reason)) } });
            return part;
        }
    };
    let mut all = all(groups, now);
    all.sort_by_key(|group| std::cmp::Reverse(group.violated.len()));
    let mut part = Part::said(headline(groups), all.iter().flat_map(Group::sentences).collect());
    let fitted = ROOM.fit(&all, Group::table);
    part.push(
        "Groups",
        html! {
            p.mut {
                "Positive labels are " (bdi(&of_labels.label_value_or_threshold)) " of " (bdi(&of_labels.label)) ", over " (counted(groups.rows, "row"))
                "." @if groups.baseline.is_some() { " Green: what the baseline allows, as far from zero as it is itself. Ring: baseline. Dot: this window; a red square is further from zero." }
            }
            (fitted.markup())
            (fitted.rest("group", "analysis.json"))
        },
    );
    part
}

/// What the labels are, which every stage says.
fn labelled(now: &BiasAnalysis) -> Option<&StageMetrics> {
    now.stages().next().map(|(_, block)| block)
}

/// Every group once, with its metrics of all stages.
fn all<'g>(groups: DrawnGroups<'g>, now: &'g BiasAnalysis) -> Vec<Group<'g>> {
    let mut all: Vec<Group<'g>> = Vec::new();
    for (_, block) in now.stages() {
        for (facet, entry) in
            block.facets.iter().flat_map(|(facet, entries)| entries.iter().map(move |entry| (facet, entry)))
        {
            let group = entry.value_or_threshold.as_str();
            match all.iter_mut().find(|known| (known.facet, known.group) == (facet, group)) {
                Some(known) => known.metrics.extend(&entry.metrics),
                None => all.push(Group {
                    facet,
                    group,
                    sizes: sizes_of(groups, facet, group),
                    metrics: entry.metrics.iter().collect(),
                    before: entries(groups.baseline, facet, group),
                    violated: groups.checks.violated().filter(|check| is_of(*check, facet, group)).collect(),
                }),
            }
        }
    }
    all
}

fn is_of(check: Checked<'_>, facet: &str, group: &str) -> bool {
    check.judged.evidence.as_deref().is_some_and(|it| it.facet == facet && it.facet_value == group)
}

fn sizes_of(groups: DrawnGroups<'_>, facet: &str, group: &str) -> Option<GroupSizes> {
    let of_checks = || {
        let check = groups.checks.iter().find(|check| is_of(*check, facet, group))?;
        Some(check.judged.evidence.as_deref()?.groups)
    };
    groups.sizes.get(&(facet, group)).copied().or_else(of_checks)
}

/// `8 metrics are further from zero than in the baseline for Sex = 0`: of the group with most of them.
fn headline(groups: DrawnGroups<'_>) -> Option<String> {
    let mut of_groups: Vec<((&str, &str), usize)> = Vec::new();
    for check in groups.checks.violated() {
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
fn entries<'b>(baseline: Option<&'b BiasAnalysis>, facet: &str, group: &str) -> Vec<&'b FacetEntry> {
    let of_facet = baseline
        .into_iter()
        .flat_map(|baseline| baseline.stages().map(|(_, block)| block).collect::<Vec<_>>());
    let entry = |entries: &'b Vec<FacetEntry>| {
        let same = entries.iter().find(|entry| entry.value_or_threshold == group);
        same.or_else(|| entries.first().filter(|_| entries.len() == 1))
    };
    of_facet.filter_map(|block| block.facets.get(facet)).filter_map(entry).collect()
}

impl Group<'_> {
    fn table(&self) -> Markup {
        let label = self.label();
        let most = self.scale();
        let table = html! {
            table.num {
                caption { (label) }
                thead { tr { @for heading in ["metric", "baseline", "now", "around zero"] { th scope="col" { (heading) } } } }
                tbody { @for metric in &self.metrics { (self.row(metric, most)) } }
            }
        };
        html! {
            h4 { "Facet " (bdi(self.facet)) ", " (bdi(self.group)) " against all others" }
            @if let Some(sizes) = self.sizes { p {
                b { (count(sizes.facet)) } " people in the group (" (count(sizes.facet_positive_labels)) " positive labels, " (count(sizes.facet_positive_predictions)) " positive answers), "
                b { (count(sizes.rest)) } " in the rest (" (count(sizes.rest_positive_labels)) " and " (count(sizes.rest_positive_predictions)) ")"
            } }
            (wide(&label, &table))
        }
    }

    fn label(&self) -> String {
        format!("{} = {}", name(self.facet), name(self.group))
    }

    /// What is violated, by its full name.
    fn sentences(&self) -> impl Iterator<Item = (String, String)> {
        self.violated.iter().filter_map(move |check| {
            let wanted = &check.judged.evidence.as_ref()?.metric_name;
            let metric = self.metrics.iter().find(|metric| metric.name == *wanted)?;
            let said = format!("{}, {} against all others", name(&metric.description), self.label());
            Some((check.judged.check_name(), said))
        })
    }

    fn baseline(&self, metric: &BiasMetric) -> Option<BiasNumber> {
        let metrics = self.before.iter().flat_map(|entry| &entry.metrics);
        metrics.filter(|before| before.name == metric.name).find_map(|before| before.value)
    }

    /// What the ends of the scale stand for: the largest distance that is not far beyond the others.
    fn scale(&self) -> f64 {
        let values = self.metrics.iter().filter_map(|metric| {
            let now = metric.value?.value().abs();
            Some(self.baseline(metric).map_or(now, |before| now.max(before.value().abs())))
        });
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        // An outlier has an arrow, so that the others are seen.
        values.get(values.len() * 3 / 4).or(values.last()).copied().unwrap_or_default().max(1e-6) * 1.1
    }

    fn row(&self, metric: &BiasMetric, most: f64) -> Markup {
        let (before, value) = (self.baseline(metric), metric.value);
        let check = self
            .violated
            .iter()
            .find(|check| check.judged.evidence.as_ref().is_some_and(|it| it.metric_name == metric.name));
        let now = match (check, value) {
            (Some(check), _) => check.judged.told().0,
            (None, Some(value)) if value.value().is_finite() => number(value.value()),
            (None, Some(_)) => "infinite".to_owned(),
            (None, None) => name(metric.error.as_deref().unwrap_or("cannot be computed")),
        };
        let title = format!(
            "{}: baseline {}, now {now}",
            name(&metric.name),
            before.map_or_else(|| "none".to_owned(), |before| number(before.value()))
        );
        html! {
            tr {
                th scope="row" { (bdi(&metric.description)) }
                td { (before.map_or_else(|| "–".to_owned(), |before| number(before.value()))) }
                @if check.is_none() && value.is_none() { td.text colspan="2" { (now) } }
                @else {
                    @if check.is_some() { td.bad { "■ " (now) } } @else { td { (now) } }
                    td.draw {
                        @if let (Some(before), Some(value)) = (before, value) {
                            (dumbbell(Dumbbell { baseline: before.value(), now: value.value(), most, violated: check.is_some() }, &title))
                        }
                    }
                }
            }
        }
    }
}
