//! The requirements: one file per family, one line each in [`REQUIREMENTS`].

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a judge names the replies that decide; any other, also a future one, decides nothing"
)]

mod code;
mod delivery;
mod enrolment;
mod guide;
mod lockout;
mod privacy;
mod session;
mod token;

use super::Requirement;

/// Every requirement that can be judged.
pub static REQUIREMENTS: &[&Requirement] = &[
    &guide::SMS_PIN,
    &guide::SMS_FIRST,
    &guide::ALTERNATIVE_AUTHENTICATION,
    &guide::EMAIL_WITHOUT_NUMBER,
    &guide::ENROLMENT_FORCED,
    &guide::MOBILE_MATERIAL,
    &guide::DESKTOP_MATERIAL,
    &guide::REGISTRATION_CODE_COMPLETES,
    &guide::CONFIRM_NEEDS_TOKEN,
    &guide::ENROLMENT_COMPLETES,
    &guide::TOKEN_AFTER_ENROLMENT,
    &guide::SECOND_FACTOR_SIGNS_IN,
    &guide::CERTIFICATE_AFTER_SECOND_FACTOR,
    &guide::CERTIFICATE_CREATED,
    &token::SINGLE_USE,
    &token::ONE_STEP_WINDOW,
    &token::SIX_DIGITS,
    &token::THROTTLE,
    &token::THROTTLE_ACROSS_SESSIONS,
    &code::OOB_SINGLE_USE,
    &code::OOB_TEN_MINUTES,
    &code::OOB_SIX_DIGITS,
    &code::BOUND_TO_REQUEST,
    &code::BOUND_TO_PERSON,
    &code::SUPERSEDED_BY_RESEND,
    &code::EXPIRES,
    &code::FRESH,
    &lockout::FAILURES_CAPPED,
    &lockout::FIVE_FAILURES,
    &lockout::NEW_SECRET_KEEPS_COUNT,
    &lockout::RIGHT_CODE_REFUSED,
    &lockout::UNLOCK_RESTORES,
    &enrolment::FRESH_MATERIAL,
    &enrolment::BINDING_SINGLE_USE,
    &enrolment::BINDING_TEN_MINUTES,
    &enrolment::BINDING_NOTICE,
    &enrolment::ABANDONED_BINDS_NOBODY,
    &session::ENDS_AT_SIGN_OUT,
    &session::STEPS_NOT_SKIPPED,
    &session::INDEPENDENT,
    &delivery::RIGHT_RECIPIENT,
    &delivery::RIGHT_CHANNEL,
    &delivery::ONCE,
    &delivery::CODE_IN_MESSAGE,
    &privacy::CODE_NOT_SHOWN,
    &privacy::DESTINATION_MASKED,
    &privacy::UNIFORM_REFUSAL,
];
