//! The integration tests: one binary, so that it links once.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why by panicking")]

mod activation;
mod adapter_command;
mod adapters;
mod camera;
mod clients;
mod defects;
mod diagnosis;
mod email;
mod expectations;
mod extraction;
mod floors;
mod gateway_rig;
mod journals;
mod lint;
mod load;
mod measure;
mod mutate;
mod ocra;
mod otp_properties;
mod otp_vectors;
mod pskc;
mod puppet;
mod races;
mod reference;
mod reports;
mod runs;
mod sms;
mod stage;
mod subjects;
mod tokens;
