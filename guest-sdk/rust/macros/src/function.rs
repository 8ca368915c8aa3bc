//! From the author's function to a described one.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, GenericArgument, ItemFn, LitStr, PathArguments, Result, ReturnType, Type};

use crate::arguments::Arguments;
use crate::{names, schedule, schema};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sync,
    Action,
    Event,
}

/// When an event handler runs.
const EVENTS: [&str; 3] = ["post-connection-creation", "pre-connection-deletion", "validate-connection"];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Sync => "sync",
            Kind::Action => "action",
            Kind::Event => "event",
        }
    }

    fn signature(self) -> &'static str {
        match self {
            Kind::Sync => "a sync is `async fn name(cx: SyncContext) -> Result<()>`",
            Kind::Action => "an action is `async fn name(cx: ActionContext, input: Input) -> Result<Output>`",
            Kind::Event => "an event handler is `async fn name(cx: EventContext) -> Result<()>`",
        }
    }
}

pub(crate) fn expand(kind: Kind, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = Error::new(error.span(), kind.signature()).into_compile_error();
            return quote!(#error #item);
        }
    };
    match Arguments::parse(kind, arguments).and_then(|arguments| expand_function(kind, &arguments, &function)) {
        Ok(expanded) => expanded,
        Err(error) => {
            // The function itself stays, so that the one error is not followed by others about a missing name.
            let error = error.into_compile_error();
            quote!(#error #function)
        }
    }
}

fn expand_function(kind: Kind, arguments: &Arguments, function: &ItemFn) -> Result<TokenStream> {
    arguments.check(kind)?;
    let signature = Signature::read(kind, function)?;
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let documentation = documentation_attributes(&function.attrs);
    let description = describe(kind, arguments, function, &signature)?;
    let mut inner = function.clone();
    inner.vis = syn::Visibility::Inherited;
    let input = &signature.input;
    let output = &signature.output;
    let (returns, run) = match kind {
        Kind::Sync => match &arguments.on_webhook {
            Some(handler) => (quote!(SyncFunction), quote!(__private::run_sync_or_webhook(host, #ident, #handler))),
            None => (quote!(SyncFunction), quote!(__private::run_sync(host, #ident))),
        },
        Kind::Event => (quote!(EventFunction), quote!(__private::run_event(host, #ident))),
        Kind::Action if signature.takes_input => (quote!(ActionFunction::<#input, #output>), quote!(__private::run_action(host, #ident))),
        Kind::Action => (quote!(ActionFunction::<(), #output>), quote!(__private::run_action(host, |cx, ()| #ident(cx)))),
    };
    Ok(quote! {
        #(#documentation)*
        #visibility fn #ident() -> ::syncline_functions::#returns {
            #inner
            static DESCRIPTION: ::syncline_functions::__private::Description = #description;
            ::syncline_functions::#returns::__new(&DESCRIPTION, |host| ::syncline_functions::#run)
        }
    })
}

struct Signature {
    takes_input: bool,
    input: Type,
    output: Type,
}

impl Signature {
    fn read(kind: Kind, function: &ItemFn) -> Result<Self> {
        let signature = &function.sig;
        if signature.asyncness.is_none() {
            return Err(Error::new(signature.fn_token.span, format!("write `async fn`: {}", kind.signature())));
        }
        if !signature.generics.params.is_empty() {
            return Err(Error::new(signature.generics.span(), "a function of a component cannot be generic"));
        }
        let expected = if kind == Kind::Action { 1..=2 } else { 1..=1 };
        if !expected.contains(&signature.inputs.len()) {
            return Err(Error::new(signature.inputs.span(), kind.signature()));
        }
        let unit = || syn::parse_quote!(());
        let input = match signature.inputs.iter().nth(1) {
            Some(FnArg::Typed(typed)) => Some((*typed.ty).clone()),
            Some(other) => return Err(Error::new(other.span(), kind.signature())),
            None => None,
        };
        let ReturnType::Type(_, returned) = &signature.output else {
            return Err(Error::new(signature.ident.span(), format!("the return type is missing: {}", kind.signature())));
        };
        let output = result_output(returned).ok_or_else(|| Error::new(returned.span(), kind.signature()))?;
        Ok(Self { takes_input: input.is_some(), input: input.unwrap_or_else(unit), output })
    }
}

/// `T` of `Result<T>`.
fn result_output(returned: &Type) -> Option<Type> {
    let Type::Path(path) = returned else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return None };
    match generics.args.first()? {
        GenericArgument::Type(output) if last.ident == "Result" => Some(output.clone()),
        _ => None,
    }
}

fn describe(kind: Kind, arguments: &Arguments, function: &ItemFn, signature: &Signature) -> Result<TokenStream> {
    let kind_name = kind.name();
    let (name, span) = match &arguments.name {
        Some(name) => (name.value(), name.span()),
        None => (names::function_from_rust(&function.sig.ident.to_string()), function.sig.ident.span()),
    };
    names::check_function(&name, span)?;
    let description =
        arguments.description.as_ref().map(LitStr::value).or_else(|| schema::documentation(&function.attrs)).unwrap_or_default();
    let version = arguments.version.as_ref().map_or_else(|| quote!(env!("CARGO_PKG_VERSION")), |version| quote!(#version));
    let schedule = match (&arguments.every, &arguments.cron) {
        (Some(every), _) => option(Some(schedule::every(every)?)),
        (None, Some(cron)) => option(Some(schedule::cron(cron)?)),
        (None, None) => option(None::<String>),
    };
    let time_zone = option(arguments.time_zone.as_ref());
    let auto_start = arguments.auto_start.as_ref().is_none_or(syn::LitBool::value);
    let models = arguments.models.iter().map(|model| {
        quote_spanned!(model.span()=> ::syncline_functions::__private::ModelDescription {
            name: <#model as ::syncline_functions::Model>::NAME,
            schema: ::syncline_functions::schema_of::<#model>,
        })
    });
    let is_action = kind == Kind::Action;
    let input = schema_of((is_action && signature.takes_input).then_some(&signature.input));
    let output = schema_of((is_action && !is_unit(&signature.output)).then_some(&signature.output));
    let metadata = schema_of(arguments.metadata.as_ref());
    let checkpoint = schema_of(arguments.checkpoint.as_ref());
    let event = option(event_name(kind, arguments)?);
    let Arguments { webhooks, scopes, egress, grants, limits, .. } = arguments;
    let memory_mb = option(limits.memory_mb.as_ref());
    let wall_time_s = option(limits.wall_time_s.as_ref());
    let cpu_time_s = option(limits.cpu_time_s.as_ref());
    Ok(quote! {
        ::syncline_functions::__private::Description {
            kind: #kind_name,
            name: #name,
            description: #description,
            version: #version,
            schedule: #schedule,
            time_zone: #time_zone,
            auto_start: #auto_start,
            models: &[#(#models),*],
            input: #input,
            output: #output,
            metadata: #metadata,
            checkpoint: #checkpoint,
            event: #event,
            webhook_subscriptions: &[#(#webhooks),*],
            scopes: &[#(#scopes),*],
            egress: &[#(#egress),*],
            grants: &[#(#grants),*],
            limits: ::syncline_functions::__private::Limits {
                memory_mb: #memory_mb,
                wall_time_s: #wall_time_s,
                cpu_time_s: #cpu_time_s,
            },
        }
    })
}

fn event_name(kind: Kind, arguments: &Arguments) -> Result<Option<&LitStr>> {
    let known = EVENTS.map(|event| format!("`{event}`")).join(", ");
    match &arguments.on {
        None if kind == Kind::Event => {
            Err(Error::new(Span::call_site(), format!("say when it runs: `#[event(on = \"..\")]` with one of {known}")))
        }
        Some(on) if !EVENTS.contains(&on.value().as_str()) => {
            Err(Error::new(on.span(), format!("there is no event `{}`; there are {known}", on.value())))
        }
        on => Ok(on.as_ref()),
    }
}

fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn schema_of(of: Option<&Type>) -> TokenStream {
    match of {
        Some(of) => quote_spanned!(of.span()=> ::core::option::Option::Some(::syncline_functions::schema_of::<#of>)),
        None => quote!(::core::option::Option::None),
    }
}

fn is_unit(of: &Type) -> bool {
    matches!(of, Type::Tuple(tuple) if tuple.elems.is_empty())
}

fn documentation_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of the compile errors that an expansion has.
    fn errors(kind: Kind, arguments: TokenStream, item: TokenStream) -> String {
        let expanded = expand(kind, arguments, item).to_string();
        assert!(expanded.contains("compile_error"), "it compiles: {expanded}");
        expanded
    }

    #[test]
    fn a_mistake_is_named_in_the_authors_words() {
        let sync = || {
            quote!(
                async fn issues(cx: SyncContext) -> Result<()> {
                    Ok(())
                }
            )
        };
        let cases = [
            (errors(Kind::Sync, quote!(every = "1h"), sync()), "a sync names the models that it saves"),
            (errors(Kind::Sync, quote!(models(A), every = "1 fortnight"), sync()), "`1 fortnight` is not a period"),
            (errors(Kind::Sync, quote!(models(A), every = "1h", cron = "0 9 * * *"), sync()), "not both"),
            (errors(Kind::Sync, quote!(models(A), cron = "0 9"), sync()), "has 2 fields"),
            (errors(Kind::Sync, quote!(models(A), time_zone = "UTC"), sync()), "`time_zone` belongs to `cron`"),
            (errors(Kind::Sync, quote!(models(A), on = "x"), sync()), "`#[sync]` has no argument `on`; it takes: every"),
            (errors(Kind::Sync, quote!(models(A, A)), sync()), "listed twice"),
            (errors(Kind::Sync, quote!(models(A), on_webhook = f), sync()), "handles types of webhooks"),
            (errors(Kind::Sync, quote!(models(A), webhooks("a")), sync()), "are handled by a function"),
            (errors(Kind::Sync, quote!(models(A), name = "my issues"), sync()), "`my issues` contains ` `"),
            (errors(Kind::Sync, quote!(models(A), grants(root)), sync()), "there is no grant `root`"),
            (errors(Kind::Sync, quote!(models(A), egress("https://x.com")), sync()), "is not a host"),
            (errors(Kind::Event, quote!(on = "connected"), sync()), "there is no event `connected`; there are"),
            (errors(Kind::Event, quote!(), sync()), "say when it runs"),
            (
                errors(
                    Kind::Action,
                    quote!(),
                    quote!(
                        fn f(cx: ActionContext) -> Result<()> {
                            Ok(())
                        }
                    ),
                ),
                "write `async fn`",
            ),
            (
                errors(
                    Kind::Action,
                    quote!(),
                    quote!(
                        async fn f() -> Result<()> {
                            Ok(())
                        }
                    ),
                ),
                "an action is `async fn",
            ),
            (
                errors(
                    Kind::Action,
                    quote!(),
                    quote!(
                        async fn f(cx: ActionContext) {}
                    ),
                ),
                "the return type is missing",
            ),
            (
                errors(
                    Kind::Action,
                    quote!(),
                    quote!(
                        struct Nothing;
                    ),
                ),
                "an action is `async fn",
            ),
        ];
        for (found, expected) in cases {
            assert!(found.contains(expected), "expected `{expected}` in {found}");
        }
    }
}
