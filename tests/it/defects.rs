//! Tests of defects.
