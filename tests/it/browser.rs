//! A person's browser: keeps cookies, follows redirects, remembers where it was.

use std::collections::BTreeMap;

use crate::node::{Answer, client, read};

/// More would be a loop.
const MAX_STEPS: usize = 8;

pub(crate) struct Browser {
    http: reqwest::Client,
    /// By host with port, as no browser does, but as a test wants it: the stand-in and the server are one host.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// Every URL so far, in order.
    pub(crate) visited: Vec<String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { http: client(), cookies: BTreeMap::new(), visited: Vec::new() }
    }

    /// One request.
    pub(crate) async fn get(&mut self, url: &str) -> Answer {
        let place = authority(url);
        let cookies = self.cookies.entry(place).or_default();
        let header = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut request = self.http.get(url).header("accept", "text/html").header("accept-language", "en");
        if !header.is_empty() {
            request = request.header("cookie", header);
        }
        let answer = read(request).await;
        self.visited.push(url.to_owned());
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(set.contains("HttpOnly") && set.contains("SameSite"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Goes on until there is a page, or until `stop` would be asked for; then the URL stands last in `visited` and nothing was asked.
    pub(crate) async fn go(&mut self, url: &str, stop: Option<&str>) -> Answer {
        let mut answer = self.get(url).await;
        for _ in 0..MAX_STEPS {
            let Some(next) = location(&answer) else { return answer };
            if stop.is_some_and(|stop| next.starts_with(stop)) {
                self.visited.push(next);
                return answer;
            }
            answer = self.get(&next).await;
        }
        panic!("a loop: {:?}", self.visited);
    }
}

/// Where an answer sends the browser.
pub(crate) fn location(answer: &Answer) -> Option<String> {
    answer.status.is_redirection().then(|| answer.headers["location"].to_str().unwrap().to_owned())
}

fn authority(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}
