//! The operator's console: who gets in, what a form may do, and what its pages say and never say.

mod access;
mod connections;
mod dry_run;
mod functions;
mod incoming;
mod integrations;
mod logs;
mod operators;
mod overview;
mod records;
mod runs;
mod settings;
mod webhooks;

use syncline_domain::Secret;

use super::*;

const CODE: &str = "ABCD-EFGH-JKMN-PQRS-TVWX";
const PASSWORD: &str = "correct horse battery";

/// A browser that is signed in.
struct Operator<'a> {
    app: &'a TestApp,
    cookie: String,
    csrf: String,
}

impl<'a> Operator<'a> {
    /// Sets the password, as whoever starts a server does.
    async fn of(app: &'a TestApp) -> Self {
        let answer = app.posted("/console/setup", &claim(CODE, PASSWORD, PASSWORD)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        Self::with_cookie(app, &answer).await
    }

    async fn with_cookie(app: &'a TestApp, answer: &Answer) -> Self {
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut operator = Self { app, cookie, csrf: String::new() };
        let page = operator.get("/console/dev/webhooks").await;
        let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").expect("a form has the session's token");
        operator.csrf = rest.split('"').next().unwrap().to_owned();
        operator
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header("host", "localhost:3003").header("cookie", &self.cookie)
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Posts a form of one of our pages.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [fields, &[("csrf", self.csrf.as_str())]].concat();
        self.app.send(form(self.request(Method::POST, path), &fields)).await
    }

    /// The same by htmx, which wants a part of the page.
    async fn part(&self, path: &str) -> Answer {
        let request = self.request(Method::POST, path).header("hx-request", "true").header("x-csrf-token", &self.csrf);
        self.app.send(form(request, &[])).await
    }
}

impl TestApp {
    async fn visit(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A form of somebody who is not signed in.
    async fn posted(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(Request::post(path).header("host", "localhost:3003"), fields)).await
    }
}

impl Answer {
    #[track_caller]
    fn leads_to(&self, place: &str) {
        let location = self.headers.get("location").map(|value| value.to_str().unwrap());
        assert_eq!((self.status, location), (StatusCode::SEE_OTHER, Some(place)), "{}", self.text);
    }

    #[track_caller]
    fn says(&self, status: StatusCode, text: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.text.contains(text), "`{text}` is not in {}", self.text);
    }
}

fn form(request: http::request::Builder, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).unwrap()
}

fn claim<'a>(code: &'a str, password: &'a str, repeated: &'a str) -> [(&'static str, &'a str); 3] {
    [("code", code), ("password", password), ("repeated", repeated)]
}

pub(super) fn setup_code() -> Secret {
    Secret::new(CODE)
}
