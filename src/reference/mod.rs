//! A sound server one can believe in, with named defects.
