//! Follows every link of every page, and looks at each page as whoever is afraid of it would.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::html::{Tag, tags};
use super::operator::Operator;
use crate::node::Answer;

/// The routes as they are written, from which pages have their kind.
const ROUTES: &str = include_str!("../../../runtime/api/src/console.rs");
/// Many more than there are: a page whose links never end would go on for ever.
const MAX_PAGES: usize = 2_000;
/// Of one kind: the picker alone leads to a thousand providers.
const MAX_OF_A_KIND: usize = 40;
/// In addresses, what says when and not what: the page behind it is the same one.
const PASSING: [&str; 4] = ["since", "until", "before", "seen"];

/// A page that was found.
pub(super) struct Page {
    /// Its route: `/{environment}/runs/{run}`
    pub(super) route: String,
    /// With its query.
    pub(super) address: String,
}

/// All pages that links lead to from these, and what is wrong with any of them.
pub(super) struct Crawl {
    pub(super) pages: Vec<Page>,
    /// Where forms are sent that change something: route and path, one of each route.
    forms: BTreeMap<String, String>,
    pub(super) defects: Vec<String>,
}

impl Crawl {
    pub(super) async fn through(operator: &Operator, from: &[&str], secrets: &[(&str, String)]) -> Self {
        let (routes, posted) = (routes("get("), routes("post("));
        let mut queue: VecDeque<(String, String)> =
            from.iter().map(|address| ((*address).to_owned(), "the beginning".to_owned())).collect();
        let (mut seen, mut kinds) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
        let mut crawl = Self { pages: Vec::new(), forms: BTreeMap::new(), defects: Vec::new() };
        while let Some((address, of)) = queue.pop_front() {
            if !seen.insert(unchanging(&address)) {
                continue;
            }
            let route = address.strip_prefix("/console").and_then(|path| route_of(&routes, path)).unwrap_or_default();
            let count = kinds.entry(route.clone()).or_default();
            *count += 1;
            if *count > MAX_OF_A_KIND {
                continue;
            }
            assert!(seen.len() < MAX_PAGES, "links without end, the last to {address}");
            let answer = operator.get(&address).await;
            if let Some(place) = answer.headers.get("location").filter(|_| answer.status.is_redirection()) {
                queue.push_back((place.to_str().unwrap().to_owned(), address));
                continue;
            }
            let mut wrong = |what: String| crawl.defects.push(format!("{address}, which {of} leads to: {what}"));
            // 204: what follows a list is told when nothing is new.
            if answer.status != 200 && !(answer.status == 204 && address.contains("seen=")) {
                wrong(format!("status {}", answer.status));
                continue;
            }
            for (what, secret) in secrets {
                // A browser reads no more than the text, so a reference in the middle would hide nothing.
                if answer.text.contains(secret) || super::html::decoded(&answer.text).contains(secret) {
                    wrong(format!("shows a secret, the {what}"));
                }
            }
            let is_page = address.starts_with("/console/")
                && answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            if !is_page {
                continue;
            }
            let elements = tags(&answer.text);
            defects(&answer, &elements).into_iter().for_each(&mut wrong);
            for action in elements.iter().filter(|element| element.get("method") == Some("post")).filter_map(|form| form.get("action")) {
                let route = action.strip_prefix("/console").and_then(|path| route_of(&posted, path)).unwrap_or_default();
                crawl.forms.insert(route, action.to_owned());
            }
            for link in elements.iter().filter_map(|element| leads_to(element).transpose()) {
                match link {
                    Ok(link) => queue.push_back((absolute(&address, link), address.clone())),
                    Err(defect) => crawl.defects.push(format!("{address}: {defect}")),
                }
            }
            crawl.pages.push(Page { route, address });
        }
        crawl
    }

    /// One form of each kind that changes something: its route, and where it is sent.
    pub(super) fn forms(&self) -> Vec<(String, String)> {
        self.forms.clone().into_iter().collect()
    }

    /// Routes with pages that no link led to.
    pub(super) fn missed(&self) -> Vec<String> {
        routes("get(").into_iter().filter(|route| !self.pages.iter().any(|page| page.route == *route)).collect()
    }
}

/// Every route that answers with a page, or to a form.
fn routes(how: &str) -> Vec<String> {
    let lines = ROUTES.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")).filter_map(|line| line.split_once('"'));
    let pages = lines.filter(|(path, methods)| methods.contains(how) && !path.contains("{*") && !path.ends_with("/export"));
    let pages: Vec<_> = pages.map(|(path, _)| path.to_owned()).collect();
    assert!(pages.len() > 30, "the routes are written in another way: {pages:?}");
    pages
}

/// The route of a path; of several the one that says most.
fn route_of(routes: &[String], address: &str) -> Option<String> {
    let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let fits = |route: &&String| {
        let parts: Vec<&str> = route.split('/').collect();
        parts.len() == path.len()
            && parts.iter().zip(&path).all(|(part, given)| part == given || part.starts_with('{') && !given.is_empty())
    };
    routes.iter().filter(fits).min_by_key(|route| route.matches('{').count()).cloned()
}

/// What a page of ours never has, whoever wrote what it shows; and what it always has.
fn defects(answer: &Answer, elements: &[Tag]) -> Vec<String> {
    let mut found = Vec::new();
    for element in elements {
        let Tag { name, .. } = element;
        if element.attributes().any(|attribute| attribute.starts_with("on") || attribute == "style") {
            found.push(format!("an attribute with a script or a style: {element:?}"));
        }
        let is_ours = |attribute| element.get(attribute).is_some_and(|place| place.starts_with("/console/assets/"));
        match name.as_str() {
            "script" if !is_ours("src") => found.push(format!("a script that is none of ours: {element:?}")),
            "link" if !is_ours("href") => found.push(format!("a link that loads what is not ours: {element:?}")),
            "style" | "iframe" | "object" | "embed" | "base" | "meta" if name != "meta" || element.get("http-equiv").is_some() => {
                found.push(format!("an element that no page of ours has: {element:?}"));
            }
            "form" if !element.get("action").is_some_and(|place| place.starts_with("/console/")) => {
                found.push(format!("a form for somebody else: {element:?}"));
            }
            _ => {}
        }
    }
    let title = elements.iter().find(|element| element.name == "title").map_or("", |element| element.text.as_str());
    if title.split_once(" · ").is_none_or(|(own, _)| own.trim().is_empty()) {
        found.push(format!("its title is `{title}`"));
    }
    let headings: Vec<u32> = elements.iter().filter_map(Tag::heading).collect();
    if headings.iter().filter(|level| **level == 1).count() != 1 || headings.first() != Some(&1) {
        found.push(format!("its headings begin with no single h1: {headings:?}"));
    }
    if headings.windows(2).any(|pair| pair[1] > pair[0] + 1) {
        found.push(format!("its headings skip a level: {headings:?}"));
    }
    let policy = answer.headers.get("content-security-policy").map(|policy| policy.to_str().unwrap()).unwrap_or_default();
    if !policy.contains("default-src 'none'") || policy.contains("unsafe") {
        found.push(format!("its policy is `{policy}`"));
    }
    found
}

/// Where an element leads on this server, or loads from; or why it should not.
fn leads_to(element: &Tag) -> Result<Option<&str>, String> {
    let place = match element.name.as_str() {
        "form" => element.get("action").filter(|_| element.get("method") == Some("get")),
        "img" | "script" => element.get("src"),
        _ => element.get("href"),
    };
    match place.or_else(|| element.get("hx-get")) {
        None => Ok(None),
        Some(place) if place.starts_with('#') => Ok(None),
        Some(place) if place.starts_with('/') && !place.starts_with("//") => Ok(Some(place)),
        // Documentation of providers, which a person may follow.
        Some(place) if element.name == "a" && place.starts_with("https://") => match element.get("rel") {
            Some("noopener noreferrer") if element.get("target") == Some("_blank") => Ok(None),
            _ => Err(format!("a link to somebody else that tells them where it was followed: {element:?}")),
        },
        Some(_) => Err(format!("leads to somebody else: {element:?}")),
    }
}

/// As a browser makes it of a link: `..` goes, a fragment stays with the browser.
fn absolute(address: &str, link: &str) -> String {
    let base = url::Url::parse(&format!("http://localhost{address}")).unwrap();
    let place = base.join(link).unwrap();
    place.query().map_or_else(|| place.path().to_owned(), |query| format!("{}?{query}", place.path()))
}

/// Two addresses of one page.
fn unchanging(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let named = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| if PASSING.contains(&name.as_ref()) { name.into_owned() } else { format!("{name}={value}") });
    let named: BTreeSet<String> = named.collect();
    format!("{path}?{}", named.into_iter().collect::<Vec<_>>().join("&"))
}
