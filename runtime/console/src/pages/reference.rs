//! The API's reference: every operation on one page, which works without a script.

use askama::Template;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/reference.html")]
pub struct ReferencePage {
    /// Path of the server as the browser sees it, without a slash at its end.
    pub base: String,
    /// Of the server.
    pub version: String,
    /// What holds for all of it.
    pub introduction: Vec<Prose>,
    /// By what the operations are about.
    pub topics: Vec<Topic>,
}

/// Operations about one thing.
#[derive(Debug)]
pub struct Topic {
    /// Its place on the page.
    pub id: String,
    /// For people.
    pub title: String,
    /// In one sentence.
    pub description: Prose,
    /// In reading order.
    pub operations: Vec<Operation>,
}

/// One method of one path.
#[derive(Debug)]
pub struct Operation {
    /// Its place on the page.
    pub id: String,
    /// In capitals.
    pub method: &'static str,
    /// With parameters in braces.
    pub path: String,
    /// In one line.
    pub summary: Prose,
    /// In paragraphs.
    pub description: Vec<Prose>,
    /// Who may call; empty where everybody may.
    pub callers: Vec<String>,
    /// Whether only old clients should call it.
    pub is_deprecated: bool,
    /// Of path, query and headers.
    pub parameters: Vec<Field>,
    /// What to send.
    pub body: Option<Content>,
    /// By status, successes first.
    pub answers: Vec<Answer>,
    /// A call that can be pasted.
    pub example: String,
}

/// A body.
#[derive(Debug)]
pub struct Content {
    /// `application/json`, ...
    pub media: String,
    /// What is in it.
    pub fields: Vec<Field>,
}

/// What an operation answers.
#[derive(Debug)]
pub struct Answer {
    /// `200`, `4XX`, ...
    pub status: String,
    /// When.
    pub description: Prose,
    /// Bodies and headers; empty for errors of the common form.
    pub content: Vec<Content>,
}

/// A parameter, or a field of a body.
#[derive(Debug)]
pub struct Field {
    /// As it is written.
    pub name: String,
    /// How far inside; 0 for the body itself.
    pub depth: usize,
    /// `string`, `array of object`, or where a parameter stands.
    pub kind: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it means.
    pub description: Prose,
    /// Limits, in words.
    pub rules: Vec<String>,
}

/// Text in which backticks mark code.
#[derive(Clone, Debug, Default)]
pub struct Prose(pub String);

impl ReferencePage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }

    fn root(&self) -> String {
        format!("{}/console", self.base)
    }
}

impl Answer {
    /// The class in the style sheet.
    fn tone(&self) -> &'static str {
        match self.status.as_bytes().first() {
            Some(b'2' | b'3') => "tone-good",
            Some(b'5') => "tone-bad",
            _ => "tone-warn",
        }
    }

    fn is_success(&self) -> bool {
        self.status.starts_with(['1', '2', '3'])
    }
}

impl Prose {
    /// The pieces, and whether each is code.
    fn pieces(&self) -> impl Iterator<Item = (bool, &str)> {
        self.0.split('`').enumerate().map(|(at, text)| (at % 2 == 1, text)).filter(|(_, text)| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_code_and_nothing_becomes_markup() {
        let text = Prose("Use `<a>` & `b`".to_owned());
        assert_eq!(text.pieces().collect::<Vec<_>>(), [(false, "Use "), (true, "<a>"), (false, " & "), (true, "b")]);
        let topic = Topic { id: "t".into(), title: "T".into(), description: text, operations: Vec::new() };
        let page = ReferencePage { base: "/below".into(), version: "1".into(), introduction: Vec::new(), topics: vec![topic] };
        let html = page.render();
        assert!(html.contains("<code>&#60;a&#62;</code>") && html.contains(r#"href="/below/openapi.json""#), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
