//! What does not fit together, and is refused before anything is computed.

use crate::otp::Algorithm;

/// Why a batch was not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The steps are those of another hash function than the keys'.
    #[error("the keys are for {keys}, and the steps for {steps}")]
    Algorithm {
        /// What the keys were kept for.
        keys: Algorithm,
        /// What the steps were made for.
        steps: Algorithm,
    },
    /// Each user needs one code, and each code its user.
    #[error("there are {codes} codes for {users} users")]
    Count {
        /// How many users were named.
        users: usize,
        /// How many codes came with them.
        codes: usize,
    },
    /// A user that nobody put there.
    #[error("there is no user number {user}: there are {users}")]
    User {
        /// The number asked for, counted from 0.
        user: usize,
        /// How many there are.
        users: usize,
    },
}
