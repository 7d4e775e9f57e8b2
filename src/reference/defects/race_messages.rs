//! Messages are counted after they are sent: those asked for at once slip through.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-messages",
    what: "Messages are counted after they are sent: those asked for at once slip through.",
    breaks: &["race.messages-stay-limited"],
};
