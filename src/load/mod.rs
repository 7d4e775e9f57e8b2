//! Measures verification.
