//! Tests of otp_vectors.
