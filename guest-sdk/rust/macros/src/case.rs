//! serde's `rename_all` rules, so that the schema names a field as serde writes it.

/// Renames a field: `snake_case` in, the rule's case out. `None` for a rule that serde does not have.
pub(crate) fn field(rule: &str, name: &str) -> Option<String> {
    let pascal = || name.split('_').map(capitalised).collect::<String>();
    Some(match rule {
        "lowercase" | "snake_case" => name.to_owned(),
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => uncapitalised(&pascal()),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

/// Renames an enum's variant: `PascalCase` in.
pub(crate) fn variant(rule: &str, name: &str) -> Option<String> {
    let mut snake = String::new();
    for (index, c) in name.char_indices() {
        if index > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    Some(match rule {
        "lowercase" => name.to_ascii_lowercase(),
        "UPPERCASE" => name.to_ascii_uppercase(),
        "PascalCase" => name.to_owned(),
        "camelCase" => uncapitalised(name),
        "snake_case" | "SCREAMING_SNAKE_CASE" | "kebab-case" | "SCREAMING-KEBAB-CASE" => field(rule, &snake)?,
        _ => return None,
    })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase().to_string() + characters.as_str()).unwrap_or_default()
}

fn uncapitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_lowercase().to_string() + characters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_serde() {
        assert_eq!(field("camelCase", "html_url").unwrap(), "htmlUrl");
        assert_eq!(field("SCREAMING-KEBAB-CASE", "html_url").unwrap(), "HTML-URL");
        assert_eq!(variant("snake_case", "InProgress").unwrap(), "in_progress");
        assert_eq!(variant("kebab-case", "InProgress").unwrap(), "in-progress");
        assert_eq!(variant("lowercase", "InProgress").unwrap(), "inprogress");
        assert_eq!(field("dromedaryCase", "x"), None);
    }
}
