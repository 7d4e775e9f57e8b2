//! The guide, sentence by sentence in our own words, with the requirements that each leads to.

/// A sentence of the guide.
pub struct Sentence {
    /// Where it stands.
    pub step: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// The ids of the requirements that it leads to, judged ones and those that need evidence.
    pub requirements: &'static [&'static str],
}

/// Every sentence that says how something behaves, in the guide's order. Phone numbers and office
/// hours of its support desk are left out.
#[rustfmt::skip]
pub static WALKTHROUGH: &[Sentence] = &[
    Sentence { step: "introduction", says: "The first sign-in takes user name, password and a one-time PIN by SMS or mail.",
        requirements: &["guide.sms-pin", "guide.no-pin-without-password", "code.right-code-accepted", "guide.pin-is-no-second-factor"] },
    Sentence { step: "introduction", says: "After it a second factor must be set up.",
        requirements: &["guide.enrolment-forced", "session.steps-not-skipped"] },
    Sentence { step: "introduction", says: "The app is free, and quickly installed and registered.",
        requirements: &["guide.app-from-store"] },
    Sentence { step: "step 1", says: "Sign in at the portal.",
        requirements: &["guide.personal-validation", "privacy.unknown-user-alike"] },
    Sentence { step: "step 2", says: "The PIN comes by SMS.",
        requirements: &["guide.sms-pin", "guide.sms-first", "delivery.right-recipient", "delivery.right-channel"] },
    Sentence { step: "step 2", says: "Alternative Authentication brings it by mail instead.",
        requirements: &["guide.alternative-authentication", "guide.alternative-offered", "code.dead-after-channel-change", "code.one-secret-per-channel"] },
    Sentence { step: "step 2, note", says: "Without a mobile number on file it comes by mail without asking.",
        requirements: &["guide.email-without-number"] },
    Sentence { step: "step 2, password", says: "The password was set earlier, when the person was validated.",
        requirements: &["guide.personal-validation", "guide.no-pin-without-password"] },
    Sentence { step: "step 3", says: "Type the PIN.",
        requirements: &["code.right-code-accepted", "nist.oob-single-use", "input.read-as-people-write"] },
    Sentence { step: "step 4", says: "Get the app from the phone's store, or set up the token for Windows instead.",
        requirements: &["guide.offers-both", "guide.app-from-store", "enrolment.can-begin-again"] },
    Sentence { step: "step 5", says: "Open the app, tap the barcode icon, allow the camera.",
        requirements: &["guide.camera-asked"] },
    Sentence { step: "step 6", says: "Scan the QR code, type the password beside it, tap Activate.",
        requirements: &["guide.mobile-material", "enrolment.fresh-material", "nist.binding-single-use", "nist.binding-ten-minutes"] },
    Sentence { step: "step 7", says: "Choose the app's PIN and enter it again.",
        requirements: &["guide.pin-entered-twice", "nist.activation-secret-length"] },
    Sentence { step: "step 8", says: "Click OK in the browser.",
        requirements: &["guide.confirm-needs-token"] },
    Sentence { step: "step 9", says: "The page congratulates: the enrolment is done.",
        requirements: &["guide.enrolment-completes", "nist.binding-notice"] },
    Sentence { step: "step 11", says: "Continue; now one may sign in and create the signing certificate.",
        requirements: &["guide.certificate-after-second-factor", "guide.certificate-created", "guide.certificate-not-while-activating", "guide.certificate-not-after-removal", "eidas.sole-control", "en419241.scal2"] },
    Sentence { step: "paragraph after step 11", says: "From now on: user name, password and the app as second factor.",
        requirements: &["guide.token-after-enrolment", "guide.second-factor-signs-in", "guide.no-pin-beside-token", "guide.no-fallback-to-pin"] },
    Sentence { step: "Windows steps 1 and 2", says: "Install the desktop token and select Desktop from the list.",
        requirements: &["guide.offers-both"] },
    Sentence { step: "Windows step 3", says: "Copy address, serial number and activation code; the name fills itself in; Save.",
        requirements: &["guide.desktop-material", "guide.desktop-name"] },
    Sentence { step: "Windows step 4", says: "The registration code completes the activation.",
        requirements: &["guide.registration-code-completes", "enrolment.registration-code-bound", "enrolment.slip-costs-nothing"] },
    Sentence { step: "Windows step 5", says: "Done; choose the PIN and enter it again.",
        requirements: &["guide.pin-entered-twice"] },
    Sentence { step: "Windows step 6", says: "Click OK.",
        requirements: &["guide.confirm-needs-token", "guide.enrolment-completes"] },
];
