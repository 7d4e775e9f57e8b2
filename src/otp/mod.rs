//! The mathematics: HOTP, TOTP, OCRA, base32, key URIs, check digits. No IO, no clock.
//!
//! A token and its verifier share a [`Key`]. Both turn it into a [`Totp`] (or, where there is no
//! clock, a [`Hotp`]); one reads a [`Code`] off it, the other asks which time step of its
//! [`Window`] a candidate belongs to, and never accepts a step twice.
//!
//! ```
//! use fobwatch::domain::Moment;
//! use fobwatch::otp::{KeyUri, Kind, Totp, Window};
//!
//! // What the token scanned, and what was odd about it.
//! let text = "otpauth://totp/Bank:ada?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&digits=8";
//! let (uri, liberties) = KeyUri::parse(text)?;
//! assert_eq!(liberties[0].to_string(), "a secret with letters in lower case");
//! let Kind::Totp { period } = uri.kind else { panic!("it says totp") };
//!
//! // What the token shows, in the first minute of 1970 (RFC 6238, appendix B).
//! let totp = Totp::new(&uri.key, uri.algorithm, uri.digits, period);
//! let code = totp.code_at(Moment::from_unix_seconds(59));
//! assert_eq!(code.to_string(), "94287082");
//!
//! // What the verifier finds half a minute later, and a minute later.
//! let verify = |seconds| {
//!     totp.verify("94287082", Moment::from_unix_seconds(seconds), Window::ONE_STEP)
//! };
//! assert_eq!(verify(60), Some(1));
//! assert_eq!(verify(90), None);
//! # Ok::<(), fobwatch::otp::NotKeyUri>(())
//! ```

pub mod base32;
pub mod lanes;
pub mod luhn;
pub mod ocra;
pub mod percent;

mod algorithm;
mod code;
mod hotp;
mod key;
mod key_uri;
mod keyed;
mod totp;
mod window;

pub use algorithm::Algorithm;
pub use code::{BadDigits, Code, Digits};
pub use hotp::{Hotp, truncate};
pub use key::Key;
pub use key_uri::{BadLabel, KeyUri, Kind, Label, Liberty, NotKeyUri, Taken};
pub use totp::{BadPeriod, Period, Totp};
pub use window::{TooWide, Window};
