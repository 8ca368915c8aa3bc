//! Components written out as text, for what no honest toolchain produces.

use bytes::Bytes;

/// A component with both exports; its core module contains `fields` besides, and `call` has this `body`.
pub(crate) struct Text {
    pub(crate) version: &'static str,
    pub(crate) import: &'static str,
    pub(crate) fields: String,
    pub(crate) body: &'static str,
}

impl Default for Text {
    fn default() -> Self {
        Self { version: "1.0.0", import: "", fields: String::new(), body: "unreachable" }
    }
}

impl Text {
    pub(crate) fn wasm(&self) -> Bytes {
        let Self { version, import, fields, body } = self;
        let text = format!(
            r#"(component
              {import}
              (import "syncline:host/types@{version}" (instance $types
                (type $record (record (field "code" string) (field "message" string)
                                      (field "status" (option u16)) (field "details" (option string))))
                (export "failure" (type (eq $record)))))
              (alias export $types "failure" (type $failure))
              (core module $module
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
                (func (export "describe") (result i32) i32.const 0)
                (func (export "call") (param i32 i32) (result i32) {body})
                (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
                {fields})
              (core instance $instance (instantiate $module))
              (type $describe (func (result string)))
              (func $describe (type $describe) (canon lift (core func $instance "describe") (memory (core memory $instance "memory"))))
              (type $call (func async (param "function" string) (result (result string (error $failure)))))
              (func $call (type $call) (canon lift (core func $instance "call") async (callback (core func $instance "callback"))
                (memory (core memory $instance "memory")) (realloc (core func $instance "realloc"))))
              (export "describe" (func $describe))
              (export "call" (func $call)))"#
        );
        wat::parse_str(&text).expect("the component's text is well-formed").into()
    }
}
