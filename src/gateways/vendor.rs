//! The host names that providers have, and what a program asks of a proxy on its way there.
//!
//! Nothing here connects to anything: a name is either one that a dialect stands for, or it is
//! refused and noted in [`Elsewhere`].

use super::sms::DIALECTS;
use hyper::{Method, Uri};
use std::collections::BTreeMap;
use std::fmt;
use tokio::sync::watch;

/// The port of HTTPS, where every provider is.
const HTTPS: u16 = 443;

/// As many names as are noted; a program that looks for more of them looks at random.
const NAMES_LIMIT: usize = 256;

/// The longest name in the domain name system (RFC 1035 §2.3.4), with room for a scheme and a port.
const NAME_LENGTH_LIMIT: usize = 270;

/// Stands for all names beyond [`NAMES_LIMIT`].
const OTHERS: &str = "other hosts";

/// Whether `host` is of the form `pattern`, in which `*` stands for one label.
#[must_use]
pub fn fits(pattern: &str, host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let mut wanted = pattern.split('.');
    for label in labels {
        match wanted.next() {
            Some("*") if !label.is_empty() => {}
            Some(known) if known.eq_ignore_ascii_case(label) => {}
            Some(_) | None => return false,
        }
    }
    wanted.next().is_none()
}

/// Whether a dialect stands for `host`.
#[must_use]
pub fn is_stood_for(host: &str) -> bool {
    patterns().any(|pattern| fits(pattern, host))
}

/// The forms of all host names that dialects stand for.
pub fn patterns() -> impl Iterator<Item = &'static str> {
    DIALECTS.iter().flat_map(|dialect| dialect.hosts().iter().copied())
}

/// A host and a port on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host's name, in lower case.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Place {
    fn of(uri: &Uri, port: u16) -> Option<Self> {
        let authority = uri.authority()?;
        let host = authority.host().to_ascii_lowercase();
        (!host.is_empty()).then(|| Self { host, port: authority.port_u16().unwrap_or(port) })
    }

    /// Whether a dialect stands for it.
    #[must_use]
    pub fn is_stood_for(&self) -> bool {
        self.port == HTTPS && is_stood_for(&self.host)
    }
}

/// The host; the port too if it is not that of HTTPS.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            HTTPS => f.write_str(&self.host),
            port => write!(f, "{}:{port}", self.host),
        }
    }
}

/// What a client asks of a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// `CONNECT`: a way to this place, over which it will speak TLS.
    Tunnel(Place),
    /// A request in the clear, to be passed on to this place.
    PassOn(Place),
    /// Neither: it takes the proxy for a server.
    None,
}

impl Wish {
    /// The wish of a request with this `method` and target.
    #[must_use]
    pub fn of(method: &Method, target: &Uri) -> Self {
        if method == Method::CONNECT {
            return Place::of(target, HTTPS).map_or(Self::None, Self::Tunnel);
        }
        match target.scheme_str() {
            Some(_) => Place::of(target, 80).map_or(Self::None, Self::PassOn),
            None => Self::None,
        }
    }
}

/// The hosts that somebody tried to reach through the gateways and that no dialect stands for, each
/// with the number of tries. Nothing was ever sent there.
#[derive(Debug)]
pub struct Elsewhere(watch::Sender<BTreeMap<String, u64>>);

impl Default for Elsewhere {
    fn default() -> Self {
        Self(watch::Sender::new(BTreeMap::new()))
    }
}

impl Elsewhere {
    /// Notes a try to reach `name`.
    pub fn note(&self, name: &str) {
        let name = &name[..name.floor_char_boundary(NAME_LENGTH_LIMIT)];
        self.0.send_modify(|tried| {
            let is_full = tried.len() >= NAMES_LIMIT && !tried.contains_key(name);
            let name = if is_full { OTHERS } else { name };
            *tried.entry(name.to_owned()).or_default() += 1;
        });
    }

    /// Each host with the number of tries so far.
    #[must_use]
    pub fn tried(&self) -> BTreeMap<String, u64> {
        self.0.borrow().clone()
    }

    /// Tells of each try from now on.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<BTreeMap<String, u64>> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::{Elsewhere, NAMES_LIMIT, OTHERS, Wish, is_stood_for};
    use hyper::{Method, Uri};
    use proptest::prelude::*;

    #[test]
    fn a_provider_is_known_by_each_of_its_names_and_by_no_other() {
        for host in ["api.twilio.com", "API.twilio.com", "api.dublin.ie1.twilio.com"] {
            assert!(is_stood_for(host), "{host}");
        }
        for host in [
            "",
            "twilio.com",
            "api..twilio.com",
            "a.b.c.d.twilio.com",
            "api.twilio.com.evil.test",
            "video.twilio.com",
            "api.twilio.com:443",
        ] {
            assert!(!is_stood_for(host), "{host}");
        }
    }

    #[test]
    fn a_wish_is_read_as_it_is_meant() {
        let wish = |method: Method, target: &str| {
            let target = target.parse().expect("a target");
            match Wish::of(&method, &target) {
                Wish::Tunnel(place) => format!("tunnel {place}"),
                Wish::PassOn(place) => format!("pass on {place}"),
                Wish::None => "none".to_owned(),
            }
        };
        assert_eq!(wish(Method::CONNECT, "API.twilio.com:443"), "tunnel api.twilio.com");
        assert_eq!(wish(Method::CONNECT, "u:p@a.test:8443"), "tunnel a.test:8443");
        assert_eq!(wish(Method::CONNECT, "[::1]:443"), "tunnel [::1]");
        assert_eq!(wish(Method::GET, "http://a.test/b?c"), "pass on a.test:80");
        assert_eq!(wish(Method::GET, "/b"), "none");
    }

    #[test]
    fn names_are_noted_up_to_a_bound_and_tries_are_counted() {
        let elsewhere = Elsewhere::default();
        for number in 0..NAMES_LIMIT + 10 {
            elsewhere.note(&format!("{number}.test"));
        }
        elsewhere.note("7.test");
        elsewhere.note(&"ü".repeat(4000));
        let tried = elsewhere.tried();
        assert_eq!(tried.len(), NAMES_LIMIT + 1);
        assert_eq!((tried["7.test"], tried[OTHERS]), (2, 11));
    }

    proptest! {
        #[test]
        fn no_target_makes_the_reader_panic(bytes: Vec<u8>, method in "[A-Z]{1,8}") {
            let method = Method::from_bytes(method.as_bytes()).expect("letters");
            if let Ok(target) = Uri::try_from(bytes) {
                for method in [Method::CONNECT, method] {
                    let _ = Wish::of(&method, &target);
                }
            }
        }

        #[test]
        fn only_what_ends_like_a_provider_is_stood_for(host in "(api\\.)?[a-z.*]{0,20}(twilio\\.com)?") {
            prop_assert!(!is_stood_for(&host) || host.ends_with("twilio.com"));
        }
    }
}
