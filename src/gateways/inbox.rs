//! One inbox: routed by recipient.
