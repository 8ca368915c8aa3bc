//! Bars over time, drawn here: an SVG without a style or a script, and the same numbers in a table below it.

use askama::Template;

use crate::pages::{Moment, Tone, thousands};

/// Stacked bars.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/chart.html")]
pub struct Chart {
    /// What it shows; `<h3>` above it.
    pub title: String,
    /// What a value counts: `runs`
    pub unit: String,
    /// From below to above.
    pub series: Vec<Series>,
    /// From left to right.
    pub buckets: Vec<Bucket>,
}

/// One colour.
#[derive(Clone, Debug)]
pub struct Series {
    /// For people.
    pub name: String,
    /// Which colour.
    pub tone: Tone,
    /// The list of what is counted; empty for none.
    pub href: String,
}

/// One span of time.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// When it begins.
    pub from: Moment,
    /// One for each series.
    pub values: Vec<u64>,
}

/// A rectangle, in the units of the drawing.
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    class: &'static str,
    title: String,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 140.0;

impl Chart {
    /// Of all buckets, by series.
    fn totals(&self) -> Vec<u64> {
        let total = |at: usize| self.buckets.iter().filter_map(|bucket| bucket.values.get(at)).sum();
        (0..self.series.len()).map(total).collect()
    }

    /// What the highest bar just fits under.
    fn top(&self) -> u64 {
        round_above(self.buckets.iter().map(|bucket| bucket.values.iter().sum::<u64>()).max().unwrap_or(0))
    }

    fn id(&self) -> String {
        anchor(&self.title)
    }

    fn bars(&self) -> Vec<Bar> {
        let (top, slot) = (self.top() as f64, WIDTH / self.buckets.len().max(1) as f64);
        let mut bars = Vec::new();
        for (at, bucket) in self.buckets.iter().enumerate() {
            let mut below = 0.0;
            for (series, value) in self.series.iter().zip(&bucket.values).filter(|(_, value)| **value > 0) {
                // One of many thousands is still to be seen.
                let height = (*value as f64 / top * HEIGHT).max(1.5);
                below += height;
                bars.push(Bar {
                    x: slot.mul_add(at as f64, slot * 0.1),
                    y: HEIGHT - below,
                    width: slot * 0.8,
                    height,
                    class: series.tone.ink(),
                    title: format!("{}: {} {}", bucket.from.text(), thousands(*value), series.name),
                });
            }
        }
        bars
    }

    /// What a screen reader hears in place of the drawing.
    fn summary(&self) -> String {
        let totals: Vec<_> =
            self.series.iter().zip(self.totals()).map(|(series, total)| format!("{} {}", thousands(total), series.name)).collect();
        format!("{}: {}", self.title, totals.join(", "))
    }
}

/// 1, 2 or 5 and zeros.
pub(super) fn round_above(highest: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for top in [step, step.saturating_mul(2), step.saturating_mul(5)] {
            if top >= highest {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// Of a heading, for `id`: what a page replaces while somebody reads it keeps the focus where elements have names.
pub(super) fn anchor(title: &str) -> String {
    title.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[[u64; 2]]) -> Chart {
        let series = [("succeeded", Tone::Good), ("failed", Tone::Bad)]
            .map(|(name, tone)| Series { name: name.to_owned(), tone, href: String::new() })
            .to_vec();
        let buckets = values.iter().map(|values| Bucket { from: Moment::new("2026-01-31T12:05:00Z"), values: values.to_vec() }).collect();
        Chart { title: "Runs".to_owned(), unit: "runs".to_owned(), series, buckets }
    }

    #[test]
    fn bars_are_stacked_below_a_round_number() {
        let chart = chart(&[[30, 5], [0, 0]]);
        let bars = chart.bars();
        assert_eq!((chart.top(), bars.len()), (50, 2));
        assert!((bars[0].height - 84.0).abs() < 0.01 && (bars[1].y - 42.0).abs() < 0.01);
        assert_eq!(chart.summary(), "Runs: 30 succeeded, 5 failed");
    }

    #[test]
    fn no_value_breaks_the_drawing() {
        for values in [vec![], vec![[0, 0]], vec![[u64::MAX / 2, 1]]] {
            let html = chart(&values).render().unwrap();
            assert!(html.contains("<svg") && !html.contains("NaN") && !html.contains("inf"), "{html}");
        }
    }
}
