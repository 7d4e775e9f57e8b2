//! The mathematics: HOTP (RFC 4226), TOTP (RFC 6238), base32 (RFC 4648), key URIs and check digits.
//!
//! No IO, no clock: whoever asks says what time it is.
//!
//! ```
//! use fobwatch::domain::Moment;
//! use fobwatch::otp::{Algorithm, Digits, Key, Period, Totp, Window};
//!
//! let key = Key::new(b"12345678901234567890".to_vec());
//! let totp = Totp::new(&key, Algorithm::Sha1, Digits::EIGHT, Period::DEFAULT);
//! let then = Moment::from_unix_seconds(59);
//! assert_eq!(totp.code_at(then).to_string(), "94287082");
//! assert_eq!(totp.verify("94287082", then, Window::EXACT), Some(1));
//! ```

mod algorithm;
pub mod base32;
mod code;
mod hotp;
mod key;
pub mod key_uri;
pub mod luhn;
mod totp;
mod window;

pub use algorithm::Algorithm;
pub use code::{BadDigits, Code, Digits};
pub use hotp::Hotp;
pub use key::Key;
pub use key_uri::{KeyUri, Kind, Liberty, NotKeyUri};
pub use totp::{BadPeriod, Period, Totp};
pub use window::Window;
