//! The arguments of `#[sync]`, `#[action]` and `#[event]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Ident, LitBool, LitInt, LitStr, Path, Result, Token, Type, parenthesized};

use crate::function::Kind;

#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) description: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) every: Option<LitStr>,
    pub(crate) cron: Option<LitStr>,
    pub(crate) time_zone: Option<LitStr>,
    pub(crate) auto_start: Option<LitBool>,
    pub(crate) models: Vec<Path>,
    pub(crate) checkpoint: Option<Type>,
    pub(crate) metadata: Option<Type>,
    pub(crate) on: Option<LitStr>,
    pub(crate) webhooks: Vec<String>,
    pub(crate) on_webhook: Option<Path>,
    pub(crate) scopes: Vec<String>,
    pub(crate) egress: Vec<String>,
    pub(crate) grants: Vec<String>,
    pub(crate) limits: Limits,
}

#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) memory_mb: Option<LitInt>,
    pub(crate) wall_time_s: Option<LitInt>,
    pub(crate) cpu_time_s: Option<LitInt>,
}

/// What any function may say, and what only one kind may.
const COMMON: [&str; 8] = ["name", "description", "version", "metadata", "scopes", "egress", "grants", "limits"];
const SYNC: [&str; 8] = ["every", "cron", "time_zone", "auto_start", "models", "checkpoint", "webhooks", "on_webhook"];
const ACTION: [&str; 1] = ["checkpoint"];
const EVENT: [&str; 2] = ["on", "checkpoint"];

/// What a function can be granted beyond the default.
const GRANTS: [&str; 1] = ["credentials"];

impl Kind {
    fn own_arguments(self) -> &'static [&'static str] {
        match self {
            Kind::Sync => &SYNC,
            Kind::Action => &ACTION,
            Kind::Event => &EVENT,
        }
    }
}

impl Arguments {
    pub(crate) fn parse(kind: Kind, tokens: proc_macro2::TokenStream) -> Result<Self> {
        (|input: ParseStream<'_>| Self::parse_stream(kind, input)).parse2(tokens)
    }

    fn parse_stream(kind: Kind, input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            let own = kind.own_arguments();
            if !COMMON.iter().chain(own).any(|known| key == known) {
                let known: Vec<&str> = own.iter().chain(&COMMON).copied().collect();
                return Err(Error::new(
                    key.span(),
                    format!("`#[{}]` has no argument `{key}`; it takes: {}", kind.name(), known.join(", ")),
                ));
            }
            if seen.contains(&key) {
                return Err(Error::new(key.span(), format!("`{key}` is given twice")));
            }
            arguments.parse_value(&key, input)?;
            seen.push(key);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }

    fn parse_value(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        match key.to_string().as_str() {
            "name" => self.name = Some(value(input)?),
            "description" => self.description = Some(value(input)?),
            "version" => self.version = Some(value(input)?),
            "every" => self.every = Some(value(input)?),
            "cron" => self.cron = Some(value(input)?),
            "time_zone" => self.time_zone = Some(value(input)?),
            "auto_start" => self.auto_start = Some(value(input)?),
            "checkpoint" => self.checkpoint = Some(value(input)?),
            "metadata" => self.metadata = Some(value(input)?),
            "on" => self.on = Some(value(input)?),
            "webhooks" => self.webhooks = texts(input)?.into_iter().map(|(text, _)| text).collect(),
            "on_webhook" => self.on_webhook = Some(value(input)?),
            "models" => self.models = list(input)?,
            "scopes" => self.scopes = texts(input)?.into_iter().map(|(text, _)| text).collect(),
            "egress" => self.egress = hosts(input)?,
            "grants" => self.grants = grants(input)?,
            "limits" => self.limits = Limits::parse(input)?,
            _ => unreachable!("the key was looked up in the list of known ones"),
        }
        Ok(())
    }
}

impl Limits {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);
        let mut limits = Self::default();
        while !content.is_empty() {
            let key: Ident = content.parse()?;
            let place = match key.to_string().as_str() {
                "memory_mb" => &mut limits.memory_mb,
                "wall_time_s" => &mut limits.wall_time_s,
                "cpu_time_s" => &mut limits.cpu_time_s,
                _ => {
                    return Err(Error::new(
                        key.span(),
                        format!("there is no limit `{key}`; there are: memory_mb, wall_time_s, cpu_time_s"),
                    ));
                }
            };
            *place = Some(value(&content)?);
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(limits)
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn list<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// A word of a list: `credentials` or `"read:org"`.
struct Word(String, Span);

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            return Ok(Word(literal.value(), literal.span()));
        }
        let ident = Ident::parse_any(input)?;
        Ok(Word(ident.to_string(), ident.span()))
    }
}

fn texts(input: ParseStream<'_>) -> Result<Vec<(String, Span)>> {
    Ok(list::<Word>(input)?.into_iter().map(|Word(text, span)| (text, span)).collect())
}

fn hosts(input: ParseStream<'_>) -> Result<Vec<String>> {
    let hosts = texts(input)?;
    for (host, span) in &hosts {
        if host.is_empty() || host.contains(['/', ':', ' ', '@']) {
            return Err(Error::new(
                *span,
                format!(
                    "`{host}` is not a host; write a name without scheme or path: `hooks.example.com`, `*.example.com`, or `*` for any public host"
                ),
            ));
        }
    }
    Ok(hosts.into_iter().map(|(host, _)| host).collect())
}

fn grants(input: ParseStream<'_>) -> Result<Vec<String>> {
    let grants = texts(input)?;
    for (grant, span) in &grants {
        if !GRANTS.contains(&grant.as_str()) {
            return Err(Error::new(*span, format!("there is no grant `{grant}`; there are: {}", GRANTS.join(", "))));
        }
    }
    Ok(grants.into_iter().map(|(grant, _)| grant).collect())
}

impl Arguments {
    /// The rules that need more than one argument.
    pub(crate) fn check(&self, kind: Kind) -> Result<()> {
        if let (Some(_), Some(cron)) = (&self.every, &self.cron) {
            return Err(Error::new(cron.span(), "a sync runs `every` so often or by `cron`, not both"));
        }
        if let (Some(zone), None) = (&self.time_zone, &self.cron) {
            return Err(Error::new(zone.span(), "`time_zone` belongs to `cron`; a period has none"));
        }
        if let (Some(handler), true) = (&self.on_webhook, self.webhooks.is_empty()) {
            return Err(Error::new(
                handler.span(),
                "`on_webhook` handles types of webhooks; name them: `webhooks(\"order.shipped\")`, or `webhooks(\"*\")` for all",
            ));
        }
        if self.on_webhook.is_none() && !self.webhooks.is_empty() {
            return Err(Error::new(Span::call_site(), "`webhooks` are handled by a function; name it: `on_webhook = shipped`"));
        }
        if kind == Kind::Sync && self.models.is_empty() {
            return Err(Error::new(Span::call_site(), "a sync names the models that it saves: `#[sync(models(Issue), ..)]`"));
        }
        for (index, model) in self.models.iter().enumerate() {
            let text = |path: &Path| quote::quote!(#path).to_string();
            if self.models[..index].iter().any(|other| text(other) == text(model)) {
                return Err(Error::new(model.span(), "this model is listed twice"));
            }
        }
        Ok(())
    }
}
