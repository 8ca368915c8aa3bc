//! What a provider wants in the JSON body of each request, as its entry says: for some, that is where the key goes.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;
use syncline_providers::Template;

use crate::target::RequestValues;
use crate::{CallBody, ProxyError};

/// Numbers in it stay as they are written.
type Object = IndexMap<String, Box<RawValue>>;

/// The body with the entry's fields in it. A caller's value of the same name is replaced: what carries a credential is not the caller's to set.
/// Requests that carry nothing by their method stay so, and so does a body of another type. With it, whether there is a credential in it now.
pub(crate) fn with_fields(
    values: &RequestValues<'_>,
    method: &Method,
    headers: &mut HeaderMap,
    body: CallBody,
) -> Result<(CallBody, bool), ProxyError> {
    let fields = &values.target.entry.proxy.body;
    let is_json = headers.get(CONTENT_TYPE).is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    let carries = !matches!(body, CallBody::Empty) || matches!(*method, Method::POST | Method::PUT | Method::PATCH);
    if fields.is_empty() || !is_json || !carries {
        return Ok((body, false));
    }
    let refused = |problem| ProxyError::BodyNotWritable { provider: values.target.entry.key.clone(), problem };
    let mut object: Object = match &body {
        CallBody::Empty => Object::new(),
        CallBody::Bytes(bytes) => serde_json::from_slice(bytes).map_err(|_| refused("it is no JSON object"))?,
        CallBody::Stream { .. } => return Err(refused("it comes in pieces, or is too long")),
    };
    for (path, template) in fields {
        // One that does not resolve is left out, as in headers.
        if let Ok(text) = template.resolve(values) {
            put(&mut object, path, &Value::String(text)).map_err(|_| refused("something else stands where an object is needed"))?;
        }
    }
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    let text = serde_json::to_vec(&object).expect("texts and what was JSON are JSON");
    Ok((CallBody::Bytes(Bytes::from(text)), fields.values().any(Template::is_secret)))
}

/// Dotted names make objects.
fn put(object: &mut Object, path: &str, value: &Value) -> Result<(), serde_json::Error> {
    let Some((name, rest)) = path.split_once('.') else {
        object.insert(path.to_owned(), serde_json::value::to_raw_value(value)?);
        return Ok(());
    };
    let mut inner: Object = object.get(name).map_or_else(|| Ok(Object::new()), |inner| serde_json::from_str(inner.get()))?;
    put(&mut inner, rest, value)?;
    object.insert(name.to_owned(), serde_json::value::to_raw_value(&inner)?);
    Ok(())
}
