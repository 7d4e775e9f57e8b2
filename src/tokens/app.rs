//! What any app on a device can be asked to do; what it does not have, it refuses.

use super::codes::Codes;
use super::network::Surroundings;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Permission, Picture, PushReply, Secret, Soon};

/// What an app shows, or why not.
pub(super) type Shown = Result<Outcome, Reason>;

/// What the operating system's owner answered to its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    Granted,
    Denied,
}

const NOT_HERE: Shown = Err(Reason::NotOnThisDevice);

/// One app; each act is refused unless the app has a place for it.
pub(super) trait App: Send + Sync {
    fn consent(&mut self, _: Permission, _: Consent) -> Shown {
        NOT_HERE
    }

    fn scan(&mut self, _: &Picture) -> Shown {
        NOT_HERE
    }

    fn open_link(&mut self, _: &Secret) -> Shown {
        NOT_HERE
    }

    fn enter_password(&mut self, _: &Secret, _: &mut Surroundings) -> Shown {
        NOT_HERE
    }

    fn enter_address<'a>(&'a mut self, _: String, _: &'a Surroundings) -> Soon<'a, Shown> {
        Box::pin(async { NOT_HERE })
    }

    fn enter_serial_number(&mut self, _: &str) -> Shown {
        NOT_HERE
    }

    fn enter_activation_code(&mut self, _: &Secret) -> Shown {
        NOT_HERE
    }

    fn save(&mut self, _: &mut Surroundings) -> Shown {
        NOT_HERE
    }

    fn read_registration_code(&mut self) -> Shown {
        NOT_HERE
    }

    fn done(&mut self) -> Shown {
        NOT_HERE
    }

    fn activate<'a>(&'a mut self, _: &'a Surroundings) -> Soon<'a, Shown> {
        Box::pin(async { NOT_HERE })
    }

    fn set_pin(&mut self, _: Secret, _: &Secret) -> Shown {
        NOT_HERE
    }

    fn unlock(&mut self, _: &Secret) -> Shown {
        NOT_HERE
    }

    fn lock(&mut self) -> Shown {
        NOT_HERE
    }

    fn press(&mut self, _: u32) -> Shown {
        NOT_HERE
    }

    fn import_keys(&mut self, _: &Secret, _: Option<&Secret>) -> Shown {
        NOT_HERE
    }

    fn respond(&mut self, _: &str, _: Moment) -> Shown {
        NOT_HERE
    }

    fn answer_push<'a>(
        &'a mut self,
        _: PushReply,
        _: Option<Secret>,
        _: &'a Surroundings,
    ) -> Soon<'a, Shown> {
        Box::pin(async { NOT_HERE })
    }

    /// The app with all it knows, as a backup or a thief would have it.
    fn duplicate(&self) -> Box<dyn App>;

    /// The codes behind its screen, once it may show them.
    fn codes(&self) -> Option<&Codes> {
        None
    }

    fn read_code(&mut self, pin: Option<&Secret>, now: Moment) -> Shown;
}
