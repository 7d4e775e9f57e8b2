//! Tests of email.
