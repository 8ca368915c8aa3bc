//! A place in the stream of changes of one collection of records, as opaque text.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

/// Points behind the change with this number.
///
/// Numbers are given in commit order and without gaps inside a collection (a connection's model and variant), so a reader
/// that goes on from its last cursor misses nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The collection's row id.
    pub collection: i64,
    /// The number of the last change that was read.
    pub position: i64,
}

/// Makes cursors that only this installation can make, so that a mistyped or foreign one is told apart from an empty page.
#[derive(Clone, ZeroizeOnDrop)]
pub struct CursorKey(pub [u8; 32]);

/// The text is not a cursor that this server gave out.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not made by this server or was altered; start again without one")]
pub struct CursorDefect;

const VERSION: u8 = 1;
const BODY: usize = 1 + 8 + 8;
/// Eight bytes keep the text short; a forged cursor gives access to nothing that its maker could not read anyway.
const TAG: usize = 8;

impl Cursor {
    /// The opaque text.
    pub fn encode(self, key: &CursorKey) -> String {
        let mut bytes = [0; BODY + TAG];
        bytes[0] = VERSION;
        bytes[1..9].copy_from_slice(&self.collection.to_be_bytes());
        bytes[9..BODY].copy_from_slice(&self.position.to_be_bytes());
        let tag = key.tag(&bytes[..BODY]);
        bytes[BODY..].copy_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text that [`Self::encode`] made with the same key.
    pub fn decode(text: &str, key: &CursorKey) -> Result<Self, CursorDefect> {
        let bytes: [u8; BODY + TAG] = URL_SAFE_NO_PAD.decode(text).ok().and_then(|b| b.try_into().ok()).ok_or(CursorDefect)?;
        let number = |from: usize| i64::from_be_bytes(bytes[from..from + 8].try_into().expect("eight bytes"));
        if bytes[0] != VERSION || key.tag(&bytes[..BODY]) != bytes[BODY..] {
            return Err(CursorDefect);
        }
        Ok(Self { collection: number(1), position: number(9) })
    }
}

impl CursorKey {
    fn tag(&self, body: &[u8]) -> [u8; TAG] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(body);
        mac.finalize().into_bytes()[..TAG].try_into().expect("SHA-256 is longer than a tag")
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X2
    #[test]
    fn an_altered_cursor_is_refused() {
        let key = CursorKey([7; 32]);
        let text = Cursor { collection: 3, position: 41 }.encode(&key);
        assert_eq!(Cursor::decode(&text, &key), Ok(Cursor { collection: 3, position: 41 }));
        for at in 0..text.len() {
            let mut altered: Vec<char> = text.chars().collect();
            altered[at] = if altered[at] == 'A' { 'B' } else { 'A' };
            let altered: String = altered.into_iter().collect();
            assert_eq!(Cursor::decode(&altered, &key), Err(CursorDefect), "{altered}");
        }
        assert_eq!(Cursor::decode(&text, &CursorKey([8; 32])), Err(CursorDefect));
        assert_eq!(Cursor::decode("", &key), Err(CursorDefect));
    }
}
