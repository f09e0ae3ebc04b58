//! Who acts, until there is sign-in: identities of a demo, carried by signed tokens.
//!
//! A token is `payload.signature`, both base64url without padding: the payload is JSON, the signature HMAC-SHA-256 over
//! the payload's text. What a token says is believed only when its signature is right and it has not expired; its actor is
//! the one that the server holds under the token's name, never one that the token brings along.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use model::Actor;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The longest token, in bytes.
const TOKEN_BYTES_MAX: usize = 4096;

/// How long the digest is that links to persons carry, in bytes: too long to be met by chance, and short in an address.
const UNDER_BYTES: usize = 12;

/// Someone who can act in a demo.
#[derive(Clone)]
pub struct DemoIdentity {
    /// Its name, such as `officer`.
    pub name: String,
    /// What people call it, in English.
    pub title: String,
    /// The same in French, where the project gives it.
    pub title_fr: Option<String>,
    /// Who acts.
    pub actor: Actor,
}

/// Shows its name only: who the citizen is stays out of logs.
impl std::fmt::Debug for DemoIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoIdentity").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Payload {
    /// The identity's name.
    name: String,
    /// The session of the pages that it is of; none of a token for the API, which is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// When the token ends, in seconds since 1970.
    expires: i64,
    /// What the bearer works on; pages keep it in their session.
    #[serde(default, skip_serializing_if = "Work::is_empty")]
    work: Work,
}

/// What someone works on: kept in the session of the pages, signed, so that it can't be changed on the way.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Why, in the asker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}

impl Work {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Shows nothing of what was typed.
impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

/// Why a token is not believed. Says no more than a stranger may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not a token that this server signed.
    #[error("the token is not one that this server signed")]
    Forged,
    /// It has expired.
    #[error("the token has expired")]
    Expired,
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The identity's name.
    pub name: String,
    /// The session of the pages that the token is of; none of a token for the API.
    pub session: Option<String>,
    /// When it ends.
    pub expires: DateTime<Utc>,
    /// What the bearer works on.
    pub work: Work,
}

/// Gives a token for an identity that ends at `expires`. It is of no session: pages begin one with it.
#[must_use]
pub fn sign(key: &[u8; 32], identity: &DemoIdentity, expires: DateTime<Utc>) -> String {
    signed(
        key,
        &Payload { name: identity.name.clone(), session: None, expires: expires.timestamp(), work: Work::default() },
    )
}

/// Gives a token of a session, which has an id of its own and also carries what the bearer works on.
#[must_use]
pub fn sign_session(key: &[u8; 32], name: &str, session: &str, expires: DateTime<Utc>, work: &Work) -> String {
    let session = Some(session.to_owned());
    signed(key, &Payload { name: name.to_owned(), session, expires: expires.timestamp(), work: work.clone() })
}

fn signed(key: &[u8; 32], payload: &Payload) -> String {
    // A struct of texts and a number can always be written; an empty payload would verify as nothing.
    let json = serde_json::to_vec(payload).unwrap_or_default();
    let text = URL_SAFE_NO_PAD.encode(json);
    let signature = URL_SAFE_NO_PAD.encode(mac(key, text.as_bytes()).finalize().into_bytes());
    format!("{text}.{signature}")
}

/// Gives what a token says.
///
/// # Errors
/// [`TokenError`] when this server did not sign it or it has expired.
pub fn verify(key: &[u8; 32], token: &str, now: DateTime<Utc>) -> Result<Verified, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::Forged);
    }
    let (text, signature) = token.split_once('.').ok_or(TokenError::Forged)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Forged)?;
    mac(key, text.as_bytes()).verify_slice(&signature).map_err(|_| TokenError::Forged)?;
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Forged)?;
    let payload: Payload = serde_json::from_slice(&json).map_err(|_| TokenError::Forged)?;
    let expires = DateTime::from_timestamp(payload.expires, 0).ok_or(TokenError::Forged)?;
    if expires <= now {
        return Err(TokenError::Expired);
    }
    Ok(Verified { name: payload.name, session: payload.session, expires, work: payload.work })
}

/// Gives the token that forms of this session carry, so that no other site can send them.
#[must_use]
pub fn form_token(key: &[u8; 32], session: &str) -> String {
    let mut mac = mac(key, b"form ");
    mac.update(session.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Tells whether a form's token is of this session.
#[must_use]
pub fn is_form_token(key: &[u8; 32], session: &str, token: &str) -> bool {
    let mut mac = mac(key, b"form ");
    mac.update(session.as_bytes());
    URL_SAFE_NO_PAD.decode(token).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok())
}

/// Gives what a link to a person carries, so that it opens under what its page said and nothing else: a digest of the session,
/// which holds the purpose, the case and the reason. Without the key nothing of them can be found out from it.
#[must_use]
pub fn under(key: &[u8; 32], session: &str) -> String {
    let mut mac = mac(key, b"under ");
    mac.update(session.as_bytes());
    let digest: Vec<u8> = mac.finalize().into_bytes().iter().copied().take(UNDER_BYTES).collect();
    URL_SAFE_NO_PAD.encode(digest)
}

/// Tells whether a link was made under what this session holds.
#[must_use]
pub fn is_under(key: &[u8; 32], session: &str, digest: &str) -> bool {
    let mut mac = mac(key, b"under ");
    mac.update(session.as_bytes());
    let decoded = URL_SAFE_NO_PAD.decode(digest);
    // A shorter one would be compared as far as it goes.
    decoded.is_ok_and(|bytes| bytes.len() == UNDER_BYTES && mac.verify_truncated_left(&bytes).is_ok())
}

fn mac(key: &[u8; 32], bytes: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length: this can't fail for 32 bytes, and an empty key would be a wrong one, not a panic.
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => Hmac::<Sha256>::new(&Default::default()),
    };
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn identity() -> DemoIdentity {
        DemoIdentity { name: "officer".into(), title: "Officer".into(), title_fr: None, actor: Actor::System }
    }

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap()
    }

    #[test]
    fn a_token_is_believed_until_it_ends() {
        let token = sign(&KEY, &identity(), at(12));
        assert_eq!(verify(&KEY, &token, at(11)).unwrap().name, "officer");
        assert_eq!(verify(&KEY, &token, at(12)), Err(TokenError::Expired));
    }

    #[test]
    fn no_changed_token_is_believed() {
        let token = sign(&KEY, &identity(), at(12));
        for at_byte in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of base64 has bits that mean nothing; all that decode alike are the same token.
            if let Ok(verified) = verify(&KEY, &changed, at(11)) {
                assert_eq!(verified.name, "officer");
                assert_eq!(at_byte, token.len() - 1);
            }
        }
        assert_eq!(verify(&[8; 32], &token, at(11)), Err(TokenError::Forged));
        for wrong in ["", ".", "a.b", "no dot", &"x".repeat(5000)] {
            assert_eq!(verify(&KEY, wrong, at(11)), Err(TokenError::Forged));
        }
    }

    #[test]
    fn form_tokens_belong_to_one_session() {
        let token = form_token(&KEY, "session one");
        assert!(is_form_token(&KEY, "session one", &token));
        assert!(!is_form_token(&KEY, "session two", &token));
        assert!(!is_form_token(&KEY, "session one", ""));
    }

    #[test]
    fn links_belong_to_one_purpose_case_and_reason_of_one_session() {
        let work = |case: &str, why: &str| Work {
            purpose: Some("relief".into()),
            case: Some(case.into()),
            justification: Some(why.into()),
        };
        let session = |work: &Work, hour: u32| sign_session(&KEY, "officer", "s-1", at(hour), work);
        let one = session(&work("C-1", "her application"), 12);
        let digest = under(&KEY, &one);
        assert!(is_under(&KEY, &one, &digest));
        assert_eq!(under(&KEY, &session(&work("C-1", "her application"), 12)), digest, "changed back, it is the same");
        for other in [
            session(&work("C-2", "her application"), 12),
            session(&work("C-1", "her appeal"), 12),
            session(&Work::default(), 12),
            session(&work("C-1", "her application"), 13),
            sign_session(&KEY, "officer", "s-2", at(12), &work("C-1", "her application")),
        ] {
            assert!(!is_under(&KEY, &other, &digest));
        }
        assert!(!is_under(&[8; 32], &one, &digest), "another server's");
        let (part, long) = (&digest[..4], form_token(&KEY, &one));
        for wrong in ["", part, "AAAAAAAAAAAAAAAA", "no base64!", long.as_str()] {
            assert!(!is_under(&KEY, &one, wrong), "{wrong}");
        }
        assert!(!digest.contains("C-1") && digest.len() == 16, "{digest}");
    }

    #[test]
    fn work_survives_the_session() {
        let work = Work { purpose: Some("relief".into()), case: Some("C-1".into()), justification: None };
        let token = sign_session(&KEY, "officer", "s-1", at(12), &work);
        let verified = verify(&KEY, &token, at(11)).unwrap();
        assert_eq!((verified.work, verified.session.as_deref()), (work, Some("s-1")));
        assert_eq!(verify(&KEY, &sign(&KEY, &identity(), at(12)), at(11)).unwrap().session, None);
    }
}
