//! The scenarios inside this program. Written by `scripts/list-scenarios`; a test compares it with
//! the folder.

/// Name and text of each scenario, sorted by name.
#[rustfmt::skip]
pub(super) static SHIPPED: &[(&str, &str)] = &[
    ("scenarios/desktop/windows-enrolment.yaml", include_str!("../../scenarios/desktop/windows-enrolment.yaml")),
    ("scenarios/email/no-mobile-number.yaml", include_str!("../../scenarios/email/no-mobile-number.yaml")),
    ("scenarios/sms/first-sign-in.yaml", include_str!("../../scenarios/sms/first-sign-in.yaml")),
];
