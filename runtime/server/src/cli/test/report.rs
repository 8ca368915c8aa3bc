//! What `syncline test` says.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use serde_json::json;
use syncline_dryrun::Verdict;

/// A case that was replayed.
pub(super) struct Case {
    /// `INTEGRATION/NAME`
    pub(super) name: String,
    pub(super) verdict: Verdict,
}

/// All of them.
pub(super) struct Report {
    pub(super) cases: Vec<Case>,
    /// Functions without a case, as `INTEGRATION/NAME`.
    pub(super) untested: Vec<String>,
    /// Of the replays, without the build.
    pub(super) time: Duration,
}

impl Report {
    pub(super) fn failed(&self) -> usize {
        self.cases.iter().filter(|case| case.verdict.diff.is_some()).count()
    }

    fn passed(&self) -> usize {
        self.cases.len() - self.failed()
    }

    /// On stdout: for programs one document, for people what failed and a summary.
    pub(super) fn print(&self, as_json: bool) -> io::Result<()> {
        let text = if as_json { self.document() } else { self.text() };
        match io::Write::write_fmt(&mut io::stdout().lock(), format_args!("{}\n", text.trim_end())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    fn document(&self) -> String {
        let case = |case: &Case| {
            let outcome = if case.verdict.diff.is_some() { "failed" } else { "passed" };
            json!({ "name": case.name, "outcome": outcome, "diff": case.verdict.diff })
        };
        let cases: Vec<_> = self.cases.iter().map(case).collect();
        json!({ "passed": self.passed(), "failed": self.failed(), "cases": cases }).to_string()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for case in &self.cases {
            let mark = if case.verdict.diff.is_some() { "FAILED" } else { "ok    " };
            let _ = writeln!(text, "{mark}  {}", case.name);
            for line in case.verdict.diff.iter().flat_map(|diff| diff.lines()) {
                let _ = writeln!(text, "        {line}");
            }
        }
        if !self.untested.is_empty() {
            let _ = writeln!(text, "\nwithout a recording: {}", self.untested.join(", "));
        }
        let _ = writeln!(text, "\n{} passed, {} failed in {:.2} s", self.passed(), self.failed(), self.time.as_secs_f64());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let case = |name: &str, diff: Option<&str>| Case {
            name: name.to_owned(),
            verdict: Verdict { diff: diff.map(str::to_owned), time: Duration::from_millis(12) },
        };
        Report {
            cases: vec![case("github/issues", None), case("slack/post", Some("output.ok: recorded true, now false\n- true\n+ false"))],
            untested: vec!["slack/list".to_owned()],
            time: Duration::from_millis(1_234),
        }
    }

    #[test]
    fn the_document_has_counts_and_cases_and_nothing_else() {
        let diff = "output.ok: recorded true, now false\\n- true\\n+ false";
        let expected = format!(
            r#"{{"passed":1,"failed":1,"cases":[{{"name":"github/issues","outcome":"passed","diff":null}},{{"name":"slack/post","outcome":"failed","diff":"{diff}"}}]}}"#
        );
        assert_eq!(report().document(), expected);
    }

    #[test]
    fn people_see_what_failed_and_what_is_not_tested() {
        let expected = "ok      github/issues\nFAILED  slack/post\n        output.ok: recorded true, now false\n        - true\n        \
                        + false\n\nwithout a recording: slack/list\n\n1 passed, 1 failed in 1.23 s\n";
        assert_eq!(report().text(), expected);
    }

    #[test]
    fn ci_systems_read_junits_xml() {
        let xml = super::super::junit::of(&report()).unwrap();
        assert!(xml.contains(r#"<testsuite name="slack" tests="1" disabled="0" errors="0" failures="1""#), "{xml}");
        assert!(xml.contains(r#"<testcase name="post" classname="slack" time="0.012">"#), "{xml}");
        assert!(xml.contains(r#"<failure message="output.ok: recorded true, now false""#), "{xml}");
    }
}
