//! Named, switchable bugs, each once found in a real implementation or owed by a cited rule.
//!
//! One file each, one line in the register. Where its effect sits, the core branches on one line.

mod activation_in_mail;
mod activation_never_expires;
mod activation_reusable;
mod activation_shorter_than_declared;
mod alternative_keeps_old_code;
mod alternative_not_offered;
mod alternative_sends_sms;
mod any_registration_code;
mod assurance_overstated;
mod bad_check_digit_counts;
mod biased_codes;
mod binding_without_code;
mod cancel_signs_in;
mod cancelled_material_lives;
mod cancelled_push_signs_in;
mod certificate_after_revocation;
mod certificate_at_token_step;
mod certificate_before_second_factor;
mod certificate_refused;
mod certificate_while_activating;
mod code_compared_by_prefix;
mod code_in_page;
mod code_in_subject;
mod code_left_out;
mod code_list_accepted;
mod code_not_bound_to_session;
mod code_of_another_person_accepted;
mod code_prefix_accepted;
mod code_survives_failed_delivery;
mod code_twice_in_sms;
mod codes_from_clock;
mod concern_ignored;
mod concern_untold;
mod confirmed_push_reusable;
mod counter_missing;
mod counter_reset_by_resend;
mod desktop_name_missing;
mod desktop_not_offered;
mod desktop_without_activation_code;
mod destination_unmasked;
mod email_although_number_on_file;
mod email_as_sign_in_factor;
mod empty_code_accepted;
mod enrolment_code_reused;
mod enrolment_not_forced;
mod enrolment_stuck_after_cancel;
mod exact_input_only;
mod failed_delivery_claimed;
mod failures_never_cleared;
mod fallback_to_pin;
mod fewer_attempts_than_declared;
mod former_person_remains;
mod four_digit_pin;
mod half_sign_in_untold;
mod hotp_counter_not_persisted;
mod hotp_counter_stuck;
mod html_code_differs;
mod html_only_mail;
mod issuer_mismatch;
mod label_tells_secret;
mod leading_zero_dropped;
mod leading_zero_lost;
mod lifetime_untold;
mod link_in_sms;
mod list_shows_everybody;
mod lock_tells_password;
mod locked_accepts_right_code;
mod lockout_for_everyone;
mod lockout_per_session;
mod long_input_ends_session;
mod long_line_mail;
mod long_period;
mod long_sms;
mod mail_not_retried;
mod mail_pin_lives_for_days;
mod message_sent_twice;
mod mobile_without_password;
mod nameless_sms;
mod no_auto_submitted;
mod no_binding_notice;
mod no_lock_notice;
mod no_lockout;
mod no_message_id;
mod no_other_channel_after_failure;
mod no_pin_without_number;
mod no_removal_notice;
mod notice_to_another;
mod notice_with_code;
mod nul_ends_code;
mod ocra_challenge_reused;
mod ocra_short_challenge;
mod ok_without_token;
mod older_material_lives;
mod one_message_more;
mod origin_bound_malformed;
mod password_error_named;
mod passwords_unlimited;
mod pin_before_password;
mod pin_never_expires;
mod pin_replay_accepted;
mod pin_sent_beside_token;
mod pin_suffices_after_enrolment;
mod pin_to_another;
mod push_before_password;
mod push_confirmation_lost;
mod push_never_expires;
mod push_number_ignored;
mod push_signs_in_any_session;
mod push_while_locked;
mod push_without_number;
mod pushes_unlimited;
mod race_activation;
mod race_attempts;
mod race_code;
mod race_messages;
mod race_token_code;
mod re_enrolment_bypass;
mod registration_code_of_another;
mod replay_accepted;
mod resend_keeps_old_code;
mod resend_repeats_code;
mod reset_keeps_sessions;
mod reset_keeps_token;
mod resync_refused;
mod resync_with_one_code;
mod revocation_keeps_sessions;
mod revoke_by_number_alone;
mod revoke_without_second_factor;
mod revoked_phone_answers;
mod revoked_token_accepted;
mod right_password_clears_failures;
mod same_code_on_every_channel;
mod same_material_again;
mod secret_padded;
mod secret_shown_again;
mod sequential_codes;
mod session_by_address;
mod session_never_idles;
mod shared_secret;
mod short_secret;
mod shorter_lifetime_than_declared;
mod shown_channel_lies;
mod sign_out_keeps_session;
mod silent_push_signs_in;
mod strangers_never_lock;
mod token_code_cut_accepted;
mod token_digits_declared_wrongly;
mod tokens_listed_to_anyone;
mod two_dates;
mod two_senders;
mod unbounded_look_ahead;
mod unknown_user_body;
mod unknown_user_status;
mod unlimited_messages;
mod unlimited_sign_ins;
mod unlock_does_nothing;
mod user_name_in_sms;
mod wide_window;
mod wildcard_code;
mod window_wider_than_declared;
mod year_2038;

pub use activation_in_mail::DEFECT as ACTIVATION_IN_MAIL;
pub use activation_never_expires::DEFECT as ACTIVATION_NEVER_EXPIRES;
pub use activation_reusable::DEFECT as ACTIVATION_REUSABLE;
pub use activation_shorter_than_declared::DEFECT as ACTIVATION_SHORTER_THAN_DECLARED;
pub use alternative_keeps_old_code::DEFECT as ALTERNATIVE_KEEPS_OLD_CODE;
pub use alternative_not_offered::DEFECT as ALTERNATIVE_NOT_OFFERED;
pub use alternative_sends_sms::DEFECT as ALTERNATIVE_SENDS_SMS;
pub use any_registration_code::DEFECT as ANY_REGISTRATION_CODE;
pub use assurance_overstated::DEFECT as ASSURANCE_OVERSTATED;
pub use bad_check_digit_counts::DEFECT as BAD_CHECK_DIGIT_COUNTS;
pub use biased_codes::DEFECT as BIASED_CODES;
pub use binding_without_code::DEFECT as BINDING_WITHOUT_CODE;
pub use cancel_signs_in::DEFECT as CANCEL_SIGNS_IN;
pub use cancelled_material_lives::DEFECT as CANCELLED_MATERIAL_LIVES;
pub use cancelled_push_signs_in::DEFECT as CANCELLED_PUSH_SIGNS_IN;
pub use certificate_after_revocation::DEFECT as CERTIFICATE_AFTER_REVOCATION;
pub use certificate_at_token_step::DEFECT as CERTIFICATE_AT_TOKEN_STEP;
pub use certificate_before_second_factor::DEFECT as CERTIFICATE_BEFORE_SECOND_FACTOR;
pub use certificate_refused::DEFECT as CERTIFICATE_REFUSED;
pub use certificate_while_activating::DEFECT as CERTIFICATE_WHILE_ACTIVATING;
pub use code_compared_by_prefix::DEFECT as CODE_COMPARED_BY_PREFIX;
pub use code_in_page::DEFECT as CODE_IN_PAGE;
pub use code_in_subject::DEFECT as CODE_IN_SUBJECT;
pub use code_left_out::DEFECT as CODE_LEFT_OUT;
pub use code_list_accepted::DEFECT as CODE_LIST_ACCEPTED;
pub use code_not_bound_to_session::DEFECT as CODE_NOT_BOUND_TO_SESSION;
pub use code_of_another_person_accepted::DEFECT as CODE_OF_ANOTHER_PERSON_ACCEPTED;
pub use code_prefix_accepted::DEFECT as CODE_PREFIX_ACCEPTED;
pub use code_survives_failed_delivery::DEFECT as CODE_SURVIVES_FAILED_DELIVERY;
pub use code_twice_in_sms::DEFECT as CODE_TWICE_IN_SMS;
pub use codes_from_clock::DEFECT as CODES_FROM_CLOCK;
pub use concern_ignored::DEFECT as CONCERN_IGNORED;
pub use concern_untold::DEFECT as CONCERN_UNTOLD;
pub use confirmed_push_reusable::DEFECT as CONFIRMED_PUSH_REUSABLE;
pub use counter_missing::DEFECT as COUNTER_MISSING;
pub use counter_reset_by_resend::DEFECT as COUNTER_RESET_BY_RESEND;
pub use desktop_name_missing::DEFECT as DESKTOP_NAME_MISSING;
pub use desktop_not_offered::DEFECT as DESKTOP_NOT_OFFERED;
pub use desktop_without_activation_code::DEFECT as DESKTOP_WITHOUT_ACTIVATION_CODE;
pub use destination_unmasked::DEFECT as DESTINATION_UNMASKED;
pub use email_although_number_on_file::DEFECT as EMAIL_ALTHOUGH_NUMBER_ON_FILE;
pub use email_as_sign_in_factor::DEFECT as EMAIL_AS_SIGN_IN_FACTOR;
pub use empty_code_accepted::DEFECT as EMPTY_CODE_ACCEPTED;
pub use enrolment_code_reused::DEFECT as ENROLMENT_CODE_REUSED;
pub use enrolment_not_forced::DEFECT as ENROLMENT_NOT_FORCED;
pub use enrolment_stuck_after_cancel::DEFECT as ENROLMENT_STUCK_AFTER_CANCEL;
pub use exact_input_only::DEFECT as EXACT_INPUT_ONLY;
pub use failed_delivery_claimed::DEFECT as FAILED_DELIVERY_CLAIMED;
pub use failures_never_cleared::DEFECT as FAILURES_NEVER_CLEARED;
pub use fallback_to_pin::DEFECT as FALLBACK_TO_PIN;
pub use fewer_attempts_than_declared::DEFECT as FEWER_ATTEMPTS_THAN_DECLARED;
pub use former_person_remains::DEFECT as FORMER_PERSON_REMAINS;
pub use four_digit_pin::DEFECT as FOUR_DIGIT_PIN;
pub use half_sign_in_untold::DEFECT as HALF_SIGN_IN_UNTOLD;
pub use hotp_counter_not_persisted::DEFECT as HOTP_COUNTER_NOT_PERSISTED;
pub use hotp_counter_stuck::DEFECT as HOTP_COUNTER_STUCK;
pub use html_code_differs::DEFECT as HTML_CODE_DIFFERS;
pub use html_only_mail::DEFECT as HTML_ONLY_MAIL;
pub use issuer_mismatch::DEFECT as ISSUER_MISMATCH;
pub use label_tells_secret::DEFECT as LABEL_TELLS_SECRET;
pub use leading_zero_dropped::DEFECT as LEADING_ZERO_DROPPED;
pub use leading_zero_lost::DEFECT as LEADING_ZERO_LOST;
pub use lifetime_untold::DEFECT as LIFETIME_UNTOLD;
pub use link_in_sms::DEFECT as LINK_IN_SMS;
pub use list_shows_everybody::DEFECT as LIST_SHOWS_EVERYBODY;
pub use lock_tells_password::DEFECT as LOCK_TELLS_PASSWORD;
pub use locked_accepts_right_code::DEFECT as LOCKED_ACCEPTS_RIGHT_CODE;
pub use lockout_for_everyone::DEFECT as LOCKOUT_FOR_EVERYONE;
pub use lockout_per_session::DEFECT as LOCKOUT_PER_SESSION;
pub use long_input_ends_session::DEFECT as LONG_INPUT_ENDS_SESSION;
pub use long_line_mail::DEFECT as LONG_LINE_MAIL;
pub use long_period::DEFECT as LONG_PERIOD;
pub use long_sms::DEFECT as LONG_SMS;
pub use mail_not_retried::DEFECT as MAIL_NOT_RETRIED;
pub use mail_pin_lives_for_days::DEFECT as MAIL_PIN_LIVES_FOR_DAYS;
pub use message_sent_twice::DEFECT as MESSAGE_SENT_TWICE;
pub use mobile_without_password::DEFECT as MOBILE_WITHOUT_PASSWORD;
pub use nameless_sms::DEFECT as NAMELESS_SMS;
pub use no_auto_submitted::DEFECT as NO_AUTO_SUBMITTED;
pub use no_binding_notice::DEFECT as NO_BINDING_NOTICE;
pub use no_lock_notice::DEFECT as NO_LOCK_NOTICE;
pub use no_lockout::DEFECT as NO_LOCKOUT;
pub use no_message_id::DEFECT as NO_MESSAGE_ID;
pub use no_other_channel_after_failure::DEFECT as NO_OTHER_CHANNEL_AFTER_FAILURE;
pub use no_pin_without_number::DEFECT as NO_PIN_WITHOUT_NUMBER;
pub use no_removal_notice::DEFECT as NO_REMOVAL_NOTICE;
pub use notice_to_another::DEFECT as NOTICE_TO_ANOTHER;
pub use notice_with_code::DEFECT as NOTICE_WITH_CODE;
pub use nul_ends_code::DEFECT as NUL_ENDS_CODE;
pub use ocra_challenge_reused::DEFECT as OCRA_CHALLENGE_REUSED;
pub use ocra_short_challenge::DEFECT as OCRA_SHORT_CHALLENGE;
pub use ok_without_token::DEFECT as OK_WITHOUT_TOKEN;
pub use older_material_lives::DEFECT as OLDER_MATERIAL_LIVES;
pub use one_message_more::DEFECT as ONE_MESSAGE_MORE;
pub use origin_bound_malformed::DEFECT as ORIGIN_BOUND_MALFORMED;
pub use password_error_named::DEFECT as PASSWORD_ERROR_NAMED;
pub use passwords_unlimited::DEFECT as PASSWORDS_UNLIMITED;
pub use pin_before_password::DEFECT as PIN_BEFORE_PASSWORD;
pub use pin_never_expires::DEFECT as PIN_NEVER_EXPIRES;
pub use pin_replay_accepted::DEFECT as PIN_REPLAY_ACCEPTED;
pub use pin_sent_beside_token::DEFECT as PIN_SENT_BESIDE_TOKEN;
pub use pin_suffices_after_enrolment::DEFECT as PIN_SUFFICES_AFTER_ENROLMENT;
pub use pin_to_another::DEFECT as PIN_TO_ANOTHER;
pub use push_before_password::DEFECT as PUSH_BEFORE_PASSWORD;
pub use push_confirmation_lost::DEFECT as PUSH_CONFIRMATION_LOST;
pub use push_never_expires::DEFECT as PUSH_NEVER_EXPIRES;
pub use push_number_ignored::DEFECT as PUSH_NUMBER_IGNORED;
pub use push_signs_in_any_session::DEFECT as PUSH_SIGNS_IN_ANY_SESSION;
pub use push_while_locked::DEFECT as PUSH_WHILE_LOCKED;
pub use push_without_number::DEFECT as PUSH_WITHOUT_NUMBER;
pub use pushes_unlimited::DEFECT as PUSHES_UNLIMITED;
pub use race_activation::DEFECT as RACE_ACTIVATION;
pub use race_attempts::DEFECT as RACE_ATTEMPTS;
pub use race_code::DEFECT as RACE_CODE;
pub use race_messages::DEFECT as RACE_MESSAGES;
pub use race_token_code::DEFECT as RACE_TOKEN_CODE;
pub use re_enrolment_bypass::DEFECT as RE_ENROLMENT_BYPASS;
pub use registration_code_of_another::DEFECT as REGISTRATION_CODE_OF_ANOTHER;
pub use replay_accepted::DEFECT as REPLAY_ACCEPTED;
pub use resend_keeps_old_code::DEFECT as RESEND_KEEPS_OLD_CODE;
pub use resend_repeats_code::DEFECT as RESEND_REPEATS_CODE;
pub use reset_keeps_sessions::DEFECT as RESET_KEEPS_SESSIONS;
pub use reset_keeps_token::DEFECT as RESET_KEEPS_TOKEN;
pub use resync_refused::DEFECT as RESYNC_REFUSED;
pub use resync_with_one_code::DEFECT as RESYNC_WITH_ONE_CODE;
pub use revocation_keeps_sessions::DEFECT as REVOCATION_KEEPS_SESSIONS;
pub use revoke_by_number_alone::DEFECT as REVOKE_BY_NUMBER_ALONE;
pub use revoke_without_second_factor::DEFECT as REVOKE_WITHOUT_SECOND_FACTOR;
pub use revoked_phone_answers::DEFECT as REVOKED_PHONE_ANSWERS;
pub use revoked_token_accepted::DEFECT as REVOKED_TOKEN_ACCEPTED;
pub use right_password_clears_failures::DEFECT as RIGHT_PASSWORD_CLEARS_FAILURES;
pub use same_code_on_every_channel::DEFECT as SAME_CODE_ON_EVERY_CHANNEL;
pub use same_material_again::DEFECT as SAME_MATERIAL_AGAIN;
pub use secret_padded::DEFECT as SECRET_PADDED;
pub use secret_shown_again::DEFECT as SECRET_SHOWN_AGAIN;
pub use sequential_codes::DEFECT as SEQUENTIAL_CODES;
pub use session_by_address::DEFECT as SESSION_BY_ADDRESS;
pub use session_never_idles::DEFECT as SESSION_NEVER_IDLES;
pub use shared_secret::DEFECT as SHARED_SECRET;
pub use short_secret::DEFECT as SHORT_SECRET;
pub use shorter_lifetime_than_declared::DEFECT as SHORTER_LIFETIME_THAN_DECLARED;
pub use shown_channel_lies::DEFECT as SHOWN_CHANNEL_LIES;
pub use sign_out_keeps_session::DEFECT as SIGN_OUT_KEEPS_SESSION;
pub use silent_push_signs_in::DEFECT as SILENT_PUSH_SIGNS_IN;
pub use strangers_never_lock::DEFECT as STRANGERS_NEVER_LOCK;
pub use token_code_cut_accepted::DEFECT as TOKEN_CODE_CUT_ACCEPTED;
pub use token_digits_declared_wrongly::DEFECT as TOKEN_DIGITS_DECLARED_WRONGLY;
pub use tokens_listed_to_anyone::DEFECT as TOKENS_LISTED_TO_ANYONE;
pub use two_dates::DEFECT as TWO_DATES;
pub use two_senders::DEFECT as TWO_SENDERS;
pub use unbounded_look_ahead::DEFECT as UNBOUNDED_LOOK_AHEAD;
pub use unknown_user_body::DEFECT as UNKNOWN_USER_BODY;
pub use unknown_user_status::DEFECT as UNKNOWN_USER_STATUS;
pub use unlimited_messages::DEFECT as UNLIMITED_MESSAGES;
pub use unlimited_sign_ins::DEFECT as UNLIMITED_SIGN_INS;
pub use unlock_does_nothing::DEFECT as UNLOCK_DOES_NOTHING;
pub use user_name_in_sms::DEFECT as USER_NAME_IN_SMS;
pub use wide_window::DEFECT as WIDE_WINDOW;
pub use wildcard_code::DEFECT as WILDCARD_CODE;
pub use window_wider_than_declared::DEFECT as WINDOW_WIDER_THAN_DECLARED;
pub use year_2038::DEFECT as YEAR_2038;

/// A bug that can be switched on.
#[derive(Debug, PartialEq, Eq)]
pub struct Defect {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub what: &'static str,
    /// The ids of the requirements that must notice it.
    pub breaks: &'static [&'static str],
}

/// All defects, by name.
pub static DEFECTS: &[&Defect] = &[
    &ACTIVATION_IN_MAIL,
    &ACTIVATION_NEVER_EXPIRES,
    &ACTIVATION_REUSABLE,
    &ACTIVATION_SHORTER_THAN_DECLARED,
    &ALTERNATIVE_KEEPS_OLD_CODE,
    &ALTERNATIVE_NOT_OFFERED,
    &ALTERNATIVE_SENDS_SMS,
    &ANY_REGISTRATION_CODE,
    &ASSURANCE_OVERSTATED,
    &BAD_CHECK_DIGIT_COUNTS,
    &BIASED_CODES,
    &BINDING_WITHOUT_CODE,
    &CANCEL_SIGNS_IN,
    &CANCELLED_MATERIAL_LIVES,
    &CANCELLED_PUSH_SIGNS_IN,
    &CERTIFICATE_AFTER_REVOCATION,
    &CERTIFICATE_AT_TOKEN_STEP,
    &CERTIFICATE_BEFORE_SECOND_FACTOR,
    &CERTIFICATE_REFUSED,
    &CERTIFICATE_WHILE_ACTIVATING,
    &CODE_COMPARED_BY_PREFIX,
    &CODE_IN_PAGE,
    &CODE_IN_SUBJECT,
    &CODE_LEFT_OUT,
    &CODE_LIST_ACCEPTED,
    &CODE_NOT_BOUND_TO_SESSION,
    &CODE_OF_ANOTHER_PERSON_ACCEPTED,
    &CODE_PREFIX_ACCEPTED,
    &CODE_SURVIVES_FAILED_DELIVERY,
    &CODE_TWICE_IN_SMS,
    &CODES_FROM_CLOCK,
    &CONCERN_IGNORED,
    &CONCERN_UNTOLD,
    &CONFIRMED_PUSH_REUSABLE,
    &COUNTER_MISSING,
    &COUNTER_RESET_BY_RESEND,
    &DESKTOP_NAME_MISSING,
    &DESKTOP_NOT_OFFERED,
    &DESKTOP_WITHOUT_ACTIVATION_CODE,
    &DESTINATION_UNMASKED,
    &EMAIL_ALTHOUGH_NUMBER_ON_FILE,
    &EMAIL_AS_SIGN_IN_FACTOR,
    &EMPTY_CODE_ACCEPTED,
    &ENROLMENT_CODE_REUSED,
    &ENROLMENT_NOT_FORCED,
    &ENROLMENT_STUCK_AFTER_CANCEL,
    &EXACT_INPUT_ONLY,
    &FAILED_DELIVERY_CLAIMED,
    &FAILURES_NEVER_CLEARED,
    &FALLBACK_TO_PIN,
    &FEWER_ATTEMPTS_THAN_DECLARED,
    &FORMER_PERSON_REMAINS,
    &FOUR_DIGIT_PIN,
    &HALF_SIGN_IN_UNTOLD,
    &HOTP_COUNTER_NOT_PERSISTED,
    &HOTP_COUNTER_STUCK,
    &HTML_CODE_DIFFERS,
    &HTML_ONLY_MAIL,
    &ISSUER_MISMATCH,
    &LABEL_TELLS_SECRET,
    &LEADING_ZERO_DROPPED,
    &LEADING_ZERO_LOST,
    &LIFETIME_UNTOLD,
    &LINK_IN_SMS,
    &LIST_SHOWS_EVERYBODY,
    &LOCK_TELLS_PASSWORD,
    &LOCKED_ACCEPTS_RIGHT_CODE,
    &LOCKOUT_FOR_EVERYONE,
    &LOCKOUT_PER_SESSION,
    &LONG_INPUT_ENDS_SESSION,
    &LONG_LINE_MAIL,
    &LONG_PERIOD,
    &LONG_SMS,
    &MAIL_NOT_RETRIED,
    &MAIL_PIN_LIVES_FOR_DAYS,
    &MESSAGE_SENT_TWICE,
    &MOBILE_WITHOUT_PASSWORD,
    &NAMELESS_SMS,
    &NO_AUTO_SUBMITTED,
    &NO_BINDING_NOTICE,
    &NO_LOCK_NOTICE,
    &NO_LOCKOUT,
    &NO_MESSAGE_ID,
    &NO_OTHER_CHANNEL_AFTER_FAILURE,
    &NO_PIN_WITHOUT_NUMBER,
    &NO_REMOVAL_NOTICE,
    &NOTICE_TO_ANOTHER,
    &NOTICE_WITH_CODE,
    &NUL_ENDS_CODE,
    &OCRA_CHALLENGE_REUSED,
    &OCRA_SHORT_CHALLENGE,
    &OK_WITHOUT_TOKEN,
    &OLDER_MATERIAL_LIVES,
    &ONE_MESSAGE_MORE,
    &ORIGIN_BOUND_MALFORMED,
    &PASSWORD_ERROR_NAMED,
    &PASSWORDS_UNLIMITED,
    &PIN_BEFORE_PASSWORD,
    &PIN_NEVER_EXPIRES,
    &PIN_REPLAY_ACCEPTED,
    &PIN_SENT_BESIDE_TOKEN,
    &PIN_SUFFICES_AFTER_ENROLMENT,
    &PIN_TO_ANOTHER,
    &PUSH_BEFORE_PASSWORD,
    &PUSH_CONFIRMATION_LOST,
    &PUSH_NEVER_EXPIRES,
    &PUSH_NUMBER_IGNORED,
    &PUSH_SIGNS_IN_ANY_SESSION,
    &PUSH_WHILE_LOCKED,
    &PUSH_WITHOUT_NUMBER,
    &PUSHES_UNLIMITED,
    &RACE_ACTIVATION,
    &RACE_ATTEMPTS,
    &RACE_CODE,
    &RACE_MESSAGES,
    &RACE_TOKEN_CODE,
    &RE_ENROLMENT_BYPASS,
    &REGISTRATION_CODE_OF_ANOTHER,
    &REPLAY_ACCEPTED,
    &RESEND_KEEPS_OLD_CODE,
    &RESEND_REPEATS_CODE,
    &RESET_KEEPS_SESSIONS,
    &RESET_KEEPS_TOKEN,
    &RESYNC_REFUSED,
    &RESYNC_WITH_ONE_CODE,
    &REVOCATION_KEEPS_SESSIONS,
    &REVOKE_BY_NUMBER_ALONE,
    &REVOKE_WITHOUT_SECOND_FACTOR,
    &REVOKED_PHONE_ANSWERS,
    &REVOKED_TOKEN_ACCEPTED,
    &RIGHT_PASSWORD_CLEARS_FAILURES,
    &SAME_CODE_ON_EVERY_CHANNEL,
    &SAME_MATERIAL_AGAIN,
    &SECRET_PADDED,
    &SECRET_SHOWN_AGAIN,
    &SEQUENTIAL_CODES,
    &SESSION_BY_ADDRESS,
    &SESSION_NEVER_IDLES,
    &SHARED_SECRET,
    &SHORT_SECRET,
    &SHORTER_LIFETIME_THAN_DECLARED,
    &SHOWN_CHANNEL_LIES,
    &SIGN_OUT_KEEPS_SESSION,
    &SILENT_PUSH_SIGNS_IN,
    &STRANGERS_NEVER_LOCK,
    &TOKEN_CODE_CUT_ACCEPTED,
    &TOKEN_DIGITS_DECLARED_WRONGLY,
    &TOKENS_LISTED_TO_ANYONE,
    &TWO_DATES,
    &TWO_SENDERS,
    &UNBOUNDED_LOOK_AHEAD,
    &UNKNOWN_USER_BODY,
    &UNKNOWN_USER_STATUS,
    &UNLIMITED_MESSAGES,
    &UNLIMITED_SIGN_INS,
    &UNLOCK_DOES_NOTHING,
    &USER_NAME_IN_SMS,
    &WIDE_WINDOW,
    &WILDCARD_CODE,
    &WINDOW_WIDER_THAN_DECLARED,
    &YEAR_2038,
];

/// The defect called `name`.
#[must_use]
pub fn defect(name: &str) -> Option<&'static Defect> {
    DEFECTS.iter().find(|defect| defect.name == name).copied()
}
