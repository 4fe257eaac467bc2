//! The picture of a recorded replay: what was allowed, what was in flight, what came back, what was asked again.
//!
//! The same moments give the same bytes. It measures and judges nothing.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::load::{CAP, Moment, SESSIONS};

type Drawing<'d> = DrawingArea<SVGBackend<'d>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

const SIZE: (u32, u32) = (1000, 620);
const TOP: u32 = 420;
const IN_FLIGHT: RGBColor = RGBColor(158, 202, 225);
const ALLOWED: RGBColor = RGBColor(8, 48, 107);
const OVERLOAD: RGBColor = RGBColor(203, 24, 29);
const BROKEN: RGBColor = RGBColor(217, 119, 6);
const BOUND: RGBColor = RGBColor(120, 120, 120);
const FONT: &str = "sans-serif";

/// Draws the moments as SVG.
///
/// # Errors
/// There is nothing to draw.
pub fn svg(moments: &[Moment]) -> Result<String, Box<dyn std::error::Error>> {
    let end = moments.last().ok_or("nothing was recorded")?.milliseconds / 1e3;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (top, bottom) = root.split_vertically(TOP);
        pressure(&top, moments, end)?;
        retries(&bottom, moments, end)?;
        root.present()?;
    }
    Ok(svg)
}

/// Calls in flight and allowed, the overloads and the failures, and the phases.
fn pressure(area: &Drawing<'_>, moments: &[Moment], end: f64) -> Drawn {
    let highest = CAP as f64 + 5.0;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(20)
        .x_label_area_size(24)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..end, 0.0..highest)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .y_desc("calls in flight")
        .label_style((FONT, 14))
        .draw()?;
    let (flown, allowed) =
        (steps(moments, |moment| moment.in_flight), steps(moments, |moment| moment.allowed));
    chart
        .draw_series(AreaSeries::new(flown, 0.0, IN_FLIGHT))?
        .label("in flight")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], IN_FLIGHT.filled()));
    chart
        .draw_series(LineSeries::new(allowed, ALLOWED.stroke_width(2)))?
        .label("allowed")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], ALLOWED.stroke_width(2)));
    chart
        .draw_series(marks(moments, "overload").map(|at| Cross::new(at, 4, OVERLOAD.stroke_width(2))))?
        .label("overload")
        .legend(|(x, y)| Cross::new((x + 9, y), 4, OVERLOAD.stroke_width(2)));
    chart
        .draw_series(marks(moments, "server_error").map(|at| Circle::new(at, 2, BROKEN.filled())))?
        .label("failed")
        .legend(|(x, y)| Circle::new((x + 9, y), 3, BROKEN.filled()));
    let bound = [(0.0, CAP as f64), (end, CAP as f64)];
    chart
        .draw_series(DashedLineSeries::new(bound, 6, 4, BOUND.stroke_width(1)))?
        .label("cap")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BOUND.stroke_width(1)));
    for (number, (phase, from)) in phases(moments).into_iter().enumerate() {
        let border = [(from, 0.0), (from, highest)];
        chart.draw_series([PathElement::new(border, BOUND.stroke_width(1))])?;
        // Short phases stand close together: their names take turns in height.
        let height = highest - 0.4 - 1.5 * (number % 2) as f64;
        chart.draw_series([Text::new(format!(" {phase}"), (from, height), (FONT, 14))])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::Coordinate(60, 95))
        .background_style(WHITE.mix(0.85))
        .border_style(BOUND)
        .label_font((FONT, 14))
        .draw()?;
    Ok(())
}

/// Calls made again, and how many may be.
fn retries(area: &Drawing<'_>, moments: &[Moment], end: f64) -> Drawn {
    let budget = SESSIONS.div_ceil(10) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(20)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..end, 0.0..budget * 1.3)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .y_labels(4)
        .x_desc("seconds")
        .y_desc("calls made again")
        .label_style((FONT, 14))
        .draw()?;
    let again = steps(moments, |moment| usize::try_from(moment.retries).unwrap_or(usize::MAX));
    chart.draw_series(LineSeries::new(again, BROKEN.stroke_width(2)))?;
    let bound = [(0.0, budget), (end, budget)];
    chart.draw_series(DashedLineSeries::new(bound, 6, 4, BOUND.stroke_width(1)))?;
    let name = format!(" a tenth of {SESSIONS} sessions");
    chart.draw_series([Text::new(name, (0.0, budget * 1.17), (FONT, 14))])?;
    Ok(())
}

/// A staircase: a value holds until the next moment. Moments that change nothing are left out.
fn steps(moments: &[Moment], value: impl Fn(&Moment) -> usize) -> Vec<(f64, f64)> {
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for moment in moments {
        let (seconds, value) = (moment.milliseconds / 1e3, value(moment) as f64);
        match steps.last().copied() {
            Some((_, before)) if before == value => {}
            Some((_, before)) => steps.extend([(seconds, before), (seconds, value)]),
            None => steps.push((seconds, value)),
        }
    }
    if let (Some(last), Some((_, value))) = (moments.last(), steps.last().copied()) {
        steps.push((last.milliseconds / 1e3, value));
    }
    steps
}

/// Where calls ended so: at their moment, at the height of what was allowed then.
fn marks<'m>(moments: &'m [Moment], outcome: &'m str) -> impl Iterator<Item = (f64, f64)> + 'm {
    let ended = moments.iter().filter(move |moment| moment.ended.as_deref() == Some(outcome));
    ended.map(|moment| (moment.milliseconds / 1e3, moment.allowed as f64))
}

/// Each phase and when it began.
fn phases(moments: &[Moment]) -> Vec<(&str, f64)> {
    let mut phases: Vec<(&str, f64)> = Vec::new();
    for moment in moments {
        if phases.last().is_none_or(|(phase, _)| *phase != moment.phase) {
            phases.push((&moment.phase, moment.milliseconds / 1e3));
        }
    }
    phases
}
