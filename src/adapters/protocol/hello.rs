//! The greeting: what the harness tells an adapter, and what the adapter says of itself.

use crate::adapters::{Detour, Endpoints};
use crate::domain::{Declared, Moment, Role};
use crate::subject::ClockMode;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What `hello` brings along.
#[derive(Serialize, JsonSchema)]
pub struct Hello {
    /// The versions of the protocol that the harness speaks.
    pub protocol: Range,
    /// The run's seed, as text: it may be larger than a double holds.
    pub seed: String,
    /// Where messages are to be handed over; absent when no scenario is going to be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateways: Option<Gateways>,
    /// Where a clock that stands still is best set (RFC 3339): so a restarted adapter goes on where
    /// it was.
    #[schemars(with = "String")]
    pub now: Moment,
}

/// Versions of the protocol, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Range {
    /// The oldest.
    pub min: u32,
    /// The newest.
    pub max: u32,
}

/// Where messages are to be handed over.
#[derive(Serialize, JsonSchema)]
pub struct Gateways {
    /// The SMS provider.
    pub sms: SmsGateway,
    /// The mail server: `host:port`, no TLS, any or no login.
    pub smtp: String,
    /// A proxy through which the provider's own host is found here: for implementations that
    /// cannot be told another base. Whatever else is asked of it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Box<Proxy>>,
}

/// A way to the gateways for programs that know their provider only by its own name.
#[derive(Serialize, JsonSchema)]
pub struct Proxy {
    /// Its URL, for `HTTPS_PROXY`.
    pub url: String,
    /// The file with the certificate to trust, in PEM, for `SSL_CERT_FILE` and its like; gone when
    /// the run ends.
    pub ca_file: String,
    /// The SMS provider without the proxy, over TLS, for programs that insist on `https`.
    pub https_url: String,
    /// All variables that make common runtimes go this way, ready for a program that is started.
    pub environment: BTreeMap<String, String>,
}

/// A pretended SMS provider.
#[derive(Serialize, JsonSchema)]
pub struct SmsGateway {
    /// The base of its URLs, without a slash at the end.
    pub url: String,
    /// The account.
    pub account: String,
    /// The token that goes with the account.
    pub token: String,
}

impl From<&Endpoints> for Gateways {
    fn from(endpoints: &Endpoints) -> Self {
        let sms = SmsGateway {
            url: endpoints.sms_url.clone(),
            account: endpoints.sms_account.clone(),
            token: endpoints.sms_token.reveal().to_owned(),
        };
        let proxy = endpoints.detour.as_ref().map(|detour| Box::new(Proxy::from(detour)));
        Self { sms, smtp: endpoints.smtp.to_string(), proxy }
    }
}

impl From<&Detour> for Proxy {
    fn from(detour: &Detour) -> Self {
        let environment = detour.environment().into_iter();
        Self {
            url: detour.proxy_url.clone(),
            ca_file: detour.ca_file.display().to_string(),
            https_url: detour.https_url.clone(),
            environment: environment.map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

/// What an adapter answers to `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Welcome {
    /// The version that is spoken from now on: one of the range.
    pub protocol: u32,
    /// What is tested.
    pub implementation: Implementation,
    /// Which scenarios are for it: those for a server, a library or an app; a server without this
    /// field.
    #[serde(default)]
    pub role: Role,
    /// What it can, as `needs:` of a scenario names it; without this field, all that is asked.
    #[serde(default)]
    pub features: Option<Vec<String>>,
    /// What it says of itself: claims that the suite measures. Unknown names are ignored.
    #[serde(default, deserialize_with = "known_parameters")]
    pub declares: Declared,
    /// How its clock can be moved: `shim`, `shared_virtual`, `offset` or `real`; without this field
    /// it cannot.
    #[serde(default)]
    #[schemars(with = "Option<Timekeeping>")]
    pub clock: Timekeeping,
    /// The time by its own clock (RFC 3339). A `shared_virtual` clock must tell it.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub now: Option<Moment>,
    /// What keeps scenarios apart.
    #[serde(default)]
    pub isolation: Isolation,
    /// How many requests it works on at once; 1 without this field.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub max_in_flight: u32,
    /// Where devices find the hosts that the implementation shows them: host to URL.
    #[serde(default)]
    pub hosts: BTreeMap<String, String>,
    /// How long after an answer its message may still be on the way to a gateway; without this
    /// field messages arrive before the answer.
    #[serde(default)]
    pub delivered_within_ms: Option<u64>,
}

/// What is tested, for people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: Option<String>,
    /// The language that it is written in.
    #[serde(default)]
    pub language: Option<String>,
}

/// What keeps scenarios apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// People of their own: every scenario invents its user names, numbers and mailboxes, so that
    /// any number of them may be played at once.
    #[default]
    Names,
    /// Nothing: they are played one after the other, and `open_scenario` is where to clear up.
    None,
}

/// The words for clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timekeeping {
    /// Each scenario has its own, which no adapter has.
    #[schemars(skip)]
    Virtual,
    /// We move it, by the preload library that the adapter started its server with.
    Shim,
    /// It stands still until `advance_clock` moves it, and all scenarios share it.
    SharedVirtual,
    /// It follows the machine; `advance_clock` moves it forward.
    Offset,
    /// It follows the machine and cannot be moved.
    #[default]
    Real,
}

impl Timekeeping {
    /// What that means for who asks.
    #[must_use]
    pub fn mode(self) -> ClockMode {
        match self {
            Self::Virtual => ClockMode::Virtual,
            Self::Shim | Self::SharedVirtual => ClockMode::SharedVirtual,
            Self::Offset => ClockMode::Offset,
            Self::Real => ClockMode::Real,
        }
    }
}

fn one() -> u32 {
    1
}

/// The names of the declared parameters.
#[must_use]
pub(crate) fn parameter_names() -> Vec<String> {
    let schema = schema_for!(Declared);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|names| names.keys().cloned().collect()).unwrap_or_default()
}

/// A map file with an unknown parameter has a spelling mistake; an adapter may be newer than we.
fn known_parameters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Declared, D::Error> {
    let mut written = serde_json::Map::deserialize(deserializer)?;
    let known = parameter_names();
    written.retain(|name, _| known.contains(name));
    serde_json::from_value(Value::Object(written)).map_err(serde::de::Error::custom)
}

impl Welcome {
    /// What is wrong with it although every field is of its type.
    ///
    /// # Errors
    /// Says what, and what to write instead.
    pub fn check(&self, range: Range) -> Result<(), String> {
        if self.protocol < range.min || self.protocol > range.max {
            let Range { min, max } = range;
            return Err(format!(
                "it speaks protocol {}, we speak {min} to {max}; write `\"protocol\":{max}`",
                self.protocol
            ));
        }
        if self.max_in_flight == 0 {
            return Err("`max_in_flight` is 0; write 1 or more".to_owned());
        }
        match self.clock {
            Timekeeping::Virtual => Err("an adapter's clock is not each scenario's own; write \
                                       `\"clock\":\"shared_virtual\"`"
                .to_owned()),
            Timekeeping::SharedVirtual if self.now.is_none() => Err(
                "a `shared_virtual` clock tells the time: add `\"now\":\"2030-01-01T00:00:00Z\"`"
                    .to_owned(),
            ),
            Timekeeping::Shim
            | Timekeeping::SharedVirtual
            | Timekeeping::Offset
            | Timekeeping::Real => Ok(()),
        }
    }

    /// The name with the version, for people.
    #[must_use]
    pub fn name(&self) -> String {
        let Implementation { name, version, .. } = &self.implementation;
        version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {version}"))
    }
}
