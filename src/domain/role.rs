//! What is under test: a server, a library of one-time codes, or an app that shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an adapter stands for.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A server that people sign in to.
    #[default]
    Server,
    /// A library that makes and checks one-time codes.
    Library,
    /// An authenticator app.
    Token,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Library => "library",
            Self::Token => "token",
        })
    }
}
