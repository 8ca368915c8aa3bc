//! The serde and schema attributes that decide what a type looks like as JSON.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, Lit, LitStr, Meta, Result, Token, Type};

#[derive(Default)]
pub(crate) struct Container {
    pub(crate) rename_all: Option<LitStr>,
    pub(crate) default: bool,
    pub(crate) transparent: bool,
    pub(crate) deny_unknown_fields: bool,
}

#[derive(Default)]
pub(crate) struct Member {
    pub(crate) rename: Option<LitStr>,
    pub(crate) skip: bool,
    /// May be absent: `default`, `skip_serializing_if`.
    pub(crate) optional: bool,
    /// `#[schema(as = "Type")]`: the type whose schema the field has.
    pub(crate) described_as: Option<Type>,
    /// `#[schema(format = "date-time")]`
    pub(crate) format: Option<LitStr>,
}

impl Container {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut container = Self::default();
        for meta in metas(attributes, "serde")? {
            let name = name(&meta);
            match name.as_str() {
                "rename_all" => container.rename_all = Some(text(&meta)?),
                "default" => container.default = true,
                "transparent" => container.transparent = true,
                "deny_unknown_fields" => container.deny_unknown_fields = true,
                "tag" | "untagged" | "content" | "remote" | "from" | "try_from" | "into" => {
                    return Err(Error::new(
                        meta.span(),
                        format!("a schema cannot be derived through serde's `{name}`; write `impl Schema` by hand"),
                    ));
                }
                _ => {}
            }
        }
        Ok(container)
    }
}

impl Member {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut member = Self::default();
        let mut with = None;
        for meta in metas(attributes, "serde")? {
            match name(&meta).as_str() {
                "rename" => member.rename = Some(text(&meta)?),
                "skip" => member.skip = true,
                "default" | "skip_serializing_if" | "skip_serializing" => member.optional = true,
                "flatten" => {
                    return Err(Error::new(
                        meta.span(),
                        "a schema cannot be derived through serde's `flatten`; spell the fields out, or nest them",
                    ));
                }
                "with" | "serialize_with" | "deserialize_with" => with = Some(meta),
                _ => {}
            }
        }
        for meta in metas(attributes, "schema")? {
            match name(&meta).as_str() {
                "as" => member.described_as = Some(text(&meta)?.parse()?),
                "format" => member.format = Some(text(&meta)?),
                other => {
                    let message = format!("`#[schema]` has no argument `{other}`; it takes: as, format");
                    return Err(Error::new(meta.span(), message));
                }
            }
        }
        if let (Some(with), None) = (with, &member.described_as) {
            return Err(Error::new(
                with.span(),
                "what this writes is not known; say it with `#[schema(as = \"String\")]`, a type that looks the same as JSON",
            ));
        }
        Ok(member)
    }
}

/// `#[model(name = "..")]`
pub(crate) fn model_name(attributes: &[Attribute]) -> Result<Option<LitStr>> {
    let mut found = None;
    for meta in metas(attributes, "model")? {
        match name(&meta).as_str() {
            "name" => found = Some(text(&meta)?),
            other => return Err(Error::new(meta.span(), format!("`#[model]` has no argument `{other}`; it takes: name"))),
        }
    }
    Ok(found)
}

fn metas(attributes: &[Attribute], of: &str) -> Result<Vec<Meta>> {
    let mut metas = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(of)) {
        // `#[schema(as = "..")]`: `as` is a keyword, which `Meta` does not take for a path.
        if let Meta::List(list) = &attribute.meta {
            let words = list.tokens.clone().into_iter().map(unkeyword).collect();
            let parsed = syn::parse::Parser::parse2(Punctuated::<Meta, Token![,]>::parse_terminated, words)?;
            metas.extend(parsed);
        }
    }
    Ok(metas)
}

fn unkeyword(token: proc_macro2::TokenTree) -> proc_macro2::TokenTree {
    match token {
        proc_macro2::TokenTree::Ident(ident) if ident == "as" => proc_macro2::Ident::new_raw("as", ident.span()).into(),
        other => other,
    }
}

fn name(meta: &Meta) -> String {
    meta.path().get_ident().map(|ident| ident.to_string().trim_start_matches("r#").to_owned()).unwrap_or_default()
}

fn text(meta: &Meta) -> Result<LitStr> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => Ok(literal.clone()),
            other => Err(Error::new(other.span(), "a string is expected here")),
        },
        other => Err(Error::new(other.span(), "one name for reading and writing is expected here: `name = \"..\"`")),
    }
}
