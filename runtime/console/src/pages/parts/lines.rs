//! Lines over time, drawn here as [`crate::pages::Chart`] draws bars: for values that do not add up.

use std::borrow::Borrow;
use std::fmt::Write as _;

use askama::Template;

use super::chart::{anchor, round_above};
use crate::pages::{Moment, Series, thousands};

/// One line for each series; where there is no value, it breaks off.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/lines.html")]
pub struct Lines {
    /// What it shows; `<h3>` above it.
    pub title: String,
    /// Behind each value: `ms`
    pub unit: String,
    /// What a line is, and what it comes to over the whole time.
    pub series: Vec<(Series, String)>,
    /// From left to right.
    pub points: Vec<LinePoint>,
}

/// One span of time.
#[derive(Clone, Debug)]
pub struct LinePoint {
    /// When it begins.
    pub from: Moment,
    /// One for each series.
    pub values: Vec<Option<u64>>,
}

/// Where the pointer finds out what the lines say.
struct Strip {
    x: f64,
    width: f64,
    title: String,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 140.0;

impl Lines {
    fn top(&self) -> u64 {
        round_above(self.points.iter().flat_map(|point| point.values.iter().flatten()).copied().max().unwrap_or(0).max(1))
    }

    fn id(&self) -> String {
        anchor(&self.title)
    }

    fn slot(&self) -> f64 {
        WIDTH / self.points.len().max(1) as f64
    }

    /// Class and way of each line. A value alone between gaps is a dot: a line of no length with round ends.
    fn paths(&self) -> Vec<(&'static str, String)> {
        let (top, slot) = (self.top() as f64, self.slot());
        let path = |series: usize| {
            let mut way = String::new();
            let mut is_drawing = false;
            for (at, point) in self.points.iter().enumerate() {
                let Some(value) = point.values.get(series).copied().flatten() else {
                    is_drawing = false;
                    continue;
                };
                let (x, y) = (slot.mul_add(at as f64, slot / 2.0), HEIGHT - value as f64 / top * HEIGHT);
                write!(way, "{}{x:.2} {y:.2}", if is_drawing { "L" } else { "M" }).expect("a text takes what is written");
                if !is_drawing {
                    way += "h0.01";
                }
                is_drawing = true;
            }
            way
        };
        self.series.iter().enumerate().map(|(at, (series, _))| (series.tone.ink(), path(at))).collect()
    }

    fn strips(&self) -> Vec<Strip> {
        let slot = self.slot();
        let strip = |(at, point): (usize, &LinePoint)| {
            let values = self.series.iter().zip(&point.values);
            let told: Vec<_> =
                values.filter_map(|((series, _), value)| Some(format!("{} {}", series.name, self.said((*value)?)))).collect();
            let title = format!("{}: {}", point.from.text(), told.join(", "));
            (!told.is_empty()).then_some(Strip { x: slot * at as f64, width: slot, title })
        };
        self.points.iter().enumerate().filter_map(strip).collect()
    }

    /// Of either form, because templates hand out references.
    fn said(&self, value: impl Borrow<u64>) -> String {
        format!("{} {}", thousands(*value.borrow()), self.unit)
    }

    /// What a screen reader hears in place of the drawing.
    fn summary(&self) -> String {
        let said: Vec<_> = self.series.iter().map(|(series, said)| format!("{} {said}", series.name)).collect();
        format!("{}: {}", self.title, said.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Tone;

    fn lines(values: &[Option<u64>]) -> Lines {
        let series = Series { name: "p95".to_owned(), tone: Tone::Warn, href: String::new() };
        let point = |value: &Option<u64>| LinePoint { from: Moment::new("2026-01-31T12:05:00Z"), values: vec![*value] };
        let points = values.iter().map(point).collect();
        Lines { title: "Latency".to_owned(), unit: "ms".to_owned(), series: vec![(series, "40 ms".to_owned())], points }
    }

    #[test]
    fn a_line_breaks_off_where_there_is_no_value() {
        let lines = lines(&[Some(10), Some(50), None, Some(25)]);
        assert_eq!(lines.paths(), [("ink-warn", "M90.00 112.00h0.01L270.00 0.00M630.00 70.00h0.01".to_owned())]);
        assert_eq!((lines.top(), lines.strips().len(), lines.summary().as_str()), (50, 3, "Latency: p95 40 ms"));
    }

    #[test]
    fn no_value_breaks_the_drawing() {
        for values in [vec![], vec![None], vec![Some(0)], vec![Some(u64::MAX / 2)]] {
            let html = lines(&values).render().unwrap();
            assert!(html.contains("<svg") && !html.contains("NaN") && !html.contains("inf"), "{html}");
        }
    }
}
