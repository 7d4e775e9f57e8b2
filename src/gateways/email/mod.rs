//! Email: SMTP sessions and MIME.
