//! Named, switchable bugs, each once found in a real implementation or owed by a cited rule.
//!
//! One file each, one line in the register. Where its effect sits, the core branches on one line.

mod activation_never_expires;
mod activation_reusable;
mod alternative_sends_sms;
mod any_registration_code;
mod certificate_before_second_factor;
mod code_in_page;
mod code_not_bound_to_session;
mod code_of_another_person_accepted;
mod counter_reset_by_resend;
mod destination_unmasked;
mod email_although_number_on_file;
mod enrolment_not_forced;
mod four_digit_pin;
mod locked_accepts_right_code;
mod lockout_per_session;
mod message_sent_twice;
mod no_binding_notice;
mod no_lockout;
mod ok_without_token;
mod pin_never_expires;
mod pin_replay_accepted;
mod pin_suffices_after_enrolment;
mod replay_accepted;
mod resend_keeps_old_code;
mod same_material_again;
mod sign_out_keeps_session;
mod wide_window;

pub use activation_never_expires::DEFECT as ACTIVATION_NEVER_EXPIRES;
pub use activation_reusable::DEFECT as ACTIVATION_REUSABLE;
pub use alternative_sends_sms::DEFECT as ALTERNATIVE_SENDS_SMS;
pub use any_registration_code::DEFECT as ANY_REGISTRATION_CODE;
pub use certificate_before_second_factor::DEFECT as CERTIFICATE_BEFORE_SECOND_FACTOR;
pub use code_in_page::DEFECT as CODE_IN_PAGE;
pub use code_not_bound_to_session::DEFECT as CODE_NOT_BOUND_TO_SESSION;
pub use code_of_another_person_accepted::DEFECT as CODE_OF_ANOTHER_PERSON_ACCEPTED;
pub use counter_reset_by_resend::DEFECT as COUNTER_RESET_BY_RESEND;
pub use destination_unmasked::DEFECT as DESTINATION_UNMASKED;
pub use email_although_number_on_file::DEFECT as EMAIL_ALTHOUGH_NUMBER_ON_FILE;
pub use enrolment_not_forced::DEFECT as ENROLMENT_NOT_FORCED;
pub use four_digit_pin::DEFECT as FOUR_DIGIT_PIN;
pub use locked_accepts_right_code::DEFECT as LOCKED_ACCEPTS_RIGHT_CODE;
pub use lockout_per_session::DEFECT as LOCKOUT_PER_SESSION;
pub use message_sent_twice::DEFECT as MESSAGE_SENT_TWICE;
pub use no_binding_notice::DEFECT as NO_BINDING_NOTICE;
pub use no_lockout::DEFECT as NO_LOCKOUT;
pub use ok_without_token::DEFECT as OK_WITHOUT_TOKEN;
pub use pin_never_expires::DEFECT as PIN_NEVER_EXPIRES;
pub use pin_replay_accepted::DEFECT as PIN_REPLAY_ACCEPTED;
pub use pin_suffices_after_enrolment::DEFECT as PIN_SUFFICES_AFTER_ENROLMENT;
pub use replay_accepted::DEFECT as REPLAY_ACCEPTED;
pub use resend_keeps_old_code::DEFECT as RESEND_KEEPS_OLD_CODE;
pub use same_material_again::DEFECT as SAME_MATERIAL_AGAIN;
pub use sign_out_keeps_session::DEFECT as SIGN_OUT_KEEPS_SESSION;
pub use wide_window::DEFECT as WIDE_WINDOW;

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
    &ACTIVATION_NEVER_EXPIRES,
    &ACTIVATION_REUSABLE,
    &ALTERNATIVE_SENDS_SMS,
    &ANY_REGISTRATION_CODE,
    &CERTIFICATE_BEFORE_SECOND_FACTOR,
    &CODE_IN_PAGE,
    &CODE_NOT_BOUND_TO_SESSION,
    &CODE_OF_ANOTHER_PERSON_ACCEPTED,
    &COUNTER_RESET_BY_RESEND,
    &DESTINATION_UNMASKED,
    &EMAIL_ALTHOUGH_NUMBER_ON_FILE,
    &ENROLMENT_NOT_FORCED,
    &FOUR_DIGIT_PIN,
    &LOCKED_ACCEPTS_RIGHT_CODE,
    &LOCKOUT_PER_SESSION,
    &MESSAGE_SENT_TWICE,
    &NO_BINDING_NOTICE,
    &NO_LOCKOUT,
    &OK_WITHOUT_TOKEN,
    &PIN_NEVER_EXPIRES,
    &PIN_REPLAY_ACCEPTED,
    &PIN_SUFFICES_AFTER_ENROLMENT,
    &REPLAY_ACCEPTED,
    &RESEND_KEEPS_OLD_CODE,
    &SAME_MATERIAL_AGAIN,
    &SIGN_OUT_KEEPS_SESSION,
    &WIDE_WINDOW,
];

/// The defect called `name`.
#[must_use]
pub fn defect(name: &str) -> Option<&'static Defect> {
    DEFECTS.iter().find(|defect| defect.name == name).copied()
}
