//! The languages of the pages that a product's users see.

/// A language that we have words in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English: also for everybody else.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

impl Language {
    /// The reader's preference among ours: `Accept-Language` (RFC 9110, 12.5.4). A header that breaks the grammar counts as far as it is read.
    pub fn preferred(accept_language: Option<&str>) -> Self {
        let mut best = (0.0, Self::default());
        for range in accept_language.unwrap_or_default().split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(0.0);
            // Equal weights: the first one written wins.
            if let Some(language) = Self::of_tag(tag.trim())
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The tag for `lang="…"` (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        [Self::English, Self::German, Self::French, Self::Spanish].into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_best_language_that_we_have() {
        for (header, language) in [
            ("de-CH", Language::German),
            ("ja, fr;q=0.8, en;q=0.7", Language::French),
            ("en;q=0.2,ES ; q=0.9", Language::Spanish),
            ("fr;q=0, de;q=0.1", Language::German),
            ("ja", Language::English),
            (";;q=,,\u{1f600};q=NaN", Language::English),
        ] {
            assert_eq!(Language::preferred(Some(header)), language, "{header}");
        }
        assert_eq!(Language::preferred(None), Language::English);
    }
}
