//! The AUTH exchange (RFC 4954): every credential of the right form is taken, none is kept.

use super::response::Response;
use data_encoding::BASE64;

/// The accepted end of an exchange.
const WELCOME: Response = Response::fixed(235, "2.7.0", "any credentials are taken here");
const BAD_BASE64: Response = Response::fixed(501, "5.5.2", "this is not base64");
const BAD_PLAIN: Response =
    Response::fixed(501, "5.5.2", "PLAIN wants identity NUL user NUL password (RFC 4616)");
const CANCELLED: Response = Response::fixed(501, "5.0.0", "cancelled as asked");

/// What the server is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchange {
    /// The one message of PLAIN.
    Plain,
    /// The user name of LOGIN.
    LoginUser,
    /// The password of LOGIN.
    LoginPassword,
}

/// How an exchange goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// With a challenge.
    Ask(Exchange, Response),
    /// Not at all: the client is in.
    Accept(Response),
    /// Not at all: the client's line was wrong.
    Refuse(Response),
}

impl Exchange {
    /// Begins the exchange of `mechanism`; `initial` is what came with the command, if anything.
    ///
    /// # Errors
    /// The refusal of an unknown mechanism.
    pub(super) fn begin(mechanism: &str, initial: Option<&str>) -> Result<Next, Response> {
        let first = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Self::Plain,
            "LOGIN" => Self::LoginUser,
            _ => return Err(Response::fixed(504, "5.5.4", "AUTH knows PLAIN and LOGIN")),
        };
        Ok(match initial {
            None => first.ask(),
            Some("=") => first.take(b""),
            Some(line) => first.take(line.as_bytes()),
        })
    }

    /// Goes on with the client's next line.
    pub(super) fn take(self, line: &[u8]) -> Next {
        if line == b"*" {
            return Next::Refuse(CANCELLED);
        }
        let Ok(decoded) = BASE64.decode(line) else {
            return Next::Refuse(BAD_BASE64);
        };
        match self {
            Self::Plain if decoded.split(|byte| *byte == 0).count() == 3 => Next::Accept(WELCOME),
            Self::Plain => Next::Refuse(BAD_PLAIN),
            Self::LoginUser => Self::LoginPassword.ask(),
            Self::LoginPassword => Next::Accept(WELCOME),
        }
    }

    /// The challenges of LOGIN are the words that every client expects, in base64.
    fn ask(self) -> Next {
        let challenge = match self {
            Self::Plain => "",
            Self::LoginUser => "VXNlcm5hbWU6",
            Self::LoginPassword => "UGFzc3dvcmQ6",
        };
        Next::Ask(self, Response::fixed(334, challenge, ""))
    }
}
