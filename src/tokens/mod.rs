//! Pretend devices.

pub mod activation;
pub mod camera;
pub mod codes;
