//! The grammar of map files: what may be written, before it is known whether it makes sense.

use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Channel, Declared, TokenKind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// How a server is asked and what its answers mean.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapFile {
    /// The version of this grammar: 1.
    pub map: u32,
    /// The name of the implementation, for people.
    pub name: String,
    /// The URL that all paths begin with: `http://127.0.0.1:4010`.
    pub base: String,
    /// What the server can, as `needs:` names it; without this line it has all that is asked of it.
    pub features: Option<Vec<String>>,
    /// What the server says of itself: claims that the suite measures, and choices between
    /// things that are equally legal.
    #[serde(default)]
    pub declares: Declared,
    /// How the server is started; without this it runs already.
    pub launch: Option<LaunchEntry>,
    /// How its clock can be moved; without this line it cannot.
    pub clock: Option<ClockEntry>,
    /// How long after an answer its message may still be on the way to a gateway, as `3s`; without
    /// this line messages arrive before the answer.
    pub delivered_within: Option<String>,
    /// How long an answer may take; `10s` without this line.
    pub timeout: Option<String>,
    /// Variables whose values stand in the environment and not in this file: `$name` to the name
    /// of the environment variable. They are hidden wherever an answer is shown.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Where browser sessions connect from: `own` or `shared`; without this line `own` where that
    /// can be, which is on Linux with a `base` like `http://127.0.0.1:4010`.
    pub source_addresses: Option<Sources>,
    /// Where devices find the hosts that the server shows them: host to URL.
    #[serde(default)]
    pub hosts: BTreeMap<String, String>,
    /// What the server can be asked. What is not here, it does not support.
    #[schemars(schema_with = "operations_schema")]
    pub operations: BTreeMap<OperationKind, OperationEntry>,
    /// Meanings of answers, tried after those of the operation.
    #[serde(default)]
    pub replies: Vec<RuleEntry>,
}

/// Where browser sessions connect from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sources {
    /// Each from its own address of 127.0.0.0/8, so that a server that counts failures or limits
    /// requests by address counts each for itself. Operations of an administrator come from the
    /// usual one.
    Own,
    /// All from the usual one.
    Shared,
}

/// Names the operations: the derived schema would let any key pass.
fn operations_schema(generator: &mut SchemaGenerator) -> Schema {
    let names = generator.subschema_for::<OperationKind>();
    let entry = generator.subschema_for::<OperationEntry>();
    json_schema!({ "type": "object", "propertyNames": names, "additionalProperties": entry })
}

/// How the server is started, when the run begins, and ended with it.
///
/// `$base` and `$port` say where it shall listen (with port 0 in `base` a free one is found),
/// `$sms_url`, `$sms_account`, `$sms_token`, `$smtp_host` and `$smtp_port` where it shall send to,
/// `$https_url`, `$proxy_url` and `$ca_file` how it gets there over TLS, `$map_folder` where the map
/// is, `$fobwatch` this program.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchEntry {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Programs that are run to their end before it, one after the other.
    #[serde(default)]
    pub before: Vec<Vec<String>>,
    /// Where they run, seen from the folder of the map; that folder without this line.
    pub folder: Option<String>,
    /// Variables of their environment, beside those of ours.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// `GET /path`: it is ready when this is answered with a status below 500; without this line
    /// when it takes connections.
    pub ready: Option<String>,
    /// How long until then, at most; `60s` without this line.
    pub ready_within: Option<String>,
    /// How long it may take to end when it is asked to; `5s` without this line.
    pub ends_within: Option<String>,
    /// What it reaches: `proxy` without this line.
    #[serde(default)]
    pub reach: ReachEntry,
}

/// What a server that is started reaches over HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachEntry {
    /// Our proxy, as far as its libraries heed the usual variables (`HTTPS_PROXY`, `SSL_CERT_FILE`
    /// and their like, which we set): a provider's own host is found here, and no other host at
    /// all. What it tried is told at the end of the run. Programs in `before` are not concerned:
    /// they may fetch what the server needs.
    ///
    /// It is what happens unless the map says otherwise, because a server under test that sends to
    /// its real provider by mistake costs more than one that is told why it could not.
    #[default]
    Proxy,
    /// Whatever the machine does: the environment is left as it is.
    Open,
}

/// The server's clock.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockEntry {
    /// `shim`, `shared_virtual`, `offset` or `real`.
    #[schemars(with = "String", extend("enum" = ["shim", "shared_virtual", "offset", "real"]))]
    pub mode: ClockWord,
    /// How a virtual clock is read, once, when the run begins.
    pub now: Option<NowEntry>,
    /// `shim`: whether the clock goes on by itself, for servers that wait by looking at it; without
    /// this line it stands until a scenario moves it.
    pub runs: Option<bool>,
}

/// How the server's clock can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockWord {
    /// It stands still, and each scenario has its own; no map can say that.
    Virtual,
    /// It stands still, and the operation `advance_clock` moves it.
    SharedVirtual,
    /// It follows the machine, and the operation `advance_clock` moves it forward.
    Offset,
    /// It cannot be moved.
    Real,
    /// A preload library of ours moves it in the server that the map starts: no request is needed,
    /// and the server is not changed.
    Shim,
}

/// How the server's clock is read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NowEntry {
    /// `GET /path`.
    pub request: String,
    /// Where in the answer the time stands, as RFC 3339.
    pub capture: Source,
}

/// One operation: requests sent in order, and what the last answer means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationEntry {
    /// What the server calls what is asked for; what is not here, it does not have.
    pub words: Option<WordsEntry>,
    /// The requests, at least one.
    pub requests: Vec<RequestEntry>,
    /// How long all of them together may take; without this line each answer has the map's
    /// `timeout`.
    pub timeout: Option<String>,
    /// Meanings of the last answer; the first that fits counts.
    #[serde(default)]
    pub replies: Vec<RuleEntry>,
}

/// Our words to the server's, in which captured variables may stand.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsEntry {
    /// `choose_channel`: `{ sms: phone, email: $mail_button }`.
    #[serde(default)]
    pub channel: BTreeMap<Channel, String>,
    /// `begin_enrolment`: `{ authenticator: generator }`.
    #[serde(default)]
    pub token: BTreeMap<TokenKind, String>,
}

/// One HTTP request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEntry {
    /// `POST /path/$variable`.
    pub request: String,
    /// Send this only if the answer before fits; otherwise that answer is the last.
    pub when: Option<WhenEntry>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    pub json: Option<Value>,
    /// The fields of an HTML form. A variable that is a list comes once for each of its items.
    pub form: Option<BTreeMap<String, String>>,
    /// An XML body. The values of variables are escaped in it.
    pub xml: Option<String>,
    /// Whether redirects to the same server are followed.
    #[serde(default)]
    pub follow: bool,
    /// What to keep of the answer for later requests of this session.
    #[serde(default)]
    pub capture: BTreeMap<String, Source>,
}

/// Conditions on an answer; all must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhenEntry {
    /// `200`, `4xx`, or a list of these.
    pub status: Option<Value>,
    /// JSONPath to the value found there, or to a list of values of which one is found there.
    #[serde(default)]
    pub json: BTreeMap<String, Value>,
    /// Way in an XML body, such as `/response/@status` or `//error`, to the text found there, or
    /// to a list of texts of which one is found there.
    #[serde(default)]
    pub xml: BTreeMap<String, Value>,
    /// A JSONPath that finds something else than null.
    pub has: Option<String>,
    /// Header to a pattern that its value has somewhere.
    #[serde(default)]
    pub header: BTreeMap<String, String>,
    /// A pattern that the body has somewhere.
    pub body: Option<String>,
    /// A CSS selector that finds something in the page.
    pub css: Option<String>,
    /// A pattern that the text of the page has somewhere, any white space in it being one space.
    pub text: Option<String>,
    /// A pattern that the address has somewhere, after redirects that were followed.
    pub url: Option<String>,
}

/// What an answer means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// When this is the meaning; always, without this line.
    #[serde(default)]
    pub when: WhenEntry,
    /// The reply.
    pub reply: ReplyKind,
    /// `code_required`: over which channel the PIN was sent.
    pub channel: Option<Source>,
    /// `code_required`: where to, as shown.
    pub destination: Option<Source>,
    /// `code_required`: the other channels on offer.
    pub alternatives: Option<Source>,
    /// `enrolment_required`: the kinds of token on offer.
    pub offers: Option<Source>,
    /// `token_required`: the kinds of token that may answer.
    pub methods: Option<Source>,
    /// `push_sent`: the number to tap at the app, if one is shown.
    pub number: Option<Source>,
    /// `signed_in`: how much was proven.
    pub assurance: Option<Source>,
    /// `activation`: a picture as data URI, base64, SVG text, or the URL of one; a key URI is drawn,
    /// as the front end of the server would.
    pub qr: Option<Source>,
    /// `activation`: a key URI or activation link.
    pub link: Option<Source>,
    /// `activation`: the password beside the QR code.
    pub password: Option<Source>,
    /// `activation`: the address for the desktop program.
    pub address: Option<Source>,
    /// `activation`: the serial number.
    pub serial_number: Option<Source>,
    /// `activation`: the activation code.
    pub activation_code: Option<Source>,
    /// `activation`: a key container (RFC 6030).
    pub key_file: Option<Source>,
    /// `activation`, `token_required`: what a token that answers challenges is asked.
    pub challenge: Option<Source>,
    /// `activation`: how many seconds it may be used.
    pub expires_in: Option<Source>,
    /// `certificate`: the certificate.
    pub pem: Option<Source>,
    /// `tokens`: the bound tokens.
    pub tokens: Option<TokensEntry>,
    /// `rejected`: why; `denied` without this line.
    pub class: Option<Source>,
    /// `rejected`: seconds until the next try; the Retry-After header counts without this line.
    pub retry_after: Option<Source>,
    /// `unsupported`: what is missing; the operation's name without this line.
    pub feature: Option<Source>,
}

/// Where the bound tokens stand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensEntry {
    /// JSONPath of the tokens.
    pub list: String,
    /// The id, seen from one token.
    pub id: Source,
    /// The kind, seen from one token.
    pub kind: Source,
}

/// A value: written out, `$.json.path`, `$captured`, or found by a [`Finder`].
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Source {
    /// A word, a JSONPath or a captured variable.
    Text(String),
    /// A number of seconds.
    Number(u64),
    /// Words.
    List(Vec<String>),
    /// A place in the answer.
    Found(Box<Finder>),
}

/// A place in an answer. `regex` looks in the body, or in what `json`, `xml`, `header` or `css`
/// found; its first group counts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finder {
    /// A JSONPath.
    pub json: Option<String>,
    /// A way in an XML body, such as `/response/detail/@code` or `//serial`.
    pub xml: Option<String>,
    /// The name of a header.
    pub header: Option<String>,
    /// A CSS selector; the first element that it finds counts: its text, or one of its attributes.
    /// Where a reply holds a list, each element is an item of it.
    pub css: Option<String>,
    /// The attribute of that element, such as `value`, `src` or `href`.
    pub attr: Option<String>,
    /// Whether a picture is taken of that element, as a camera would see it: for the QR code, and
    /// in `browser:` files.
    #[serde(default)]
    pub screenshot: bool,
    /// A pattern.
    pub regex: Option<String>,
    /// The server's words to ours; a word that is not here stays as it is.
    #[serde(default, rename = "as")]
    pub renames: BTreeMap<String, String>,
    /// What a word that `as` does not have, or nothing found, counts as.
    #[serde(rename = "else")]
    pub otherwise: Option<String>,
}

/// Written by hand because an untagged enum forgets where its parts stand.
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor)
    }
}

struct SourceVisitor;

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word, a list of words, `$.json.path`, `$captured`, or a map with json, xml, header, css or regex")
    }

    fn visit_str<E>(self, text: &str) -> Result<Source, E> {
        Ok(Source::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Source, E> {
        Ok(Source::Number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Source, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Source::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Source, A::Error> {
        let finder = Finder::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Source::Found(Box::new(finder)))
    }
}

impl RuleEntry {
    /// The values of the reply, by name, without `tokens`.
    pub(in crate::adapters) fn values(&self) -> impl Iterator<Item = (&'static str, &Source)> {
        [
            ("channel", &self.channel),
            ("destination", &self.destination),
            ("alternatives", &self.alternatives),
            ("offers", &self.offers),
            ("methods", &self.methods),
            ("number", &self.number),
            ("assurance", &self.assurance),
            ("qr", &self.qr),
            ("link", &self.link),
            ("password", &self.password),
            ("address", &self.address),
            ("serial_number", &self.serial_number),
            ("activation_code", &self.activation_code),
            ("key_file", &self.key_file),
            ("challenge", &self.challenge),
            ("expires_in", &self.expires_in),
            ("pem", &self.pem),
            ("class", &self.class),
            ("retry_after", &self.retry_after),
            ("feature", &self.feature),
        ]
        .into_iter()
        .filter_map(|(name, source)| source.as_ref().map(|source| (name, source)))
    }
}
