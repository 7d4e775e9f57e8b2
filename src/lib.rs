//! Fobwatch: a protocol simulator and conformance test harness for multi-factor enrolment and
//! one-time-password (OTP) sign-in.
//!
//! It stands up mock SMS and email gateways and simulated mobile and desktop soft tokens, replays
//! YAML enrolment scenarios against any implementation, judges what happened against cited
//! requirements, and measures OTP verification throughput.
//!
//! # Floors
//!
//! A module uses only floors below its own; neighbours do not know each other. Read upwards:
//!
//! | floor | modules | what they are |
//! |---|---|---|
//! | 0 | [`domain`] | the words |
//! | 1 | [`otp`] · [`journal`] | the mathematics · what happened |
//! | 2 | [`subject`] · [`gateways`] · [`tokens`] | the port · pretend services · pretend devices |
//! | 3 | [`conformance`] · [`mod@reference`] · [`world`] | what is owed · one we believe in · the surroundings |
//! | 4 | [`adapters`] · [`scenario`] | ways to reach a subject · the language |
//! | 5 | [`runner`] · [`load`] · [`measure`] | plays a plan · measures verification · measures claims |
//! | 6 | [`report`] | tells people |
//! | 8 | [`cli`] | arguments to one call; exit codes |
//!
//! # Invariants of absence
//!
//! - [`domain`] and [`otp`] do no IO, know no async runtime, and never ask the time.
//! - Nobody but [`domain::clock`] reads a clock; nobody but [`domain::chance`] makes randomness.
//! - [`gateways`] do not know which subject talks to them; [`subject`] does not know that gateways
//!   exist.
//! - [`conformance`] sees the journal and nothing else: a saved journal can be judged again.
//! - [`runner`] never prints, [`report`] never decides.
//! - Only `gateways::listen`, [`adapters`], the server of [`mod@reference`] and [`cli`]
//!   open sockets, processes or files.

pub mod domain;

pub mod journal;
pub mod otp;

pub mod gateways;
pub mod subject;
pub mod tokens;

pub mod conformance;
pub mod reference;
pub mod world;

pub mod adapters;
pub mod scenario;

pub mod load;
pub mod measure;
pub mod runner;

pub mod report;

pub mod cli;
