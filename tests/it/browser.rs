//! Tests of `browser:` adapters: real pages in a real Chromium, which `scripts/install-clients`
//! installs.

mod pages;
mod portal;
mod written;
