//! The text format of Prometheus, 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write as _};

use syncline_domain::Histogram;

/// A document that grows.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// Says what the samples that follow are.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One sample of the family. Labels are the server's own words, so that nothing in them needs an escape.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        self.labels(labels, None);
        let _ = writeln!(self.0, " {value}");
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// A histogram of the family, in seconds.
    pub(super) fn histogram(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram) {
        let (counts, sum_us) = histogram.read();
        let mut below = 0;
        for (at, count) in counts.iter().enumerate() {
            below += count;
            let bound = Histogram::BOUNDS_MS.get(at).map_or_else(|| "+Inf".to_owned(), |ms| (*ms as f64 / 1e3).to_string());
            let _ = write!(self.0, "{name}_bucket");
            self.labels(labels, Some(&bound));
            let _ = writeln!(self.0, " {below}");
        }
        for (part, value) in [("sum", (sum_us as f64 / 1e6).to_string()), ("count", below.to_string())] {
            let _ = write!(self.0, "{name}_{part}");
            self.labels(labels, None);
            let _ = writeln!(self.0, " {value}");
        }
    }

    fn labels(&mut self, labels: &[(&str, &str)], bound: Option<&str>) {
        let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        let all: Vec<String> = all.map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        if !all.is_empty() {
            let _ = write!(self.0, "{{{}}}", all.join(","));
        }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_histogram_counts_upwards_and_says_how_many_there_were() {
        let histogram = Histogram::default();
        histogram.record(Duration::from_millis(3));
        histogram.record(Duration::from_hours(1));
        let mut text = Text::default();
        text.family("x_seconds", "histogram", "X");
        text.histogram("x_seconds", &[("route", "/a")], &histogram);
        let text = text.into_string();
        for line in [
            "# TYPE x_seconds histogram",
            r#"x_seconds_bucket{route="/a",le="0.001"} 0"#,
            r#"x_seconds_bucket{route="/a",le="0.005"} 1"#,
            r#"x_seconds_bucket{route="/a",le="600"} 1"#,
            r#"x_seconds_bucket{route="/a",le="+Inf"} 2"#,
            r#"x_seconds_sum{route="/a"} 3600.003"#,
            r#"x_seconds_count{route="/a"} 2"#,
        ] {
            assert!(text.lines().any(|given| given == line), "{line} is not in\n{text}");
        }
        let mut text = Text::default();
        text.gauge("y", "Y", 7);
        assert_eq!(text.into_string(), "# HELP y Y\n# TYPE y gauge\ny 7\n");
    }
}
