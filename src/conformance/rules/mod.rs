//! The requirements: one file per family, one line each in [`REQUIREMENTS`].

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a judge names the replies that decide; any other, also a future one, decides nothing"
)]

mod binding;
mod browsing;
mod certificate;
mod code;
mod delivery;
mod enrolment;
mod enumeration;
mod first_factor;
mod flood;
mod guide;
mod hotp;
mod input;
mod key_uri;
mod lockout;
mod norms;
mod ocra;
mod privacy;
mod race;
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
    &key_uri::SECRET_LENGTH,
    &key_uri::SECRET_ADVISED,
    &key_uri::UNIQUE_KEYS,
    &key_uri::PERIOD_30,
    &key_uri::ISSUER_AGREES,
    &key_uri::NO_PADDING,
    &key_uri::SAFE_PARAMETERS,
    &key_uri::COUNTER_PRESENT,
    &key_uri::LABEL_NO_SECRET,
    &hotp::COUNTER_MOVES,
    &hotp::EARLIER_COUNTER_REFUSED,
    &hotp::BOUNDED_LOOK_AHEAD,
    &hotp::RESYNC_EXISTS,
    &hotp::RESYNC_CONSECUTIVE,
    &hotp::LEADING_ZEROS,
    &hotp::BEYOND_2038,
    &ocra::CHALLENGE_FRESH,
    &ocra::CHALLENGE_LENGTH,
    &ocra::CHALLENGE_SINGLE_USE,
    &binding::CODE_NOT_REUSED,
    &binding::NEEDS_PROOF,
    &binding::CODE_OF_OTHER_DEVICE,
    &binding::SEED_NOT_SHOWN_AGAIN,
    &binding::REVOKED_REFUSED,
    &binding::LOST_THEN_RESET,
    &binding::CLONE_SINGLE_USE,
    &binding::SESSION_ENDS_AT_RESET,
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
    &first_factor::ALTERNATIVE_OFFERED,
    &first_factor::OFFERS_BOTH,
    &first_factor::NO_PIN_WITHOUT_PASSWORD,
    &first_factor::NO_PIN_BESIDE_TOKEN,
    &first_factor::NO_FALLBACK_TO_PIN,
    &first_factor::PIN_IS_NO_SECOND_FACTOR,
    &first_factor::DESKTOP_NAME,
    &certificate::NOT_WHILE_ACTIVATING,
    &certificate::NOT_AFTER_REMOVAL,
    &code::RIGHT_CODE_ACCEPTED,
    &code::DEAD_AFTER_CHANNEL_CHANGE,
    &code::ONE_SECRET_PER_CHANNEL,
    &input::CUT_CODE_REFUSED,
    &input::EXTENDED_CODE_REFUSED,
    &input::EMPTY_CODE_REFUSED,
    &input::PATTERN_REFUSED,
    &input::READ_AS_PEOPLE_WRITE,
    &input::SESSION_SURVIVES,
    &flood::CODE_REQUESTS_LIMITED,
    &flood::LIMITED_ACROSS_SIGN_INS,
    &lockout::PASSWORD_FAILURES_CAPPED,
    &lockout::PASSWORD_NOT_TOLD,
    &lockout::ONLY_THE_GUESSED,
    &lockout::SUCCESS_CLEARS_FAILURES,
    &enrolment::CANCELLED_MATERIAL_DEAD,
    &enrolment::OLDER_MATERIAL_DEAD,
    &enrolment::CAN_BEGIN_AGAIN,
    &enrolment::REGISTRATION_CODE_BOUND,
    &enrolment::SLIP_COSTS_NOTHING,
    &session::IDLE_FIVE_MINUTES,
    &session::IDLE_ONE_HOUR,
    &session::SIGN_IN_STARTS_OVER,
    &session::CANCEL_GRANTS_NOTHING,
    &session::REMOVAL_ENDS_OTHERS,
    &browsing::TOKEN_LIST_PROTECTED,
    &browsing::REVOCATION_PROTECTED,
    &browsing::ENROLMENT_PROTECTED,
    &browsing::REVOCATION_OWN_ONLY,
    &browsing::LIST_OWN_ONLY,
    &enumeration::UNKNOWN_USER_ALIKE,
    &enumeration::UNKNOWN_USER_LOCKS_ALIKE,
    &race::ONE_CODE_ONE_WINNER,
    &race::ONE_TOKEN_CODE_ONE_WINNER,
    &race::EVERY_GUESS_COUNTS,
    &race::ONE_ACTIVATION_ONE_WINNER,
    &race::MESSAGES_STAY_LIMITED,
    &norms::EMAIL_NOT_OUT_OF_BAND,
    &norms::CONFIRMATION_ONE_DAY,
    &norms::NO_PHONE_NO_MAIL,
    &norms::ONE_FEATURE_PER_CHANNEL,
    &norms::TOTP_THIRTY_SECONDS,
];
