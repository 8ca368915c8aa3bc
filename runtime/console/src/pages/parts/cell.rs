//! One value of a table or of a list of facts.

use std::borrow::Borrow;

use askama::Template;

use crate::pages::{Action, Badge, Moment};

/// By what it is, so that it looks the same everywhere.
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/cell.html")]
pub enum Cell {
    /// Nothing to say.
    Nothing,
    /// Words.
    Text(String),
    /// Words that matter less.
    Muted(String),
    /// An id, a key, a path: something to copy.
    Code(String),
    /// A count.
    Number(u64),
    /// A point in time.
    Moment(Moment),
    /// A state.
    Badge(Badge),
    /// Leads to the page of what it names.
    Link {
        /// Where to.
        href: String,
        /// Its name.
        text: String,
    },
    /// What can be done with it.
    Actions(Vec<Action>),
    /// One above the other: a name and what it belongs to.
    Lines(Vec<Cell>),
    /// One behind the other.
    Row(Vec<Cell>),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An id or a key.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    /// A link.
    pub fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Link { href: href.into(), text: text.into() }
    }

    /// A point in time, or nothing.
    pub fn moment(at: Option<Moment>) -> Self {
        at.map_or(Self::Nothing, Self::Moment)
    }
}

/// `1,234,567`. Of either form, because templates hand out references.
pub fn thousands(number: impl Borrow<u64>) -> String {
    let digits = number.borrow().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
