//! The map adapter.
