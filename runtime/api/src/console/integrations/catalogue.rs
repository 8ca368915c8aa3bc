//! `/console/{environment}/catalogue`: which provider is it for?

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{ProviderChoice, ProviderItem, ProviderList, ProvidersPage, Section};
use syncline_providers::{Search, Summary};

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::words;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// More would be scrolled past; the search finds the others.
const SHOWN: usize = 60;

/// The page, or what was found alone.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, wanted: Wanted, asked: Asked) -> Html<String> {
    let chosen = |name: &str| Some(asked.get(name)).filter(|value| !value.is_empty());
    let search = Search { text: asked.get("search"), category: chosen("category"), auth_mode: chosen("auth_mode") };
    let found = console.app.catalogue.search(&search);
    let item = |one: &&Summary| ProviderItem {
        key: one.key.clone().into_owned(),
        name: one.display_name.clone().into_owned(),
        sign_in: words::sign_in(&one.auth_mode).to_owned(),
        logo: console.logo(&one.key),
    };
    let items = found.iter().take(SHOWN).map(item).collect();
    let is_narrowed = search.category.is_some() || search.auth_mode.is_some();
    let list = ProviderList { home: here.home(), search: search.text.to_owned(), is_narrowed, total: found.len(), items };
    if wanted == Wanted::Part {
        return Html(list.render());
    }
    let (categories, auth_modes) = (categories(&console, search.category), auth_modes(&console, search.auth_mode));
    Html(ProvidersPage { frame: here.frame(Section::Integrations), list, categories, auth_modes }.render())
}

fn categories(console: &Console, chosen: Option<&str>) -> Vec<ProviderChoice> {
    let all: BTreeSet<&str> = console.app.catalogue.summaries().flat_map(|one| one.categories.iter().map(AsRef::as_ref)).collect();
    let choice = |name: &str| ProviderChoice { value: name.to_owned(), words: name.replace('-', " "), is_chosen: chosen == Some(name) };
    all.into_iter().map(choice).collect()
}

fn auth_modes(console: &Console, chosen: Option<&str>) -> Vec<ProviderChoice> {
    let all: BTreeSet<&str> = console.app.catalogue.summaries().map(|one| one.auth_mode.as_ref()).collect();
    let known = words::SIGN_IN.iter().filter(|(mode, _)| all.contains(mode));
    known
        .map(|&(mode, words)| ProviderChoice { value: mode.to_owned(), words: words.to_owned(), is_chosen: chosen == Some(mode) })
        .collect()
}
