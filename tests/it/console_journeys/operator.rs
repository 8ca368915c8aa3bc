//! Somebody who is signed in, without a browser.

use crate::node::{Answer, Node, read};

/// A cookie, and the token that forms carry.
pub(super) struct Operator {
    http: reqwest::Client,
    server: String,
    cookie: String,
    csrf: String,
}

impl Operator {
    /// The one from the beginning.
    pub(super) async fn sign_in(node: &Node, password: &str) -> Self {
        Self::enter(node, "/console/sign-in", &[("operator", "owner"), ("password", password)]).await
    }

    /// Somebody else of a role, by which they are called, too.
    pub(super) async fn add(&self, node: &Node, role: &str) -> Self {
        let link = self.invite(role, role).await;
        let password = "a password of somebody else";
        Self::enter(node, link.strip_prefix(&node.url("")).unwrap(), &[("password", password), ("repeated", password)]).await
    }

    /// The link for somebody else, which only that page shows.
    pub(super) async fn invite(&self, name: &str, role: &str) -> String {
        let made = self.post("/console/dev/settings/operators", &[("name", name), ("role", role)]).await;
        let (_, rest) = made.text.split_once("id=\"link\" value=\"").unwrap_or_else(|| panic!("no link: {}", made.text));
        rest.split('"').next().unwrap().to_owned()
    }

    async fn enter(node: &Node, path: &str, fields: &[(&str, &str)]) -> Self {
        let mut operator = Self { http: node.http.clone(), server: node.url(""), cookie: String::new(), csrf: String::new() };
        let entered = operator.post(path, fields).await;
        let cookie = entered.headers.get("set-cookie").unwrap_or_else(|| panic!("not let in: {}", entered.text));
        cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut operator.cookie);
        let page = operator.get("/console/dev/settings").await;
        let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").expect("a form has the session's token");
        rest.split('"').next().unwrap().clone_into(&mut operator.csrf);
        operator
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        read(self.http.get(format!("{}{path}", self.server)).header("cookie", &self.cookie).header("accept", "text/html")).await
    }

    /// Sends a form.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).append_pair("csrf", &self.csrf).finish();
        let request = self.http.post(format!("{}{path}", self.server)).header("cookie", &self.cookie);
        read(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }
}
