//! Tests of camera.
