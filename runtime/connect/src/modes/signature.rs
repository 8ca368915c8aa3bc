//! `SIGNATURE`: a WSSE UsernameToken, good for a while. <https://www.xml.com/pub/a/2003/12/17/dive.html> has the protocol.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret};
use syncline_providers::{DigestEncoding, Signature};

use crate::setting::Setting;
use crate::supplied::{Supplied, input, require};
use crate::{Grant, ModeError, supplied};

pub(crate) fn exchange(setting: &Setting<'_>, signature: &Signature, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    compute(setting, signature, supplied::read(setting, given, &[])?)
}

/// Computes it again.
pub(crate) fn renew(setting: &Setting<'_>, signature: &Signature, held: &Exchanged) -> Result<Grant, ModeError> {
    compute(setting, signature, held.supplied.clone())
}

fn compute(setting: &Setting<'_>, signature: &Signature, supplied: Supplied) -> Result<Grant, ModeError> {
    let (username, password) = (require(&supplied, "username")?.expose(), require(&supplied, "password")?.expose());
    if username.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
        return Err(input("username", "must have no quotes, backslashes or control characters in it".to_owned()));
    }
    let now = setting.now();
    let nonce = format!("{:032x}", u128::from_be_bytes((setting.randomness)()));
    let created = format!("{}Z", &now.to_millis_z()[..19]);
    let token = Secret::new(username_token(username, &digest(&format!("{nonce}{created}{password}"), signature.digest), &nonce, &created));
    let obtained = Obtained {
        fields: BTreeMap::from([("token".to_owned(), token)]),
        expires_at: Some(now.plus(Duration::from_secs(signature.lifetime_s))),
        raw: None,
    };
    Ok(Grant::new(Credentials::Exchanged(Exchanged { mode: AuthMode::Signature, supplied, obtained: Some(obtained) })))
}

/// The value of `X-WSSE`.
fn username_token(username: &str, digest: &str, nonce: &str, created: &str) -> String {
    format!("UsernameToken Username=\"{username}\", PasswordDigest=\"{digest}\", Nonce=\"{nonce}\", Created=\"{created}\"")
}

fn digest(text: &str, encoding: DigestEncoding) -> String {
    let digest = Sha1::digest(text);
    match encoding {
        DigestEncoding::Bytes => STANDARD.encode(digest),
        DigestEncoding::Hex => STANDARD.encode(digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the protocol's description.
    #[test]
    fn the_digest_is_the_protocols() {
        let (nonce, created) = ("d36e316282959a9ed4c89851497a717f", "2003-12-15T14:43:07Z");
        let digest = digest(&format!("{nonce}{created}taadtaadpstcsm"), DigestEncoding::Bytes);
        let token = username_token("bob", &digest, nonce, created);
        assert_eq!(
            token,
            "UsernameToken Username=\"bob\", PasswordDigest=\"quR/EWLAV4xLf9Zqyw4pDmfV9OY=\", Nonce=\"d36e316282959a9ed4c89851497a717f\", \
             Created=\"2003-12-15T14:43:07Z\""
        );
    }

    /// `printf nonce2026-01-01T00:00:00Zsecret | sha1sum | head -c 40 | base64 -w0`
    #[test]
    fn some_write_the_digest_in_hexadecimal() {
        assert_eq!(
            digest("nonce2026-01-01T00:00:00Zsecret", DigestEncoding::Hex),
            "YTY3OGUzZjU4Y2FkY2Q5OThmMGEyOTg1OTNhNDgzZTdkODkyZmQwZQ=="
        );
    }
}
