//! How providers page a list, as their documentation describes it, and the stand-in that does it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Items of a page. Small, so that few items make many pages.
const SIZE: usize = 2;
/// What links of the stand-in carry.
const AT: &str = "at";
/// Moments as numbers, in milliseconds.
const EPOCH: usize = 1_700_000_000_000;

/// One list of a provider.
#[derive(Clone, Copy)]
pub(super) struct List {
    /// Below the entry's base URL.
    pub(super) path: &'static str,
    /// Of a request that is a POST; its parameters of paging stand in the body, too.
    pub(super) body: Option<&'static str>,
    /// Where an answer has the items, with slashes; empty where it is the list.
    pub(super) items: &'static str,
    /// The parameter of the page size. Where there is none, a short page is not the last.
    pub(super) size: Option<&'static str>,
    pub(super) next: Next,
    /// Members of `paginate` that a caller has to say, because they differ from list to list.
    pub(super) says: &'static [(&'static str, &'static str)],
}

/// What leads to the next page.
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// A parameter, where an answer has its value, and what stands there on the last page.
    Cursor(&'static str, &'static str, Last),
    /// The same with a number, and `null` on the last page.
    Moment(&'static str, &'static str),
    /// A parameter with the id of the last item that the caller has.
    LastItem(&'static str),
    /// RFC 8288.
    LinkHeader,
    /// The same, but each page links to a next one and says whether anything is there.
    LinkHeaderAlways,
    /// An address in the answer.
    LinkBody(&'static str, Last),
    /// The same without scheme and host.
    PathBody(&'static str, Last),
    /// A parameter with how many items to leave out.
    Offset(&'static str),
    /// A parameter with the number of the page, and the first one's.
    Page(&'static str, usize),
    /// Otherwise than by parameters of the same request.
    Otherwise,
}

/// What the last page says of the next one.
#[derive(Clone, Copy)]
pub(super) enum Last {
    Absent,
    Null,
    /// The object around it is `null`.
    NullAround,
    Empty,
    /// As on every other page; the one after it is empty and says `null`.
    Stays,
}

/// A request for a page.
pub(super) struct Asked {
    /// `http://127.0.0.1:1234`
    pub(super) origin: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Value,
}

/// A page.
pub(super) struct Page {
    pub(super) body: Value,
    /// The `Link` header.
    pub(super) link: Option<String>,
}

/// All items of a list.
pub(super) fn things(key: &str, count: usize) -> Vec<Value> {
    (0..count).map(|number| json!({ "id": format!("{number}-of-{key}"), "number": number })).collect()
}

impl List {
    /// What the caller says: the members of `paginate`.
    pub(super) fn options(&self) -> Value {
        let mut options = json!({});
        if self.size.is_some() {
            options["limit"] = json!(SIZE);
        }
        for (name, value) in self.says {
            options[*name] = json!(value);
        }
        options
    }

    pub(super) fn page(&self, key: &str, asked: &Asked) -> Result<Page, String> {
        let count = asked.query.get("things").and_then(|text| text.parse().ok()).ok_or("the caller's own parameter is gone")?;
        if let Some(size) = self.size
            && self.said(asked, size).as_deref() != Some("2")
        {
            return Err(format!("{size} is {:?}", self.said(asked, size)));
        }
        let all = things(key, count);
        let start = self.start(asked, &all)?;
        if start > count {
            return Err(format!("asked beyond the end, for {start} of {count}"));
        }
        let end = self.end(start, count);
        let mut body = json!({});
        put(&mut body, self.items, all[start..end].into());
        let link = self.lead(asked, &mut body, start, (end < count).then_some(end));
        Ok(Page { body, link })
    }

    /// Without a page size, the first page is shorter than the next.
    fn end(&self, start: usize, count: usize) -> usize {
        let size = if self.size.is_none() && start == 0 { 1 } else { SIZE };
        (start + size).min(count)
    }

    fn start(&self, asked: &Asked, all: &[Value]) -> Result<usize, String> {
        let (name, said) = match self.next {
            Next::Cursor(name, ..) | Next::Moment(name, _) | Next::LastItem(name) | Next::Offset(name) | Next::Page(name, _) => {
                (name, self.said(asked, name))
            }
            _ => (AT, asked.query.get(AT).cloned()),
        };
        let Some(said) = said else { return Ok(0) };
        let number = said.parse::<usize>().ok();
        let start = match self.next {
            Next::Cursor(..) => said.strip_prefix("after+/=").and_then(|text| text.parse().ok()),
            Next::Moment(..) => number.and_then(|number| number.checked_sub(EPOCH)),
            Next::LastItem(_) => all.iter().position(|thing| thing["id"] == said).map(|at| at + 1),
            Next::Page(_, first) => number.and_then(|number| number.checked_sub(first)).map(|pages| {
                // One page after the last is asked for by whoever goes until there is nothing.
                (0..pages).fold(0, |start, _| if start >= all.len() { start + 1 } else { self.end(start, all.len()) })
            }),
            _ => number,
        };
        start.ok_or(format!("{name} is `{said}`"))
    }

    /// Writes down what leads on.
    fn lead(&self, asked: &Asked, body: &mut Value, start: usize, next: Option<usize>) -> Option<String> {
        let link = |at: usize| format!("{}{}", asked.origin, asked.again(at));
        let relation = |at: usize, name: &str| format!("<{}>; rel=\"{name}\"", link(at));
        match self.next {
            Next::Cursor(_, at, last) => self.tell(body, at, last, start, next.map(|next| json!(format!("after+/={next}")))),
            Next::Moment(_, at) => self.tell(body, at, Last::Null, start, next.map(|next| json!(EPOCH + next))),
            Next::LinkBody(at, last) => self.tell(body, at, last, start, next.map(|next| json!(link(next)))),
            Next::PathBody(at, last) => self.tell(body, at, last, start, next.map(|next| json!(asked.again(next)))),
            Next::LinkHeader => {
                let mut links = vec![relation(0, "first")];
                links.extend(next.map(|next| relation(next, "next")));
                links.extend((start > 0).then(|| relation(start - 1, "prev")));
                return Some(links.join(", "));
            }
            Next::LinkHeaderAlways => {
                let (before, after) = (relation(start.saturating_sub(SIZE), "previous"), relation(start + SIZE, "next"));
                return Some(format!("{before}; results=\"{}\", {after}; results=\"{}\"", start > 0, next.is_some()));
            }
            Next::LastItem(_) | Next::Offset(_) | Next::Page(..) | Next::Otherwise => {}
        }
        None
    }

    fn tell(&self, body: &mut Value, at: &str, last: Last, start: usize, next: Option<Value>) {
        let here = body.pointer(&format!("/{}", self.items)).and_then(Value::as_array).map_or(0, Vec::len);
        match (next, last) {
            (Some(next), _) => put(body, at, next),
            (None, Last::Absent) => {}
            (None, Last::Null) => put(body, at, Value::Null),
            (None, Last::NullAround) => put(body, at.rsplit_once('/').expect("an object around it").0, Value::Null),
            (None, Last::Empty) => put(body, at, json!("")),
            (None, Last::Stays) if here == 0 => put(body, at, Value::Null),
            (None, Last::Stays) => put(body, at, json!(format!("after+/={}", start + here))),
        }
    }

    fn said(&self, asked: &Asked, name: &str) -> Option<String> {
        if self.body.is_none() {
            return asked.query.get(name).cloned();
        }
        match asked.body.pointer(&format!("/{name}"))? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Asked {
    /// The same request for the page that begins at `at`, as an address without its host.
    fn again(&self, at: usize) -> String {
        let kept = self.query.iter().filter(|(name, _)| *name != AT);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair(AT, &at.to_string()).finish();
        format!("{}?{query}", self.path)
    }
}

/// Writes a value at a path with slashes.
fn put(body: &mut Value, path: &str, value: Value) {
    let mut place = body;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if !place.is_object() {
            *place = json!({});
        }
        place = place.as_object_mut().expect("made an object above").entry(part).or_insert(Value::Null);
    }
    *place = value;
}
