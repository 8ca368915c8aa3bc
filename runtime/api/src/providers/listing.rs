//! All providers as JSON, written once a language: an answer costs a copy, not a thousand entries parsed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::{BufMut as _, Bytes, BytesMut};
use syncline_providers::Language;

use crate::providers::show::wire;
use crate::state::App;

/// Made when first asked for: the catalogue does not change while the server runs.
#[derive(Default)]
pub(crate) struct Listings([OnceLock<Arc<Listing>>; Language::ALL.len()]);

/// In one language.
pub(crate) struct Listing {
    /// `{"data":[...]}`, by key.
    all: Bytes,
    /// Where each provider stands in it.
    places: BTreeMap<String, Range<usize>>,
}

const HEAD: &[u8] = br#"{"data":["#;
const TAIL: &[u8] = b"]}";

impl Listings {
    /// The first to ask for a language pays for it, away from the threads that serve others.
    pub(crate) async fn get(&self, app: &Arc<App>, language: Language) -> Arc<Listing> {
        let slot = &self.0[Language::ALL.iter().position(|one| *one == language).expect("ALL has them all")];
        if let Some(listing) = slot.get() {
            return Arc::clone(listing);
        }
        let making = Arc::clone(app);
        let made = tokio::task::spawn_blocking(move || Arc::new(Listing::new(&making, language))).await;
        let made = made.expect("every shipped entry is whole, which a test holds them to");
        Arc::clone(slot.get_or_init(|| made))
    }
}

impl Listing {
    fn new(app: &App, language: Language) -> Self {
        let mut all = BytesMut::from(HEAD);
        let mut places = BTreeMap::new();
        for entry in app.catalogue.iter() {
            if !places.is_empty() {
                all.put_u8(b',');
            }
            let start = all.len();
            serde_json::to_writer((&mut all).writer(), &wire(app, &entry, language)).expect("memory takes everything");
            places.insert(entry.key.clone(), start..all.len());
        }
        all.put_slice(TAIL);
        // What growing left over would stay for as long as the server runs.
        Self { all: Bytes::copy_from_slice(&all), places }
    }

    pub(crate) fn all(&self) -> Bytes {
        self.all.clone()
    }

    /// These alone, in their order.
    pub(crate) fn of<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Bytes {
        let mut some = BytesMut::from(HEAD);
        for place in keys.filter_map(|key| self.places.get(key)) {
            if some.len() > HEAD.len() {
                some.put_u8(b',');
            }
            some.put_slice(&self.all[place.clone()]);
        }
        some.put_slice(TAIL);
        some.freeze()
    }
}
