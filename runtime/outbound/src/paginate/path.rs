//! Dotted paths into JSON text: `paging.next.after`, `data.0.id`, `data.-1.id` (the last).

use serde_json::value::RawValue;

use super::Object;

/// The value at `path`; `None` where there is none. Its text is untouched.
pub(super) fn find<'a>(body: &'a RawValue, path: &str) -> Option<&'a RawValue> {
    path.split('.').try_fold(body, |value, key| {
        let text = value.get();
        if text.starts_with('{') {
            return serde_json::from_str::<Object<'_>>(text).ok()?.get(key).copied();
        }
        let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        let index: isize = key.parse().ok()?;
        let index = if index < 0 { items.len().checked_add_signed(index)? } else { index.unsigned_abs() };
        items.get(index).copied()
    })
}

/// A cursor: a number or a string with something in it, as JSON text.
pub(super) fn scalar(value: &RawValue) -> Option<String> {
    let text = value.get();
    let is_cursor = text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) || (text.starts_with('"') && text.len() > 2);
    is_cursor.then(|| text.to_owned())
}

/// The content of a JSON string.
pub(super) fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// A scalar as a query shows it: strings without their quotes.
pub(super) fn plain(scalar: &str) -> String {
    serde_json::from_str::<String>(scalar).unwrap_or_else(|_| scalar.to_owned())
}
