//! Where the server listens and where the gateways are, as variables: for requests and for what
//! `launch` starts.

use super::template::Variables;
use crate::adapters::Endpoints;
use serde_json::Value;
use url::Url;

/// What they are called.
pub(super) const NAMES: &[&str] = &[
    "base",
    "sms_url",
    "sms_account",
    "sms_token",
    "smtp_host",
    "smtp_port",
    "https_url",
    "proxy_url",
    "ca_file",
];

/// Their values; those of the gateways only if these are known. Secrets leave their wrapper here:
/// they are about to be sent.
pub(super) fn variables(base: &Url, gateways: Option<&Endpoints>) -> Variables {
    let mut variables = Variables::new();
    let mut set = |name: &str, value: Value| variables.insert(name.to_owned(), value);
    set("base", Value::from(base.as_str().trim_end_matches('/')));
    if let Some(gateways) = gateways {
        set("sms_url", Value::from(gateways.sms_url.as_str()));
        set("sms_account", Value::from(gateways.sms_account.as_str()));
        set("sms_token", Value::from(gateways.sms_token.reveal()));
        set("smtp_host", Value::from(gateways.smtp.ip().to_string()));
        set("smtp_port", Value::from(gateways.smtp.port()));
    }
    if let Some(detour) = gateways.and_then(|gateways| gateways.detour.as_ref()) {
        set("https_url", Value::from(detour.https_url.as_str()));
        set("proxy_url", Value::from(detour.proxy_url.as_str()));
        set("ca_file", Value::from(detour.ca_file.display().to_string()));
    }
    variables
}
