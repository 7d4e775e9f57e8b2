//! The surroundings of one scenario.
