//! Tests of diagnosis.
