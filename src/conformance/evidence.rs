//! Requirements that no black box can decide. They are listed, not dropped: whoever claims a
//! profile shows these by other means.

use super::{EvidenceNeeded, Level, Reading};

/// Every requirement that needs evidence from inside, by source.
pub static EVIDENCE_NEEDED: &[EvidenceNeeded] = &[EvidenceNeeded {
    id: "rfc4226.keys-protected",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.5",
    text: "A master key stays in a tamper-resistant device.",
    evidence: "where the master key lives, and who can reach it",
    reading: Reading::Text,
    profiles: &["rfc-otp"],
}];
