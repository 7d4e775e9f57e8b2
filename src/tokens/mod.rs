//! Pretend devices.

pub mod camera;
