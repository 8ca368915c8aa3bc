//! The rule for tags: wire contract 1.6.

use syncline_domain::Tags;

use crate::body::storable;
use crate::error::ApiError;

const MAX_TAGS: usize = 10;
const MAX_KEY_CHARS: usize = 64;
const MAX_VALUE_CHARS: usize = 255;

/// Checks them; keys become lower-case.
pub(crate) fn check(tags: Tags) -> Result<Tags, ApiError> {
    if tags.len() > MAX_TAGS {
        return Err(ApiError::invalid_body(&["tags"], format!("at most {MAX_TAGS} tags are kept")));
    }
    tags.into_iter()
        .map(|(key, value)| {
            let wrong = |problem: &str| Err(ApiError::invalid_body(&["tags", &key], problem));
            let word = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
            if key.len() > MAX_KEY_CHARS || !key.starts_with(|c: char| c.is_ascii_alphabetic()) || !key.chars().all(word) {
                return wrong("a key is a letter, then letters, digits and `_ - . /`, 64 characters at most");
            }
            if value.is_empty() || value.chars().count() > MAX_VALUE_CHARS {
                return wrong("a value has 1 to 255 characters");
            }
            storable(&["tags", &key], &value)?;
            if key.eq_ignore_ascii_case("end_user_email") && !super::end_user::is_email(&value) {
                return wrong("is not an e-mail address");
            }
            Ok((key.to_ascii_lowercase(), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(tags: &[(&str, &str)]) -> Result<Tags, ApiError> {
        check(tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn keys_are_lower_cased_and_rules_hold() {
        assert_eq!(checked(&[("Team", "A")]).unwrap().into_iter().next(), Some(("team".to_owned(), "A".to_owned())));
        for bad in [("", "v"), ("1a", "v"), ("a b", "v"), ("k", ""), ("end_user_email", "nobody")] {
            assert!(checked(&[bad]).is_err(), "{bad:?}");
        }
        let many: Vec<String> = (0..11).map(|n| format!("k{n}")).collect();
        assert!(checked(&many.iter().map(|key| (key.as_str(), "v")).collect::<Vec<_>>()).is_err());
    }
}
