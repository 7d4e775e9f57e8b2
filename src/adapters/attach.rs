//! `attach:tcp://127.0.0.1:PORT`, `attach:unix:PATH`: an adapter that runs already, in a debugger
//! or a container. It speaks the same lines over a socket, and goes on running when we leave.
//!
//! Passwords and codes of invented people go over the socket in the clear, so only this machine is
//! spoken to unless the target says `?remote=allowed`.

use super::NotReachable;
use super::link::{Ends, Peer, Transport};
use crate::domain::Soon;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// Where an adapter listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attach {
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Tcp {
        host: String,
        port: u16,
    },
    #[cfg(unix)]
    Unix(String),
}

impl Attach {
    /// Reads `tcp://HOST:PORT`, perhaps with `?remote=allowed`, or `unix:PATH`.
    ///
    /// # Errors
    /// [`NotReachable::BadTarget`] for anything else, and for another machine without permission.
    pub fn parse(address: &str) -> Result<Self, NotReachable> {
        let wrong = |why: &str| {
            NotReachable::BadTarget(format!(
                "`attach:{address}`: {why}; write attach:tcp://127.0.0.1:PORT or attach:unix:PATH"
            ))
        };
        #[cfg(unix)]
        if let Some(path) = address.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path).to_owned();
            return Ok(Self { place: Place::Unix(path) });
        }
        let url = Url::parse(address).map_err(|_| wrong("this is no address"))?;
        let (Some(host), Some(port)) = (url.host(), url.port()) else {
            return Err(wrong("an address has a host and a port"));
        };
        if url.scheme() != "tcp" || !matches!(url.path(), "" | "/") {
            return Err(wrong("this is no address of ours"));
        }
        let remote = match url.query() {
            None => false,
            Some("remote=allowed") => true,
            Some(_) => return Err(wrong("only `?remote=allowed` may stand behind it")),
        };
        if !remote && !is_this_machine(&host) {
            return Err(wrong(
                "this is another machine, and what is said goes there in the clear; if that is \
                 meant, add `?remote=allowed`",
            ));
        }
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        Ok(Self { place: Place::Tcp { host, port } })
    }

    async fn connect(&self) -> std::io::Result<Ends> {
        let peer = Arc::new(Attached);
        match &self.place {
            Place::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                let (input, output) = stream.into_split();
                Ok(Ends { input: Box::new(input), output: Box::new(output), peer })
            }
            #[cfg(unix)]
            Place::Unix(path) => {
                let (input, output) = tokio::net::UnixStream::connect(path).await?.into_split();
                Ok(Ends { input: Box::new(input), output: Box::new(output), peer })
            }
        }
    }
}

/// Loopback, and `localhost`, which RFC 6761 §6.3 keeps for this machine. The parts of a URL whose
/// scheme it does not know are texts.
fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let address = name.parse::<std::net::Ipv4Addr>();
            *name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl Transport for Attach {
    fn open(&self) -> Soon<'_, Result<Ends, String>> {
        Box::pin(async move {
            let cannot = |why: &dyn std::fmt::Display| format!("cannot connect to it: {why}");
            match timeout(CONNECTING, self.connect()).await {
                Ok(connected) => connected.map_err(|error| cannot(&error)),
                Err(_) => Err(cannot(&format!("no answer within {} s", CONNECTING.as_secs()))),
            }
        })
    }
}

/// The other end of a socket: of it, nothing is known but what it says.
struct Attached;

impl Peer for Attached {
    fn epitaph(&self) -> Soon<'_, String> {
        Box::pin(std::future::ready("it closed the connection".to_owned()))
    }

    fn last_words(&self) -> String {
        String::new()
    }

    /// Closing the socket is all that can be done, and whoever holds it does that.
    fn end(&self) {}

    fn finish(&self, _: Duration) -> Soon<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use super::Attach;

    #[test]
    fn only_this_machine_is_spoken_to_unless_allowed() {
        for good in [
            "tcp://127.0.0.1:4020",
            "tcp://127.9.9.9:4020",
            "tcp://[::1]:4020",
            "tcp://localhost:4020",
            "tcp://192.0.2.7:4020?remote=allowed",
            "unix:/run/a.sock",
        ] {
            assert!(Attach::parse(good).is_ok(), "{good}: {:?}", Attach::parse(good));
        }
        for bad in [
            "tcp://192.0.2.7:4020",
            "tcp://id.test:4020",
            "tcp://127.0.0.1",
            "4020",
            "http://127.0.0.1:1",
        ] {
            assert!(Attach::parse(bad).is_err(), "{bad}");
        }
        let why = Attach::parse("tcp://127.0.0.1.evil.test:1").expect_err("another machine");
        assert!(why.to_string().contains("remote=allowed"), "{why}");
    }
}
