//! The page at the end of an authorization: it says how it went, tells the window that opened it, and closes. Wire contract 1.14, step 8.

mod words;

use askama::Template;

use crate::Language;

/// How it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome<'a> {
    /// There is a connection now.
    Connected,
    /// There is none.
    Failed {
        /// What the reader can do about it.
        reason: Reason,
        /// For whoever helps the reader. May come from the provider, so it is shown as text and nothing else.
        message: &'a str,
        /// The wire's stable word for it: `state_err`, `callback_err`, ...
        error_type: &'a str,
    },
}

/// Why there is no connection, as far as it changes what the reader should do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The reader, or an administrator, said no.
    Denied,
    /// The authorization was finished before, or began too long ago.
    Stale,
    /// The browser has no cookie of this authorization: it began elsewhere, or cookies are off.
    OtherBrowser,
    /// The provider answered with an error, or not at all.
    Provider,
    /// The credentials or the account do not fit what the product asks for.
    Rejected,
    /// The integration is not set up as the provider wants it.
    Setup,
    /// A fault of this server.
    Internal,
}

/// The page.
#[derive(Template, Debug)]
#[template(path = "result_page.html")]
pub struct ResultPage<'a> {
    /// The words' language.
    pub language: Language,
    /// For people; absent where the authorization is unknown.
    pub integration: Option<&'a str>,
    /// How it went.
    pub outcome: Outcome<'a>,
    /// The one style and the one script of the page carry it; the policy that goes with the page names it.
    pub nonce: &'a str,
}

impl ResultPage<'_> {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.render().expect("writing to a string does not fail")
    }

    /// The policy to send with it: nothing is loaded, nothing is sent, nobody frames it.
    pub fn content_security_policy(&self) -> String {
        let nonce = self.nonce;
        format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }

    fn is_connected(&self) -> bool {
        self.outcome == Outcome::Connected
    }

    fn title(&self) -> &'static str {
        words::title(self.language, self.is_connected())
    }

    fn lead(&self) -> String {
        let name = self.integration.unwrap_or_else(|| words::unnamed(self.language));
        match self.outcome {
            Outcome::Connected => words::connected(self.language).replace("{name}", name),
            Outcome::Failed { reason, .. } => words::failed(self.language, reason).0.replace("{name}", name),
        }
    }

    fn advice(&self) -> &'static str {
        match self.outcome {
            Outcome::Connected => words::close_advice(self.language),
            Outcome::Failed { reason, .. } => words::failed(self.language, reason).1,
        }
    }

    fn details_label(&self) -> &'static str {
        words::details(self.language)
    }

    fn close_label(&self) -> &'static str {
        words::close(self.language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page<'a>(integration: &'a str, message: &'a str, error_type: &'a str) -> ResultPage<'a> {
        let outcome = Outcome::Failed { reason: Reason::Provider, message, error_type };
        ResultPage { language: Language::English, integration: Some(integration), outcome, nonce: "n0" }
    }

    /// O5: whatever a provider writes stays text, in elements and in attributes.
    #[test]
    fn no_string_of_a_provider_becomes_markup() {
        let attack = r#"</script><script>alert(1)</script><img src=x onerror=alert(1)>"' onload='x' {{7*7}}"#;
        let html = page(attack, attack, attack).html();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(!html.contains("<img") && !html.contains("onload='x'") && !html.contains(r#">"'"#), "{html}");
        // Once as the name, twice as message and twice as type: shown, and handed to the script.
        assert_eq!(html.matches("alert(1)&#60;/script&#62;").count() + html.matches("alert(1)&lt;/script&gt;").count(), 5, "{html}");
    }

    #[test]
    fn every_language_has_its_own_words_for_every_reason() {
        use Reason::{Denied, Internal, OtherBrowser, Provider, Rejected, Setup, Stale};
        let mut seen = std::collections::HashSet::new();
        for language in [Language::English, Language::German, Language::French, Language::Spanish] {
            for reason in [Denied, Stale, OtherBrowser, Provider, Rejected, Setup, Internal] {
                let outcome = Outcome::Failed { reason, message: "", error_type: "t" };
                let page = ResultPage { language, integration: None, outcome, nonce: "n" };
                let html = page.html();
                assert!(html.contains(&format!(r#"<html lang="{}">"#, language.tag())) && !html.contains("{name}"), "{html}");
                assert!(seen.insert(page.lead()), "{}", page.lead());
            }
        }
    }

    #[test]
    fn success_says_so_without_an_error_to_show() {
        let page = ResultPage { language: Language::German, integration: Some("GitHub"), outcome: Outcome::Connected, nonce: "n0" };
        let html = page.html();
        assert!(
            html.contains("GitHub ist verbunden.") && html.contains(r#"data-outcome="success""#) && !html.contains("<details"),
            "{html}"
        );
        assert!(page.content_security_policy().contains("script-src 'nonce-n0'"));
    }
}
