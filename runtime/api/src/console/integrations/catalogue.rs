//! `/console/{environment}/catalogue`: which provider is it for?

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{ProviderItem, ProviderList, ProvidersPage, Section};
use syncline_providers::Entry;

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::integrations::words;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// More would be scrolled past; the search finds the others.
const SHOWN: usize = 60;

/// The page, or what was found alone.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, wanted: Wanted, asked: Asked) -> Html<String> {
    let search = asked.get("search").to_owned();
    let word = search.to_lowercase();
    let fits = |entry: &&Arc<Entry>| {
        let name = entry.display_name.to_lowercase();
        name.contains(&word) || entry.key.contains(&word) || entry.categories.iter().any(|category| category.contains(&word))
    };
    let mut found: Vec<&Arc<Entry>> = console.app.catalogue.iter().filter(fits).collect();
    // Names that begin with the word first; the rest as the alphabet has it.
    found.sort_by_cached_key(|entry| {
        let name = entry.display_name.to_lowercase();
        (!name.starts_with(&word), name)
    });
    let item = |entry: &&Arc<Entry>| ProviderItem {
        key: entry.key.clone(),
        name: entry.display_name.clone(),
        sign_in: words::sign_in(&entry.auth).to_owned(),
        logo: console.logo(&entry.key),
    };
    let items = found.iter().take(SHOWN).map(item).collect();
    let list = ProviderList { home: here.home(), search, total: found.len(), items };
    if wanted == Wanted::Part {
        return Html(list.render());
    }
    Html(ProvidersPage { frame: here.frame(Section::Integrations), list }.render())
}
