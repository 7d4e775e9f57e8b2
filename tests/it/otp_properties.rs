//! Tests of otp_properties.
