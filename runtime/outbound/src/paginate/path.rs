//! Dotted paths into JSON text: `paging.next.after`, `data.0.id`, `data.-1.id` (the last). A key may have dots itself: `@odata.nextLink`.

use serde_json::value::RawValue;

use super::Object;

/// The value at `path`; `None` where there is none. Its text is untouched.
pub(super) fn find<'a>(body: &'a RawValue, path: &str) -> Option<&'a RawValue> {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let text = body.get();
    let value = if text.starts_with('{') {
        let object: Object<'_> = serde_json::from_str(text).ok()?;
        if let Some(value) = object.get(path) {
            return Some(value);
        }
        object.get(key).copied()?
    } else {
        let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        let index: isize = key.parse().ok()?;
        let index = if index < 0 { items.len().checked_add_signed(index)? } else { index.unsigned_abs() };
        items.get(index).copied()?
    };
    rest.map_or(Some(value), |rest| find(value, rest))
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
