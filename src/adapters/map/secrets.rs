//! What a map must know and must not hold: values from the environment.

use super::check::Check;
use super::place::Path;
use super::template::Variables;
use crate::domain::Secret;
use serde_json::Value;
use std::collections::BTreeMap;

/// Variables with their values.
#[derive(Debug, Default)]
pub(super) struct Secrets(Vec<(String, Secret)>);

impl Check {
    pub(super) fn secrets(&mut self, written: &BTreeMap<String, String>, path: &Path) -> Secrets {
        let mut secrets = Vec::new();
        for (name, source) in written {
            self.capture_name(name, &path.key(name));
            let Some(value) = from_environment(source) else {
                let what = format!("${name} stands in the environment as {source}, and is empty");
                let remedy = format!("set it before the run: export {source}=...");
                self.wrong::<()>(&path.then(name), what, remedy);
                continue;
            };
            secrets.push((name.clone(), Secret::new(value)));
        }
        Secrets(secrets)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the map says which variables, and no others are read"
)]
fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Secrets {
    /// They leave their wrapper here: they are about to be sent.
    pub(super) fn variables(&self) -> Variables {
        let all = self.0.iter();
        all.map(|(name, value)| (name.clone(), Value::from(value.reveal()))).collect()
    }

    /// `text` with the name of each secret in the place of its value.
    pub(super) fn hidden_in(&self, text: String) -> String {
        let all = self.0.iter();
        all.fold(text, |text, (name, value)| text.replace(value.reveal(), &format!("${name}")))
    }
}
