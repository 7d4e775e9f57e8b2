//! The requirements: one file per family, one line each in [`REQUIREMENTS`].

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a judge names the replies that decide; any other, also a future one, decides nothing"
)]

mod browsing;
mod certificate;
mod claims;
mod claims_delivery;
mod code;
mod code_quality;
mod delivery;
mod enrolment;
mod enumeration;
mod failure;
mod first_factor;
mod flood;
mod guide;
mod input;
mod lockout;
mod mail;
mod norms;
mod notice;
mod privacy;
mod race;
mod session;
mod sms;
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
    &failure::SHOWN_CHANNEL_IS_USED,
    &failure::FAILURE_TOLD,
    &failure::DEAD_AFTER_FAILURE,
    &failure::OTHER_CHANNEL_AFTER_FAILURE,
    &failure::TEMPORARY_FAILURE_RETRIED,
    &sms::NO_LINK,
    &sms::NAMES_SERVICE,
    &sms::CODE_ONCE,
    &sms::SINGLE_SEGMENT,
    &sms::NO_USER_NAME,
    &sms::LIFETIME_TOLD,
    &sms::ORIGIN_BOUND_WELL_FORMED,
    &mail::ONE_DATE,
    &mail::ONE_FROM,
    &mail::MESSAGE_ID,
    &mail::LINE_LENGTH,
    &mail::AUTO_SUBMITTED,
    &mail::PLAIN_PART,
    &mail::PARTS_AGREE,
    &mail::CODE_NOT_IN_SUBJECT,
    &mail::NO_BINDING_SECRETS,
    &notice::FACTOR_REMOVED,
    &notice::LOCKED,
    &notice::ONE_FACTOR_ONLY,
    &notice::NO_SECRET,
    &notice::TO_REGISTERED_ADDRESS,
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
    &claims::CODE_DIGITS,
    &claims::CODE_LIFETIME,
    &claims::ATTEMPTS,
    &claims::TOKEN_DIGITS,
    &claims::TOKEN_WINDOW,
    &claims::ACTIVATION_LIFETIME,
    &claims_delivery::MESSAGES,
    &claims_delivery::RESEND,
    &code_quality::NOT_SEQUENTIAL,
    &code_quality::EVERY_DIGIT,
    &code_quality::NOT_SHARED,
];
