//! `every = ".."` and `cron = ".."`, checked as far as their shape. The host checks the rest at deploy.

use syn::{Error, LitStr, Result};

const UNITS: [&str; 15] =
    ["s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "h", "hr", "hour", "hours", "d", "day", "days"];
const PERIODS: [&str; 5] = ["month", "week", "half day", "half hour", "quarter hour"];

/// `1h` and `every 1h` become `every 1h`.
pub(crate) fn every(literal: &LitStr) -> Result<String> {
    let text = literal.value();
    let period = text.trim().strip_prefix("every ").unwrap_or(text.trim()).trim();
    let digits = period.len() - period.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = period.split_at(digits);
    let counted = count.parse::<u32>().is_ok_and(|count| count > 0) && UNITS.contains(&unit.trim());
    if counted || PERIODS.contains(&period) {
        return Ok(format!("every {period}"));
    }
    Err(Error::new(
        literal.span(),
        format!(
            "`{text}` is not a period; write a number and a unit (`30s`, `5 minutes`, `1h`, `2 days`) or one of: {}",
            PERIODS.join(", ")
        ),
    ))
}

pub(crate) fn cron(literal: &LitStr) -> Result<String> {
    let text = literal.value();
    let fields = text.split_whitespace().count();
    if fields == 5 || fields == 6 {
        return Ok(text.trim().to_owned());
    }
    Err(Error::new(
        literal.span(),
        format!("`{text}` has {fields} fields; a cron expression has five (`0 9 * * 1-5`) or, with seconds first, six"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, Span::call_site())
    }

    #[test]
    fn periods_are_normalised_and_nonsense_is_named() {
        assert_eq!(every(&literal("1h")).unwrap(), "every 1h");
        assert_eq!(every(&literal("every 5 minutes")).unwrap(), "every 5 minutes");
        assert_eq!(every(&literal("half day")).unwrap(), "every half day");
        for wrong in ["", "0h", "hour", "1 fortnight", "-1h", "1.5h"] {
            assert!(every(&literal(wrong)).unwrap_err().to_string().contains("is not a period"), "{wrong}");
        }
    }

    #[test]
    fn a_cron_expression_has_five_or_six_fields() {
        assert_eq!(cron(&literal("0 9 * * 1-5")).unwrap(), "0 9 * * 1-5");
        assert!(cron(&literal("0 9 * *")).unwrap_err().to_string().contains("has 4 fields"));
    }
}
