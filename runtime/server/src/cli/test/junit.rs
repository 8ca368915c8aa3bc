//! A report in JUnit's XML: a suite for each integration.

use anyhow::Context;
use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::report::Report;

pub(super) fn of(report: &Report) -> anyhow::Result<String> {
    let mut suites: IndexMap<&str, TestSuite> = IndexMap::new();
    for case in &report.cases {
        let (integration, name) = case.name.split_once('/').unwrap_or(("", &case.name));
        let status = match &case.verdict.diff {
            None => TestCaseStatus::success(),
            Some(diff) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(diff.lines().next().unwrap_or_default()).set_description(diff.as_str());
                status
            }
        };
        let mut entry = TestCase::new(name, status);
        entry.set_classname(integration).set_time(case.verdict.time);
        suites.entry(integration).or_insert_with(|| TestSuite::new(integration)).add_test_case(entry);
    }
    let mut xml = Xml::new("syncline test");
    xml.set_time(report.time).add_test_suites(suites.into_values());
    xml.to_string().context("the JUnit report cannot be written")
}
