//! The scenario language: YAML with places, lowered to a typed plan, every mistake at once.

pub mod plan;
