//! The attributes and derives of [`syncline-functions`](../syncline_functions/index.html), which documents them.
//!
//! Flow: parse the attribute's arguments → check them and the signature → emit the author's function, unchanged, inside a
//! constructor of the same name that carries the description.
//!
//! Invariant: a mistake of the author is a compile error at the author's own token, in the author's words.

mod arguments;
mod case;
mod function;
mod names;
mod schedule;
mod schema;
mod serde_attributes;

use proc_macro::TokenStream;

use function::Kind;

/// Makes a sync of `async fn name(cx: SyncContext) -> Result<()>`.
#[proc_macro_attribute]
pub fn sync(arguments: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Kind::Sync, arguments.into(), item.into()).into()
}

/// Makes an action of `async fn name(cx: ActionContext, input: Input) -> Result<Output>`.
#[proc_macro_attribute]
pub fn action(arguments: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Kind::Action, arguments.into(), item.into()).into()
}

/// Makes an event handler of `async fn name(cx: EventContext) -> Result<()>`.
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Kind::Event, arguments.into(), item.into()).into()
}

/// Derives the JSON Schema of a type from its fields, doc comments and serde attributes.
#[proc_macro_derive(Schema, attributes(schema, serde))]
pub fn derive_schema(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    schema::derive_schema(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Model` and `Schema`: a record type with an `id`.
#[proc_macro_derive(Model, attributes(model, schema, serde))]
pub fn derive_model(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    schema::derive_model(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}
