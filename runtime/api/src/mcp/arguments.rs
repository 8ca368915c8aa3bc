//! What a tool is called with goes to the action byte for byte, around the protocol's own reading of the message.
//!
//! rmcp would make a tree of it, in which long numbers lose digits and which takes many times the space of the text.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::{RawValue, to_raw_value};

type Fields = BTreeMap<String, Box<RawValue>>;

/// The message's text with empty arguments, and the arguments. A message that is no well-formed call of a tool stays as it is.
pub(super) fn set_aside(mut message: Fields) -> (Bytes, Option<Box<RawValue>>) {
    let arguments = take(&mut message);
    (serde_json::to_vec(&message).expect("a map of JSON texts is JSON").into(), arguments)
}

fn take(message: &mut Fields) -> Option<Box<RawValue>> {
    message.get("method").filter(|method| method.get() == r#""tools/call""#)?;
    let mut params: Fields = serde_json::from_str(message.get("params")?.get()).ok()?;
    let arguments = params.get_mut("arguments").filter(|arguments| arguments.get().starts_with('{'))?;
    let nothing = RawValue::from_string("{}".to_owned()).expect("this is JSON");
    let arguments = std::mem::replace(arguments, nothing);
    message.insert("params".to_owned(), to_raw_value(&params).expect("a map of JSON texts is JSON"));
    Some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(message: &str) -> (String, Option<String>) {
        let (rest, arguments) = set_aside(serde_json::from_str(message).unwrap());
        (String::from_utf8(rest.to_vec()).unwrap(), arguments.map(|text| text.get().to_owned()))
    }

    #[test]
    fn arguments_keep_every_byte_and_the_message_its_other_fields() {
        let (rest, arguments) =
            split(r#"{"method":"tools/call","id":1,"params":{"_meta":{"a":1},"arguments":{"n": 12345678901234567890123},"name":"x"}}"#);
        assert_eq!(rest, r#"{"id":1,"method":"tools/call","params":{"_meta":{"a":1},"arguments":{},"name":"x"}}"#);
        assert_eq!(arguments.as_deref(), Some(r#"{"n": 12345678901234567890123}"#));
    }

    #[test]
    fn whatever_is_no_such_call_is_left_to_the_protocol() {
        for message in [
            r#"{"method":"tools/call","params":{"arguments":[1],"name":"x"}}"#,
            r#"{"method":"tools/call","params":{"name":"x"}}"#,
            r#"{"method":"tools/call","params":[{"arguments":{}}]}"#,
            r#"{"method":"tools/call"}"#,
            r#"{"method":"tools/list","params":{"arguments":{}}}"#,
            r#"{"id":1}"#,
        ] {
            assert_eq!(split(message), (message.to_owned(), None));
        }
    }
}
