//! What is said of a request that nothing was recorded for.

use super::answer::{Answer, same_data};
use super::identity::{Identity, Pairs, plain_path};

/// The most differences that are listed: after these, the answer is another one.
const MAX_DIFFERENCES: usize = 6;
const MAX_VALUE_CHARS: usize = 80;

/// The nearest answer and what differs, as the end of a sentence.
pub(super) fn describe(request: &Identity, answers: &[Answer]) -> String {
    let path = plain_path(&request.endpoint);
    let same_path = answers.iter().filter(|answer| answer.method == request.method && answer.path == path);
    let nearest = same_path.map(|answer| (answer, differences(request, answer))).min_by_key(|(_, differences)| differences.len());
    if let Some((answer, mut differences)) = nearest {
        let more = differences.len().saturating_sub(MAX_DIFFERENCES);
        differences.truncate(MAX_DIFFERENCES);
        if more > 0 {
            differences.push(format!("and {more} more"));
        }
        return format!("the nearest is {}; {}", answer.shown(), differences.join("; "));
    }
    let likeness = |answer: &&Answer| {
        let ratio = similar::TextDiff::from_chars(path.as_str(), answer.path.as_str()).ratio();
        (f64::from(ratio) * 1_000.0) as u32 + u32::from(answer.method == request.method) * 100
    };
    match answers.iter().max_by_key(likeness) {
        Some(answer) => format!("nothing was recorded for this path; the nearest is {}", answer.shown()),
        None => "the recording has no answers at all".to_owned(),
    }
}

fn differences(request: &Identity, answer: &Answer) -> Vec<String> {
    let Some(asked) = &answer.asked else {
        return vec!["it was recorded without its request, so it answers only a request without a query".to_owned()];
    };
    let mut found = pairs("the parameter", &asked.params, &request.params);
    if let Some(headers) = &asked.headers {
        found.extend(pairs("the header", headers, &request.headers));
    }
    if let Some(data) = asked.data.as_ref().filter(|data| !request.data.as_ref().is_some_and(|sent| same_data(data, sent))) {
        let sent = request.data.as_deref().map_or_else(|| "nothing".to_owned(), shortened);
        found.push(format!("the body was {}, now {sent}", shortened(data)));
    }
    found
}

fn pairs(what: &str, recorded: &Pairs, sent: &Pairs) -> Vec<String> {
    let of = |pairs: &Pairs, name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let gone_or_other = recorded.iter().filter_map(|(name, value)| match of(sent, name) {
        None => Some(format!("{what} `{name}` is missing, it was {}", shortened(value))),
        Some(now) if now != *value => Some(format!("{what} `{name}` was {}, now {}", shortened(value), shortened(&now))),
        Some(_) => None,
    });
    let new = sent.iter().filter(|(name, _)| of(recorded, name).is_none());
    gone_or_other.chain(new.map(|(name, value)| format!("{what} `{name}` is new: {}", shortened(value)))).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_VALUE_CHARS {
        return format!("`{text}`");
    }
    format!("`{}…`", text.chars().take(MAX_VALUE_CHARS).collect::<String>())
}
