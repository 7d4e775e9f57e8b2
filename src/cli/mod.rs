//! Arguments to one call.
