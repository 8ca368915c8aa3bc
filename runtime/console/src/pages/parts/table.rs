//! Rows of the same kind. On a phone each becomes a block that names its values.

use askama::Template;

use crate::pages::Cell;

/// With at least one row; where there is none, the page shows an [`crate::pages::Empty`].
#[derive(Clone, Debug, Template)]
#[template(path = "console/parts/table.html")]
pub struct Table {
    /// What the rows are, for whoever cannot see the heading above it.
    pub caption: String,
    /// In order.
    pub columns: Vec<Column>,
    /// The first cell of each names its row.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Whether its values are set flush right.
    pub is_number: bool,
}

impl Column {
    /// Of words.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), is_number: false }
    }

    /// Of numbers.
    pub fn number(title: &str) -> Self {
        Self { is_number: true, ..Self::new(title) }
    }
}

impl Table {
    fn class(column: &Column) -> &'static str {
        if column.is_number { "flush" } else { "" }
    }

    fn labelled(row: &[Cell]) -> impl Iterator<Item = (usize, &Cell)> {
        row.iter().enumerate()
    }
}
