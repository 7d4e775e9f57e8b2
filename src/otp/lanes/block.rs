//! The kept states of some users, word by word side by side, as vector registers load them.

use super::function::{Function, Word};
use crate::otp::keyed::Halves;
use secrecy::zeroize::Zeroize;

/// Users in a block: two vectors of sixteen.
pub(in crate::otp) const USERS: usize = 32;

/// The states after the key of up to [`USERS`] users: row i has everybody's word i. As good as
/// their keys, so they are wiped when dropped.
#[derive(Clone)]
#[repr(align(64))]
pub(in crate::otp) struct Block<W: Word, const N: usize> {
    pub(super) inner: [[W; USERS]; N],
    pub(super) outer: [[W; USERS]; N],
}

impl<W: Word, const N: usize> Block<W, N> {
    pub(super) fn empty() -> Self {
        Self { inner: [[W::ZERO; USERS]; N], outer: [[W::ZERO; USERS]; N] }
    }

    /// Puts the states of one user at place `at`.
    #[inline]
    pub(super) fn put(&mut self, at: usize, halves: &Halves<W, N>) {
        for word in 0..N {
            self.inner[word][at] = halves.inner[word];
            self.outer[word][at] = halves.outer[word];
        }
    }

    /// The states of the user at place `at`.
    pub(super) fn take(&self, at: usize) -> Halves<W, N> {
        Halves { inner: self.inner.map(|row| row[at]), outer: self.outer.map(|row| row[at]) }
    }
}

impl<W: Word, const N: usize> Drop for Block<W, N> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// What is asked of a block: which codes its users gave, and the steps that are tried.
pub(in crate::otp) struct Question<'a, F: Function<N>, const N: usize> {
    pub(super) block: &'a Block<F::Word, N>,
    /// The code of each user; see [`super::codes`].
    pub(super) wanted: &'a [u32; USERS],
    /// How many of the users there are.
    pub(super) users: usize,
    /// The schedule of each step, the lowest first.
    pub(super) schedules: &'a [F::Schedule],
    pub(super) check: super::check::Check,
}

/// For each user the number of the lowest step that matches, or [`NONE`].
pub(in crate::otp) type Found = [u32; USERS];

/// No step. The low 16 bits are the same number there.
pub(super) const NONE: u32 = u32::MAX;

/// Something that begins where a cache line does. A function that has one on its stack aligns the
/// whole of it so.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct OnLine<T>(pub(super) T);
