//! Who may see the page: whoever has the address that `lapwing up` printed, which holds a key drawn at the start.
//!
//! What a reader would get wrong: that a page at 127.0.0.1 is for its own user alone. Any other user of the machine can ask
//! for it, and so can any web site that the user visits (by a form, or by a name that it lets point to 127.0.0.1). So there is a
//! key, a cookie that no other site's request carries, and the host that was asked for must be this one.

use std::net::SocketAddr;
use std::sync::Arc;

use ambient::Ambient;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The cookie's name.
const COOKIE: &str = "lapwing_page";

/// What opens the page.
#[derive(Debug, Clone)]
pub struct Key(SecretString);

impl Key {
    /// 128 bits of chance.
    pub(super) fn draw(ambient: &Ambient) -> Self {
        Self(hex::encode(ambient.bytes::<16>()).into())
    }

    /// As it stands in the address.
    pub fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// Compared by their hashes: how long that takes tells nothing of the key.
    fn is(&self, given: &str) -> bool {
        Sha256::digest(given) == Sha256::digest(self.text())
    }
}

pub(super) struct Door {
    pub(super) key: Key,
    pub(super) address: SocketAddr,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    key: Option<String>,
}

/// What every answer says to a browser: nothing from elsewhere, no frame around it, nothing kept.
const RULES: [(header::HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Lets in whoever has the key; an address that holds it is exchanged for a cookie, so that it is not seen any longer.
pub(super) async fn admit(
    State(door): State<Arc<Door>>,
    Query(asked): Query<Asked>,
    request: Request,
    next: Next,
) -> Response {
    let mut answer = answer(&door, &asked, request, next).await;
    for (name, value) in RULES {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

async fn answer(door: &Door, asked: &Asked, request: Request, next: Next) -> Response {
    if !door.is_asked_for(request.headers()) {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "ask for this page by the address that `lapwing up` printed\n",
        )
            .into_response();
    }
    match &asked.key {
        Some(given) if door.key.is(given) => {
            let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/", door.key.text());
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        None if door.holds_cookie(request.headers()) => next.run(request).await,
        _ => (
            StatusCode::FORBIDDEN,
            "this page opens with the whole address that `lapwing up` printed, key included; it is drawn anew at each start\n",
        )
            .into_response(),
    }
}

impl Door {
    fn is_asked_for(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| {
            host == self.address.to_string() || host == format!("localhost:{}", self.address.port())
        })
    }

    fn holds_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .any(|given| self.key.is(given))
    }
}
