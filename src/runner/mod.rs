//! Plays a plan.
