//! Pretend delivery services.
