//! The keys of encryption at rest: where they stand, a new data key, and the commands that need the encryption key itself.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use http::StatusCode;
use syncline_console::pages::{Action, Badge, Cell, Column, EncryptionPage, Frame, Moment, Section, Table, Tone};
use syncline_domain::Timestamp;
use syncline_store::{DataKeyRow, Error as StoreError};

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// The page.
pub(in crate::console) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let keys = console.app.store.keys().list().await?;
    let current = console.app.store.keys().current();
    let moment = |at: Timestamp| Moment::new(at.to_millis_z());
    let row = |key: &DataKeyRow| {
        let (tone, word) = if key.id == current { (Tone::Good, "Encrypts") } else { (Tone::Plain, "Opens only") };
        vec![
            Cell::text(key.id.to_string()),
            Cell::Badge(Badge::new(tone, word)),
            Cell::Moment(moment(key.created_at)),
            Cell::Moment(moment(key.active_at)),
            Cell::moment(key.reencrypted_at.map(moment)),
        ]
    };
    let (state, meaning) = standing(&keys);
    let commands = [
        ("See it there", "syncline keys status"),
        ("Make a data key, and wait until everything is encrypted with it", "syncline keys rotate --wait"),
        ("Begin to change the encryption key", "syncline keys change --new-key-file FILE"),
        ("End that change, once every server has the new one", "syncline keys retire"),
    ];
    let page = EncryptionPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Settings) },
        state,
        meaning,
        rotate: Action::post(format!("{}/settings/encryption/rotate", here.home()), &here.csrf(), "Make a new data key", ""),
        table: Table {
            caption: "Data keys".to_owned(),
            columns: ["Key", "Does", "Made", "Used from", "Everything encrypted with it"].map(Column::new).to_vec(),
            rows: keys.iter().map(row).collect(),
        },
        commands: commands.map(|(what, command)| (what.to_owned(), command.to_owned())).to_vec(),
    };
    Ok(Html(page.render()))
}

/// Makes a data key; everything is moved over to it in the background.
pub(in crate::console) async fn rotate(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    match console.app.store.keys().rotate(console.now()).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/settings/encryption?done=rotating", here.home()))),
        Err(StoreError::MasterKeyChanging) => Err(Refusal::new(
            StatusCode::CONFLICT,
            "Not while the encryption key is being changed",
            "End that change first: run syncline keys retire once every server has the new encryption key.",
        )),
        Err(other) => Err(other.into()),
    }
}

fn standing(keys: &[DataKeyRow]) -> (Badge, String) {
    if keys.iter().any(|key| key.has_next_master) {
        let meaning =
            "The encryption key is being changed: servers start with the old or the new one. Restart each with the new one, then end it.";
        return (Badge::new(Tone::Warn, "Changing"), meaning.to_owned());
    }
    match keys.last() {
        // The first one has nothing before it to move over.
        Some(last) if keys.len() > 1 && last.reencrypted_at.is_none() => {
            (Badge::new(Tone::Live, "Rotating"), format!("Everything is being moved over to data key {}.", last.id))
        }
        _ => (Badge::new(Tone::Good, "Encrypted"), "Everything is encrypted with the newest data key.".to_owned()),
    }
}
