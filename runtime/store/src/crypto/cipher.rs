//! Encrypts single columns of single rows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use aes_gcm_siv::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm_siv::{Aes256GcmSiv, Nonce, Tag};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use syncline_domain::{CursorKey, FingerprintKey};
use zeroize::Zeroizing;

use crate::Error;

const VERSION: u8 = 1;
const KEY: std::ops::Range<usize> = 1..5;
const NONCE: std::ops::Range<usize> = 5..17;
const HEAD: usize = 17;
const TAG: usize = 16;

/// Whose ciphertext it is. It is authenticated with the text, so that a ciphertext copied to another row cannot be read there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: &'a dyn Identity,
}

/// Identifies a row for ever: row ids are not used twice.
pub(crate) trait Identity: fmt::Display + fmt::Debug + Sync {}

impl<T: fmt::Display + fmt::Debug + Sync> Identity for T {}

/// AES-256-GCM-SIV (RFC 8452): a nonce that repeats by accident shows only whether two texts are equal, so that random nonces are
/// safe for more messages than a database holds.
///
/// A ciphertext is `version (1) | key id (4) | nonce (12) | text | tag (16)`.
pub(crate) struct Cipher {
    keys: RwLock<Keys>,
    pub(crate) fingerprints: FingerprintKey,
    pub(crate) cursors: CursorKey,
}

/// Data keys by id, and the one that encrypts.
struct Keys {
    ciphers: BTreeMap<u32, Aes256GcmSiv>,
    current: u32,
}

/// A data key, unwrapped.
pub(crate) struct DataKey {
    pub(super) bytes: Zeroizing<[u8; 32]>,
    /// Whether it may encrypt already; until then it only decrypts, so that every node knows it in time.
    pub(super) is_active: bool,
}

impl Cipher {
    /// The first data key gives the keys of fingerprints and cursors, which must outlive a rotation; the last active one encrypts.
    pub(super) fn new(data_keys: &BTreeMap<u32, DataKey>) -> Option<Self> {
        let first = &data_keys.values().next()?.bytes;
        Some(Self {
            keys: RwLock::new(Keys::new(data_keys)?),
            fingerprints: FingerprintKey(*derive(first, b"fingerprints")),
            cursors: CursorKey(*derive(first, b"cursors")),
        })
    }

    /// Takes over keys that were added since, and the one that encrypts now.
    pub(super) fn replace(&self, data_keys: &BTreeMap<u32, DataKey>) {
        if let Some(keys) = Keys::new(data_keys) {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
    }

    /// The key that encrypts.
    pub(crate) fn current(&self) -> u32 {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).current
    }

    /// Encrypts `text` for its place.
    pub(crate) fn seal(&self, place: Place<'_>, text: &[u8]) -> Vec<u8> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        seal(&keys.ciphers[&keys.current], keys.current, &place.associated_data(), text)
    }

    /// Decrypts what [`Self::seal`] made for the same place; anything else is an [`Error::Inconsistency`] of that row.
    pub(crate) fn open(&self, place: Place<'_>, sealed: Vec<u8>) -> Result<Vec<u8>, Error> {
        let key = sealed.get(KEY).map(|id| u32::from_be_bytes(id.try_into().expect("four bytes")));
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        key.and_then(|id| keys.ciphers.get(&id))
            .and_then(|cipher| open(cipher, &place.associated_data(), sealed))
            .ok_or_else(|| Error::inconsistency(place.table, place.column, place.row))
    }

    /// As [`Self::open`], for text.
    pub(crate) fn open_text(&self, place: Place<'_>, sealed: Vec<u8>) -> Result<String, Error> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| Error::inconsistency(place.table, place.column, place.row))
    }
}

impl Keys {
    fn new(data_keys: &BTreeMap<u32, DataKey>) -> Option<Self> {
        let current = *data_keys.iter().rfind(|(_, key)| key.is_active)?.0;
        let cipher = |(id, key): (&u32, &DataKey)| (*id, Aes256GcmSiv::new((&*derive(&key.bytes, b"columns")).into()));
        Some(Self { ciphers: data_keys.iter().map(cipher).collect(), current })
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(..)")
    }
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.column, self.row).into_bytes()
    }
}

pub(super) fn seal(cipher: &Aes256GcmSiv, key: u32, associated_data: &[u8], text: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).expect("the system has randomness");
    let mut sealed = Vec::with_capacity(HEAD + text.len() + TAG);
    sealed.push(VERSION);
    sealed.extend_from_slice(&key.to_be_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(text);
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(nonce), associated_data, (&mut sealed[HEAD..]).into())
        .expect("rows are far below the limit of 64 GiB");
    sealed.extend_from_slice(&tag);
    sealed
}

pub(super) fn open(cipher: &Aes256GcmSiv, associated_data: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    if sealed.len() < HEAD + TAG || sealed[0] != VERSION {
        return None;
    }
    let nonce = Nonce::try_from(&sealed[NONCE]).ok()?;
    let tag = Tag::try_from(&sealed[sealed.len() - TAG..]).ok()?;
    sealed.truncate(sealed.len() - TAG);
    cipher.decrypt_inout_detached(&nonce, associated_data, (&mut sealed[HEAD..]).into(), &tag).ok()?;
    sealed.drain(..HEAD);
    Some(sealed)
}

/// One key a purpose, so that no use of one weakens another.
pub(super) fn derive(key: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"syncline ");
    mac.update(purpose);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[u8], active: u8) -> BTreeMap<u32, DataKey> {
        let key = |id: &u8| (u32::from(*id), DataKey { bytes: Zeroizing::new([*id; 32]), is_active: *id <= active });
        ids.iter().map(key).collect()
    }

    fn cipher() -> Cipher {
        Cipher::new(&keys(&[1, 2], 2)).unwrap()
    }

    /// X4
    #[test]
    fn a_ciphertext_is_bound_to_its_row_and_column() {
        let cipher = cipher();
        let place = |row| Place { table: "connections", column: "credentials", row };
        let sealed = cipher.seal(place(&7), b"token");
        assert_eq!(cipher.open(place(&7), sealed.clone()).unwrap(), b"token");
        assert!(matches!(cipher.open(place(&8), sealed.clone()), Err(Error::Inconsistency { row, .. }) if row == "8"));
        let other = Place { table: "connections", column: "metadata", row: &7 };
        assert!(cipher.open(other, sealed.clone()).is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(cipher.open(place(&7), altered).is_err(), "byte {at}");
            assert!(cipher.open(place(&7), sealed[..at].to_vec()).is_err(), "cut at {at}");
        }
    }

    /// X4
    #[test]
    fn a_new_data_key_leaves_old_ciphertexts_fingerprints_and_cursors_valid() {
        let old = Cipher::new(&keys(&[1], 1)).unwrap();
        let place = Place { table: "t", column: "c", row: &1 };
        assert_eq!(cipher().open(place, old.seal(place, b"text")).unwrap(), b"text");
        assert_eq!(cipher().fingerprints.0, old.fingerprints.0);
        assert_eq!(cipher().cursors.0, old.cursors.0);
        assert_ne!(cipher().cursors.0, cipher().fingerprints.0);
    }

    /// X4
    #[test]
    fn a_key_decrypts_before_it_encrypts() {
        let place = Place { table: "t", column: "c", row: &1 };
        let (early, late) = (Cipher::new(&keys(&[1, 2], 1)).unwrap(), cipher());
        assert_eq!((early.current(), late.current()), (1, 2));
        assert_eq!(early.open(place, late.seal(place, b"text")).unwrap(), b"text");
        early.replace(&keys(&[1, 2], 2));
        assert_eq!(early.current(), 2);
    }
}
