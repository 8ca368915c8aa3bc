//! The rules for names on the wire.

use proc_macro2::Span;
use syn::{Error, Result};

/// The longest function name that a host takes.
const MAX_FUNCTION_NAME: usize = 255;

/// `create_issue` is `create-issue` on the wire.
pub(crate) fn function_from_rust(name: &str) -> String {
    name.trim_start_matches("r#").replace('_', "-")
}

pub(crate) fn check_function(name: &str, span: Span) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > MAX_FUNCTION_NAME {
        return Err(Error::new(span, format!("a function's name has 1 to {MAX_FUNCTION_NAME} characters")));
    }
    match name.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(Error::new(span, format!("the function name `{name}` contains `{c}`; letters, digits, `-` and `_` are allowed"))),
        None => Ok(()),
    }
}

pub(crate) fn check_model(name: &str, span: Span) -> Result<()> {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|c| c.is_ascii_uppercase());
    let rest = name.len() > 1 && characters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if begins && rest {
        return Ok(());
    }
    Err(Error::new(
        span,
        format!(
            "the model name `{name}` is not allowed: an upper-case letter, then one or more letters, digits, `-` or `_`; \
             set another with `#[model(name = \"..\")]`"
        ),
    ))
}
