//! Styles, pictures and islands, embedded in the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

/// Styles and pictures: part of this crate, so that pages look right without Node.
#[derive(RustEmbed)]
#[folder = "assets"]
struct Own;

/// What `npm run build` makes of `ui/src`; nothing when it never ran.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
#[include = "*.js"]
#[include = "*.css"]
struct Islands;

/// The styles in the order in which pages name them.
const STYLES: [&str; 4] = ["tokens.css", "page.css", "parts.css", "print.css"];

/// The script of the islands.
const SCRIPT: &str = "app.js";

/// The addresses of what pages name; each has the digest of its content, so that it can be kept for ever.
pub(crate) struct Addresses {
    pub(crate) styles: Vec<String>,
    /// None when the islands were not built.
    pub(crate) script: Option<String>,
    pub(crate) icon: String,
}

/// Gives the addresses of what pages name.
pub(crate) fn addresses() -> &'static Addresses {
    static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| Addresses {
        styles: STYLES.iter().filter_map(|name| address(name)).collect(),
        script: address(SCRIPT),
        icon: address("lucarne.svg").unwrap_or_default(),
    });
    &ADDRESSES
}

fn file(name: &str) -> Option<EmbeddedFile> {
    Own::get(name).or_else(|| Islands::get(name))
}

fn version(file: &EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..8])
}

fn address(name: &str) -> Option<String> {
    file(name).map(|file| format!("/assets/{name}?v={}", version(&file)))
}

#[derive(Deserialize)]
pub(crate) struct Version {
    v: Option<String>,
}

/// Answers with an asset.
pub(crate) async fn asset(Path(name): Path<String>, Query(wanted): Query<Version>) -> Response {
    let Some(found) = file(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let is_this_version = wanted.v.is_some_and(|wanted| wanted == version(&found));
    let kept = if is_this_version { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let body = match found.data {
        Cow::Borrowed(bytes) => bytes.into_response(),
        Cow::Owned(bytes) => bytes.into_response(),
    };
    let mut response = body;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_there_and_asks_for_nothing_elsewhere() {
        assert_eq!(addresses().styles.len(), STYLES.len());
        assert!(addresses().icon.starts_with("/assets/lucarne.svg?v="));
        for name in STYLES {
            let text = String::from_utf8(Own::get(name).unwrap().data.into_owned()).unwrap();
            assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("http"), "{name}");
            // A rule that isn't closed takes those after it along, without a word from any browser.
            let deepest = text.chars().try_fold(0_u32, |depth, letter| match letter {
                '{' => Some(depth + 1),
                '}' => depth.checked_sub(1),
                _ => Some(depth),
            });
            assert_eq!(deepest, Some(0), "{name} has a rule that is not closed, or closed twice");
        }
    }

    #[tokio::test]
    async fn an_asset_of_another_version_is_not_kept() {
        let answer = |v: Option<String>| asset(Path("page.css".to_owned()), Query(Version { v }));
        let cache = |response: &Response| response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        let current = version(&Own::get("page.css").unwrap());
        assert!(cache(&answer(Some(current)).await).contains("immutable"));
        assert_eq!(cache(&answer(Some("old".into())).await), "no-cache");
        let missing = asset(Path("../Cargo.toml".to_owned()), Query(Version { v: None })).await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }
}
