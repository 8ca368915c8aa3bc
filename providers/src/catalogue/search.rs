//! Finding a provider among a thousand while somebody types.

use super::Summary;

/// What is looked for. Case and punctuation do not count: `hub spot` finds HubSpot, `cal.com` finds `cal-com`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// What was typed; empty for everything.
    pub text: &'a str,
    /// Of this category alone.
    pub category: Option<&'a str>,
    /// Of this auth mode alone.
    pub auth_mode: Option<&'a str>,
}

/// How well an entry fits; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    /// Its name or key is what was typed.
    Whole,
    /// Its name or key begins with it.
    Start,
    /// A word of its name does.
    Word,
    /// It is somewhere in the name or key.
    Within,
    /// Each word that was typed begins a word of the name, of a category or of the mode: `crm oauth2`.
    About,
}

/// Those that fit: best first, then by name.
pub fn find<'s>(search: &Search<'_>, all: impl Iterator<Item = &'s Summary>) -> Vec<&'s Summary> {
    let typed = folded(search.text);
    let words: Vec<String> = words(search.text).collect();
    let same = |wanted: Option<&str>, has: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(has));
    let mut found: Vec<(Fit, String, &Summary)> = all
        .filter(|one| same(search.auth_mode, &one.auth_mode))
        .filter(|one| search.category.is_none() || one.categories.iter().any(|category| same(search.category, category)))
        .filter_map(|one| Some((fit(&typed, &words, one)?, folded(&one.display_name), one)))
        .collect();
    found.sort_by(|(fit, name, one), (other_fit, other_name, other)| (fit, name, &one.key).cmp(&(other_fit, other_name, &other.key)));
    found.into_iter().map(|(_, _, one)| one).collect()
}

fn fit(typed: &str, typed_words: &[String], one: &Summary) -> Option<Fit> {
    if typed.is_empty() {
        // Punctuation alone names nothing, and nothing finds everything.
        return typed_words.is_empty().then_some(Fit::Whole);
    }
    let (name, key) = (folded(&one.display_name), folded(&one.key));
    if name == typed || key == typed {
        return Some(Fit::Whole);
    }
    if name.starts_with(typed) || key.starts_with(typed) {
        return Some(Fit::Start);
    }
    if words(&one.display_name).any(|word| word.starts_with(typed)) {
        return Some(Fit::Word);
    }
    if name.contains(typed) || key.contains(typed) {
        return Some(Fit::Within);
    }
    let is_about = |word: &String| {
        let said = [&one.display_name, &one.key].into_iter().chain(&one.categories).flat_map(|text| words(text));
        said.chain(words(&one.auth_mode)).any(|own| own.starts_with(word.as_str())) || folded(&one.auth_mode).starts_with(word.as_str())
    };
    typed_words.iter().all(is_about).then_some(Fit::About)
}

/// Letters and digits alone, in lower case.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(folded)
}

#[cfg(test)]
mod tests;
