//! The mathematics: HOTP, TOTP, base32, key URIs, verification. No IO, no clock.
