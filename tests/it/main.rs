//! The integration tests: one binary, so that it links once.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why by panicking")]

mod activation;
mod adapter_command;
mod adapters;
mod benched;
mod browser;
mod camera;
mod clients;
mod defects;
mod detour;
mod diagnosis;
mod email;
mod expectations;
mod extraction;
mod floors;
mod gateway_rig;
mod journals;
mod launching;
mod lint;
mod load;
mod load_page;
mod load_records;
mod measure;
mod mutate;
mod ocra;
mod otp_lanes;
mod otp_properties;
mod otp_vectors;
mod pskc;
mod puppet;
mod races;
mod reference;
mod reports;
mod roles;
mod runs;
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod shim;
mod sms;
mod source_addresses;
mod stage;
mod subjects;
mod tokens;
