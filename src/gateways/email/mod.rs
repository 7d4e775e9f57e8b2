//! Email: SMTP sessions, and what a mail says once its MIME is undone.

pub mod mime;
pub mod smtp;
