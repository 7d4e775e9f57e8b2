//! Who asks: the session cookie (NIST SP 800-63B §5.1) and the CSRF token that goes with it.

use super::Site;
use crate::domain::{Assurance, Operation, Reply, Secret};
use crate::reference::{SessionId, View};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The name of the cookie.
const COOKIE_NAME: &str = "reference_session";

/// One request's session.
pub(super) struct Visitor {
    pub(super) session: SessionId,
    /// Whether the browser must be told the session's name.
    is_new: bool,
}

impl Visitor {
    /// The session that the cookie names, else a new one.
    pub(super) fn of(headers: &HeaderMap, site: &Site) -> Self {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let named = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE_NAME)
            .map(|(_, value)| SessionId::new(value))
            .filter(SessionId::is_well_formed);
        match named {
            Some(session) => Self { session, is_new: false },
            None => Self { session: site.reference.mint_session(), is_new: true },
        }
    }

    /// Asks the core. The session gets a new name before a password is accepted for it, so that a
    /// name planted by somebody else is worth nothing, and again with the second factor.
    pub(super) async fn ask(&mut self, operation: &Operation, site: &Site) -> View {
        if matches!(operation, Operation::SignIn { .. }) {
            self.rename(site);
        }
        let view = site.reference.handle(&self.session, operation).await;
        if matches!(operation, Operation::SubmitCode { .. } | Operation::AwaitPush)
            && matches!(view.to_reply(), Reply::SignedIn { assurance: Assurance::TwoFactor })
        {
            self.rename(site);
        }
        view
    }

    /// The `Set-Cookie` line that the browser needs, if it needs one.
    pub(super) fn cookie(&self, site: &Site) -> Option<String> {
        let secure = if site.reference.parameters().public_https { "; Secure" } else { "" };
        let session = &self.session;
        self.is_new
            .then(|| format!("{COOKIE_NAME}={session}; Path=/; HttpOnly; SameSite=Lax{secure}"))
    }

    /// What every form of this session carries: a keyed digest of its name.
    pub(super) fn csrf(&self, site: &Site) -> Secret {
        #[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&site.csrf_key).expect("any length is a key");
        mac.update(self.session.as_str().as_bytes());
        Secret::new(HEXLOWER.encode(&mac.finalize().into_bytes()))
    }

    fn rename(&mut self, site: &Site) {
        self.session = site.reference.rename_session(&self.session);
        self.is_new = true;
    }
}
