//! Ways to reach a subject.
