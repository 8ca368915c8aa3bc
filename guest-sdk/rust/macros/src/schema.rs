//! `#[derive(Schema)]` and `#[derive(Model)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DataEnum, DeriveInput, Error, Expr, ExprLit, Field, Fields, Lit, LitStr, Meta, Result, Type};

use crate::serde_attributes::{Container, Member, model_name};
use crate::{case, names};

pub(crate) fn derive_schema(item: &DeriveInput) -> Result<TokenStream> {
    if !item.generics.params.is_empty() {
        return Err(Error::new(item.generics.span(), "a schema is derived for one type; generics are not supported"));
    }
    let container = Container::read(&item.attrs)?;
    let name = item.ident.to_string();
    let body = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => object(&container, fields.named.iter(), documentation(&item.attrs))?,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => newtype(&fields.unnamed[0])?,
            other => {
                return Err(Error::new(other.span(), "a schema needs named fields, or one field that it stands for"));
            }
        },
        Data::Enum(data) => words(&container, data, documentation(&item.attrs))?,
        Data::Union(data) => return Err(Error::new(data.union_token.span, "a union has no JSON form")),
    };
    let ident = &item.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::syncline_functions::Schema for #ident {
            fn schema(definitions: &mut ::syncline_functions::Definitions) -> ::syncline_functions::Value {
                definitions.reference::<Self>(#name, |definitions| #body)
            }
        }
    })
}

pub(crate) fn derive_model(item: &DeriveInput) -> Result<TokenStream> {
    let schema = derive_schema(item)?;
    let name = model_name(&item.attrs)?.unwrap_or_else(|| LitStr::new(&item.ident.to_string(), item.ident.span()));
    names::check_model(&name.value(), name.span())?;
    let id = id_field(item)?;
    let id_check = quote_spanned!(id.span()=> let _ = ::syncline_functions::__private::assert_id::<#id>;);
    let ident = &item.ident;
    Ok(quote! {
        #schema
        #[automatically_derived]
        impl ::syncline_functions::Model for #ident {
            const NAME: &'static str = #name;
        }
        const _: fn() = || { #id_check };
    })
}

/// The type of the field that is `id` as JSON.
fn id_field(item: &DeriveInput) -> Result<Type> {
    let missing = || Error::new(item.ident.span(), "a model has a field `id`, a String or an integer");
    let Data::Struct(data) = &item.data else { return Err(missing()) };
    let container = Container::read(&item.attrs)?;
    for field in &data.fields {
        let member = Member::read(&field.attrs)?;
        if !member.skip && field_name(&container, field, &member)? == "id" {
            return Ok(member.described_as.unwrap_or_else(|| field.ty.clone()));
        }
    }
    Err(missing())
}

fn object<'a>(container: &Container, fields: impl Iterator<Item = &'a Field>, description: Option<String>) -> Result<TokenStream> {
    let mut calls = Vec::new();
    for field in fields {
        let member = Member::read(&field.attrs)?;
        if member.skip {
            continue;
        }
        let name = field_name(container, field, &member)?;
        let required = !(member.optional || container.default || is_option(&field.ty));
        let of = member.described_as.as_ref().unwrap_or(&field.ty);
        let description = optional(documentation(&field.attrs));
        let format = optional(member.format.as_ref().map(LitStr::value));
        calls.push(quote_spanned!(of.span()=> .field::<#of>(#name, #required, #description, #format)));
    }
    if container.transparent {
        return Err(Error::new(proc_macro2::Span::call_site(), "for `transparent`, use a struct with one unnamed field"));
    }
    let closed = container.deny_unknown_fields;
    let description = optional(description);
    Ok(quote! {
        ::syncline_functions::__private::ObjectSchema::new(definitions) #(#calls)* .finish(#description, #closed)
    })
}

fn newtype(field: &Field) -> Result<TokenStream> {
    let member = Member::read(&field.attrs)?;
    let of = member.described_as.as_ref().unwrap_or(&field.ty);
    Ok(quote!(<#of as ::syncline_functions::Schema>::schema(definitions)))
}

fn words(container: &Container, data: &DataEnum, description: Option<String>) -> Result<TokenStream> {
    let mut words = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new(
                variant.span(),
                "a schema is derived for enums whose variants have no fields; write `impl Schema` by hand for others",
            ));
        }
        let member = Member::read(&variant.attrs)?;
        if member.skip {
            continue;
        }
        let name = variant.ident.unraw().to_string();
        words.push(match (&member.rename, &container.rename_all) {
            (Some(rename), _) => rename.value(),
            (None, Some(rule)) => case::variant(&rule.value(), &name).ok_or_else(|| unknown_rule(rule))?,
            (None, None) => name,
        });
    }
    let description = optional(description);
    Ok(quote! {{
        let _ = definitions;
        ::syncline_functions::__private::words(&[#(#words),*], #description)
    }})
}

fn field_name(container: &Container, field: &Field, member: &Member) -> Result<String> {
    let ident = field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default();
    match (&member.rename, &container.rename_all) {
        (Some(rename), _) => Ok(rename.value()),
        (None, Some(rule)) => case::field(&rule.value(), &ident).ok_or_else(|| unknown_rule(rule)),
        (None, None) => Ok(ident),
    }
}

fn unknown_rule(rule: &LitStr) -> Error {
    Error::new(rule.span(), format!("serde has no case `{}`", rule.value()))
}

fn is_option(of: &Type) -> bool {
    matches!(of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

fn optional(text: Option<String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// The doc comment as one text: lines joined, paragraphs kept.
pub(crate) fn documentation(attributes: &[Attribute]) -> Option<String> {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &pair.value else { continue };
        let line = line.value();
        let line = line.trim();
        if line.is_empty() {
            text.push_str("\n\n");
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn what_cannot_be_described_is_refused_by_name() {
        let cases: [(DeriveInput, &str); 7] = [
            (
                parse_quote!(
                    struct Issue {
                        title: String,
                    }
                ),
                "a model has a field `id`",
            ),
            (
                parse_quote!(
                    struct Issue {
                        #[serde(skip)]
                        id: String,
                    }
                ),
                "a model has a field `id`",
            ),
            (
                parse_quote!(
                    struct Issue {
                        id: String,
                        #[serde(flatten)]
                        rest: Rest,
                    }
                ),
                "serde's `flatten`",
            ),
            (
                parse_quote!(
                    struct Issue {
                        id: String,
                        #[serde(with = "hex")]
                        key: Key,
                    }
                ),
                "#[schema(as =",
            ),
            (
                parse_quote!(
                    enum Issue {
                        A { id: u8 },
                    }
                ),
                "whose variants have no fields",
            ),
            (
                parse_quote!(
                    struct issue {
                        id: String,
                    }
                ),
                "the model name `issue` is not allowed",
            ),
            (
                parse_quote!(
                    #[serde(rename_all = "dromedaryCase")]
                    struct Issue {
                        id: String,
                    }
                ),
                "serde has no case",
            ),
        ];
        for (item, expected) in cases {
            let error = derive_model(&item).expect_err(expected).to_string();
            assert!(error.contains(expected), "expected `{expected}` in `{error}`");
        }
    }
}
