//! Setting up the second factor: material, activation by the device, the OK button.

use super::account::Bound;
use super::authenticator::{self, Shown};
use super::letter::Notice;
use super::session::Stage;
use super::turn::{Step, Turn};
use super::verifier::Verifier;
use super::{Parameters, Reference, View, defects, qr};
use crate::domain::reply::BoundToken;
use crate::domain::{
    Activation, Assurance, Chance, Moment, RejectionClass, Reply, Secret, TokenKind,
};
use crate::otp::{Algorithm, Key, Totp};
use crate::tokens::activation::classic::{self, ActivationCode, RegistrationCode, SerialNumber};
use crate::tokens::activation::sealed_qr::SealedActivation;
use std::time::Duration;

/// An enrolment under way.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Which enrolment of this server; the session that shows it knows the number.
    pub(super) number: u64,
    pub(super) kind: TokenKind,
    pub(super) serial: SerialNumber,
    activation_code: ActivationCode,
    /// What the QR code holds and the password that opens it: mobile only.
    sealed: Option<(Secret, Secret)>,
    /// A key that is shown openly: authenticator apps only.
    open: Option<Shown>,
    began: Moment,
    /// What tells the activated token's codes; nothing before it is activated.
    verifier: Option<Verifier>,
    /// The key of the activated app, which answers notifications with it: mobile only.
    push_key: Option<Key>,
}

/// Why a device is not activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotActivated {
    /// No such material, or it was used.
    Unauthorized,
    /// Its time is over.
    Expired,
}

impl Turn<'_> {
    pub(super) fn begin_enrolment(&mut self, kind: TokenKind) -> Step {
        self.refuse_if_locked()?;
        let reference = self.reference;
        let several = reference.parameters().several_tokens;
        let bypass = reference.has(&defects::RE_ENROLMENT_BYPASS);
        let (session, account) = self.signed()?;
        match session.stage {
            Stage::MustEnrol
            | Stage::Enrolling { .. }
            | Stage::SignedIn(Assurance::SingleFactor) => {}
            Stage::SignedIn(Assurance::TwoFactor) if several => {}
            Stage::Token if bypass => {}
            Stage::Pin(_)
            | Stage::Token
            | Stage::Enrolled
            | Stage::SignedIn(Assurance::TwoFactor) => {
                return Err(RejectionClass::WrongStep.into());
            }
        }
        // Another session of this person may have bound a token meanwhile.
        if !account.tokens.is_empty() && !several && !bypass {
            return Err(RejectionClass::EnrolmentConflict.into());
        }
        if !self.reference.parameters().offers().contains(&kind) {
            let feature = kind.to_string();
            return Err(View::of(Reply::Unsupported { feature }));
        }
        let pending = self.material(kind)?;
        let view = pending.shown(self.reference, self.now)?;
        let number = pending.number;
        let (session, account) = self.signed()?;
        session.stage = Stage::Enrolling { number };
        let (user, serial) = (session.user.clone(), pending.serial.to_string());
        let secret = pending.sealed.as_ref().map(|(_, password)| password.clone());
        account.pending = Some(pending);
        self.state.serials.insert(serial, user.clone());
        if let Some(password) = secret.filter(|_| self.reference.has(&defects::ACTIVATION_IN_MAIL))
        {
            self.mail_activation(&user, &password);
        }
        Ok(view)
    }

    /// The activation page once more, as long as its material is the person's current one.
    pub(super) fn show_enrolment(&mut self) -> Step {
        let (reference, now) = (self.reference, self.now);
        self.current_enrolment()?.shown(reference, now)
    }

    pub(super) fn submit_registration_code(&mut self, typed: &Secret) -> Step {
        self.refuse_if_locked()?;
        let (reference, now) = (self.reference, self.now);
        let pending = self.current_enrolment()?;
        if pending.kind != TokenKind::Desktop {
            return Err(RejectionClass::WrongStep.into());
        }
        if pending.verifier.is_some() {
            return Err(RejectionClass::EnrolmentConflict.into());
        }
        pending.refuse_if_expired(reference, now).map_err(|_| RejectionClass::EnrolmentExpired)?;
        // A slip of the finger shows in the check digit and costs no attempt.
        let code: Result<RegistrationCode, _> = typed.reveal().parse();
        let Ok(code) = code else {
            if reference.has(&defects::BAD_CHECK_DIGIT_COUNTS) {
                self.strike()?;
            }
            return Err(RejectionClass::Malformed.into());
        };
        let foreign =
            reference.has(&defects::REGISTRATION_CODE_OF_ANOTHER) && self.completes_another(code);
        let pending = self.current_enrolment()?;
        if foreign
            || code.agrees_with(pending.serial, pending.activation_code)
            || reference.has(&defects::ANY_REGISTRATION_CODE)
        {
            pending.activate(code.device_random(), reference);
            return Ok(View::activated());
        }
        self.strike()?;
        Err(RejectionClass::CodeInvalid.into())
    }

    /// Whether `code` would complete an enrolment of somebody else.
    fn completes_another(&self, code: RegistrationCode) -> bool {
        let mut pending = self.state.accounts.values().filter_map(|one| one.pending.as_ref());
        pending.any(|one| code.agrees_with(one.serial, one.activation_code))
    }

    /// The OK button binds the token that was activated. A code of it is checked if one is given.
    pub(super) fn confirm_enrolment(&mut self, code: Option<&Secret>) -> Step {
        self.refuse_if_locked()?;
        let (reference, now) = (self.reference, self.now);
        let pending = self.current_enrolment()?;
        if pending.verifier.is_none() && reference.has(&defects::OK_WITHOUT_TOKEN) {
            pending.activate([0, 0], reference);
        }
        let Some(verifier) = pending.verifier.clone() else {
            pending
                .refuse_if_expired(reference, now)
                .map_err(|_| RejectionClass::EnrolmentExpired)?;
            return Err(RejectionClass::EnrolmentConflict.into());
        };
        let listed = BoundToken { id: pending.serial.to_string(), kind: pending.kind };
        let shown = pending.open.clone();
        let challenge = shown.as_ref().and_then(|shown| shown.challenge.clone());
        if shown.is_some() {
            pending
                .refuse_if_expired(reference, now)
                .map_err(|_| RejectionClass::EnrolmentExpired)?;
        }
        // A key that was shown openly is bound by a code of it and by nothing else.
        let needs_code = shown.is_some() && !reference.has(&defects::BINDING_WITHOUT_CODE);
        let push = pending.push_key.clone().map(|key| (pending.serial, key));
        let mut token = Bound { listed, verifier, shown, push };
        let fresh = token.verifier.clone();
        match code {
            None if needs_code => return Err(RejectionClass::CodeInvalid.into()),
            Some(code) => {
                let proven = token.verifier.accept(code, now, challenge.as_deref(), reference);
                if proven.is_err() && !reference.has(&defects::BINDING_WITHOUT_CODE) {
                    self.strike()?;
                    return Err(RejectionClass::CodeInvalid.into());
                }
            }
            None => {}
        }
        if reference.has(&defects::ENROLMENT_CODE_REUSED) {
            token.verifier = fresh;
        }
        self.bind(token)
    }

    fn bind(&mut self, token: Bound) -> Step {
        let reference = self.reference;
        let (session, account) = self.signed()?;
        session.stage = Stage::Enrolled;
        let user = session.user.clone();
        account.tokens.push(token);
        if !reference.has(&defects::ACTIVATION_REUSABLE) {
            self.state.drop_pending(&user);
        }
        if !reference.has(&defects::NO_BINDING_NOTICE) {
            self.notify(&user, Notice::Bound);
        }
        Ok(View::of(Reply::Enrolled))
    }

    /// The enrolment that this session shows, unless another one has taken its place.
    fn current_enrolment(&mut self) -> Result<&mut Pending, View> {
        let reference = self.reference;
        let (session, account) = self.signed()?;
        let Stage::Enrolling { number: shown } = session.stage else {
            return Err(RejectionClass::WrongStep.into());
        };
        let bypass = reference.has(&defects::RE_ENROLMENT_BYPASS);
        if !account.tokens.is_empty() && !reference.parameters().several_tokens && !bypass {
            return Err(RejectionClass::EnrolmentConflict.into());
        }
        let current = account.pending.as_mut().filter(|pending| pending.number == shown);
        Ok(current.ok_or(RejectionClass::EnrolmentConflict)?)
    }

    /// Fresh material, after which the person's earlier one is worth nothing.
    fn material(&mut self, kind: TokenKind) -> Result<Pending, View> {
        let (user, began) = (self.user()?, self.now);
        let number = self.state.next_number();
        let earlier = self.signed()?.1.pending.clone().filter(|earlier| earlier.kind == kind);
        if self.reference.has(&defects::OLDER_MATERIAL_LIVES) {
            let (_, account) = self.signed()?;
            account.older.extend(account.pending.take());
            account.older.truncate(4);
        } else {
            self.state.drop_pending(&user);
        }
        if let Some(earlier) = earlier
            && self.reference.has(&defects::SAME_MATERIAL_AGAIN)
        {
            let verifier = earlier.verifier.clone().filter(|_| earlier.open.is_some());
            return Ok(Pending { number, began, verifier, push_key: None, ..earlier });
        }
        let serial = self.unused_serial()?;
        let chance = &mut self.state.chance;
        let activation_code = ActivationCode::mint(chance);
        let parameters = self.reference.parameters();
        let sealed = (kind == TokenKind::Mobile)
            .then(|| sealed(serial, activation_code, parameters, chance));
        let open = authenticator::mint(kind, &user, serial, self.reference, chance);
        let (open, verifier) = open.map_or((None, None), |(open, new)| (Some(open), Some(new)));
        Ok(Pending {
            number,
            kind,
            serial,
            activation_code,
            sealed,
            open,
            began,
            verifier,
            push_key: None,
        })
    }

    fn unused_serial(&mut self) -> Result<SerialNumber, View> {
        /// Draws before giving up: with a million of 10⁹ numbers in use each fails once in 1000.
        const DRAWS: usize = 8;
        for _ in 0..DRAWS {
            let serial = SerialNumber::mint(&mut self.state.chance);
            if !self.state.serials.contains_key(&serial.to_string()) {
                return Ok(serial);
            }
        }
        Err(RejectionClass::RateLimited.into())
    }
}

impl Pending {
    /// Activates by a device that presents `code` and its own random part.
    pub(super) fn register(
        &mut self,
        code: ActivationCode,
        device_random: [u8; 2],
        now: Moment,
        reference: &Reference,
    ) -> Result<(), NotActivated> {
        let known = Secret::new(self.activation_code.to_string());
        let used = self.verifier.is_some() && !reference.has(&defects::ACTIVATION_REUSABLE);
        // Other tokens are activated by a registration code or bound by a code of theirs.
        if self.kind != TokenKind::Mobile || used || known != Secret::new(code.to_string()) {
            return Err(NotActivated::Unauthorized);
        }
        self.refuse_if_expired(reference, now)?;
        self.activate(device_random, reference);
        Ok(())
    }

    /// Whether a device has activated it.
    pub(super) fn is_activated(&self) -> bool {
        self.verifier.is_some()
    }

    /// Forgets the device that activated it, as a late write would.
    pub(super) fn forget_activation(&mut self) {
        self.verifier = None;
        self.push_key = None;
    }

    fn refuse_if_expired(&self, reference: &Reference, now: Moment) -> Result<(), NotActivated> {
        let over = self.left(reference.activation_lifetime(), now).is_zero();
        if over && !reference.has(&defects::ACTIVATION_NEVER_EXPIRES) {
            return Err(NotActivated::Expired);
        }
        Ok(())
    }

    fn left(&self, lifetime: Duration, now: Moment) -> Duration {
        (self.began + lifetime) - now
    }

    fn activate(&mut self, device_random: [u8; 2], reference: &Reference) {
        let parameters = reference.parameters();
        // The desktop program never sees a policy: nothing carries it there.
        let policy = self.sealed.as_ref().and(parameters.activation_policy.as_deref());
        let key = classic::seed(self.activation_code, device_random, policy, self.serial);
        let (digits, period) = (reference.token_digits(), parameters.token_period);
        let totp = Totp::new(&key, Algorithm::Sha256, digits, period);
        self.verifier = Some(Verifier::of_time(totp, period));
        self.push_key = self.sealed.as_ref().map(|_| key);
    }

    /// The page that shows this material.
    fn shown(&self, reference: &Reference, now: Moment) -> Step {
        let parameters = reference.parameters();
        let expires_in = Some(self.left(parameters.activation_lifetime, now));
        if let Some(open) = &self.open {
            let activation = Activation { expires_in, ..open.page(self, reference)? };
            return Ok(View::of(Reply::Activation(Box::new(activation))));
        }
        let activation = match &self.sealed {
            Some((link, password)) => Activation {
                qr: Some(
                    qr::draw(link.reveal(), parameters.qr_format)
                        .map_err(|_| RejectionClass::Denied)?,
                ),
                password: (!reference.has(&defects::MOBILE_WITHOUT_PASSWORD))
                    .then(|| password.clone()),
                expires_in,
                ..Activation::default()
            },
            None => Activation {
                address: Some(parameters.public_address.clone()),
                serial_number: Some(self.serial.to_string()),
                activation_code: (!reference.has(&defects::DESKTOP_WITHOUT_ACTIVATION_CODE))
                    .then(|| Secret::new(self.activation_code.to_string())),
                expires_in,
                ..Activation::default()
            },
        };
        Ok(View::of(Reply::Activation(Box::new(activation))))
    }
}

/// What the QR code holds, and the password that opens it.
fn sealed(
    serial: SerialNumber,
    code: ActivationCode,
    parameters: &Parameters,
    chance: &mut Chance,
) -> (Secret, Secret) {
    let password = Secret::new(chance.digits(parameters.activation_password_digits));
    let activation = SealedActivation {
        serial_number: serial,
        activation_code: code,
        policy: parameters.activation_policy.clone(),
        address: parameters.public_address.clone(),
    };
    (Secret::new(activation.seal(&password, chance.bytes())), password)
}
