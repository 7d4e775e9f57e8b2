//! Finds the code in a message and says why.
