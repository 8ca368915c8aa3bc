//! What the tour prints: numbered steps with their time, and checks. Plain where nobody looks, quiet colours in a terminal.

use std::fmt::{Debug, Display};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const WIDTH: usize = 72;

/// Where the tour stands.
pub(super) struct Report {
    colours: bool,
    steps: u32,
    checks: u32,
    differences: Vec<String>,
    began: Instant,
}

/// A step under way.
pub(super) struct Step {
    title: &'static str,
    began: Instant,
    spinner: ProgressBar,
}

impl Report {
    #[expect(clippy::disallowed_methods, reason = "NO_COLOR is every program's, not a setting of ours; https://no-color.org")]
    pub(super) fn new() -> Self {
        let colours = std::io::stdout().is_terminal() && std::env::var("NO_COLOR").is_err();
        Self { colours, steps: 0, checks: 0, differences: Vec::new(), began: Instant::now() }
    }

    pub(super) fn begin(title: &'static str) -> Step {
        let spinner = ProgressBar::new_spinner().with_message(title);
        spinner.set_style(ProgressStyle::with_template(" {spinner}  {msg}").expect("the template is ours"));
        spinner.enable_steady_tick(Duration::from_millis(100));
        Step { title, began: Instant::now(), spinner }
    }

    /// Prints the step with the time that it took, and its outcome.
    pub(super) fn done(&mut self, step: Step, outcome: &str) {
        let Step { title, began, spinner } = step;
        let took = human(began.elapsed());
        spinner.finish_and_clear();
        self.steps += 1;
        let number = format!("{:>2}", self.steps);
        let gap = WIDTH.saturating_sub(title.chars().count() + took.len());
        println!("{}  {}{:gap$}{}", self.dim(&number), self.bold(title), "", self.dim(&took));
        Self::show(outcome);
    }

    /// Text below a step.
    pub(super) fn show(text: &str) {
        for line in text.lines() {
            println!("    {line}");
        }
    }

    /// Compares a figure with the source.
    pub(super) fn check<T: PartialEq + Debug>(&mut self, what: impl Display, found: &T, expected: &T) {
        self.checks += 1;
        if found == expected {
            println!("    {} {what}", self.paint("ok", "32"));
        } else {
            println!("    {} {what}: {found:?} instead of {expected:?}", self.paint("DIFFERS", "31"));
            self.differences.push(what.to_string());
        }
    }

    /// The last line.
    pub(super) fn conclude(&self) {
        let took = human(self.began.elapsed());
        match self.differences.as_slice() {
            [] => println!("\n{} All {} checks passed, in {took}.", self.paint("ok", "32"), self.checks),
            differences => {
                println!("\n{} {} of {} checks, in {took}:", self.paint("DIFFERS", "31"), differences.len(), self.checks);
                for what in differences {
                    println!("    {what}");
                }
            }
        }
    }

    pub(super) fn as_it_should(&self) -> bool {
        self.differences.is_empty() && self.checks > 0
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn dim(&self, text: &str) -> String {
        self.paint(text, "2")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn human(took: Duration) -> String {
    if took < Duration::from_secs(1) { format!("{} ms", took.as_millis()) } else { format!("{:.1} s", took.as_secs_f64()) }
}
