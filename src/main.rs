//! Fobwatch.
fn main() {}
