//! What is owed: requirements, judges, profiles.
