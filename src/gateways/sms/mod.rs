//! SMS: one file per dialect.
