//! A point in time on a page.

use askama::Template;

/// Shown in UTC by the server, and in the reader's own zone once the script has run.
#[derive(Clone, Debug, Template)]
#[template(source = r#"<time datetime="{{ iso }}"{% if is_precise %} data-precise{% endif %}>{{ self.text() }}</time>"#, ext = "html")]
pub struct Moment {
    iso: String,
    is_precise: bool,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Moment {
    /// From RFC 3339 in UTC: `2026-01-31T12:00:00.000Z`.
    pub fn new(iso: impl Into<String>) -> Self {
        Self { iso: iso.into(), is_precise: false }
    }

    /// To the millisecond: lines of a log, steps of a run.
    #[must_use]
    pub fn precise(self) -> Self {
        Self { is_precise: true, ..self }
    }

    /// For `<time datetime>`.
    pub fn iso(&self) -> &str {
        &self.iso
    }

    /// `31 Jan 2026, 12:00 UTC`; a text of another form stays as it is.
    pub fn text(&self) -> String {
        self.parts().unwrap_or_else(|| self.iso.clone())
    }

    fn parts(&self) -> Option<String> {
        let (date, time) = self.iso.split_once('T')?;
        let mut date = date.splitn(3, '-');
        let (year, month, day) = (date.next()?, date.next()?.parse::<usize>().ok()?, date.next()?.parse::<u32>().ok()?);
        let month = MONTHS.get(month.checked_sub(1)?)?;
        let time = if self.is_precise { time.trim_end_matches('Z') } else { time.get(..5)? };
        Some(format!("{day} {month} {year}, {time} UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_people_write_it() {
        assert_eq!(Moment::new("2026-01-31T12:05:09.123Z").text(), "31 Jan 2026, 12:05 UTC");
        assert_eq!(Moment::new("2026-01-31T12:05:09.123Z").precise().text(), "31 Jan 2026, 12:05:09.123 UTC");
        assert_eq!(Moment::new("some day").text(), "some day");
        assert_eq!(Moment::new("2026-13-31T12:05").text(), "2026-13-31T12:05");
    }
}
