//! What the engine asks of a hash function, and what its words have to do with codes.

#[cfg(target_arch = "x86_64")]
use super::block::{Found, Question};
use super::check::TRUNCATED;
#[cfg(target_arch = "x86_64")]
use super::engine::{self, Attempt};
use super::lane::Lane;
#[cfg(target_arch = "x86_64")]
use super::sha_ni::ShaNi;
use crate::otp::Algorithm;
use crate::otp::keyed::Halves;
use secrecy::zeroize::Zeroize;

/// A hash function whose state has `N` words.
pub(in crate::otp) trait Function<const N: usize>: Sized {
    /// Its word.
    type Word: Word;

    /// Its name.
    const ALGORITHM: Algorithm;

    /// What the rounds take from the message, ready to be added.
    type Schedule: Clone + Send + Sync;

    /// The states of the inner and the outer hash after the key (RFC 2104 §4).
    fn keyed(key: &[u8]) -> Halves<Self::Word, N>;

    /// The schedule of the block that `counter` fills: it is the same for every key.
    fn schedule(counter: u64) -> Self::Schedule;

    /// The state after a block whose schedule is known.
    fn shared<L: Lane<Word = Self::Word>>(before: &[L; N], schedule: &Self::Schedule) -> [L; N];

    /// The state after a block of sixteen words.
    fn compress<L: Lane<Word = Self::Word>>(before: &[L; N], words: [L; 16]) -> [L; N];

    /// The 31 bits that RFC 4226 §5.3 takes from an HMAC, in the low half of a longer word.
    fn truncated<L: Lane<Word = Self::Word>>(mac: &[L; N]) -> L;

    /// Answers `question` by the SHA extensions, if they know this function.
    #[cfg(target_arch = "x86_64")]
    fn users_by_sha_ni(_: ShaNi, question: &Question<'_, Self, N>, found: &mut Found) {
        engine::portable_users(question, found);
    }

    /// The truncated values of some of the counters of `attempt` from number `from` on by the SHA
    /// extensions, if they know this function; tells of how many.
    #[cfg(target_arch = "x86_64")]
    fn steps_by_sha_ni(
        _: ShaNi,
        attempt: &Attempt<'_, Self, N>,
        from: u32,
        values: &mut Found,
    ) -> u32 {
        values[0] = attempt.portable(from);
        1
    }

    /// The HMAC from the state that the inner hash ended in.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn outer<L: Lane<Word = Self::Word>>(outer: &[L; N], inner: &[L; N]) -> [L; N] {
        let mut words = [L::splat(Self::Word::ZERO); 16];
        words[..N].copy_from_slice(inner);
        words[N] = L::splat(Self::Word::END);
        words[15] = L::splat(Self::Word::bits_of_block_and(N));
        Self::compress(outer, words)
    }
}

/// A word of 32 or 64 bits.
pub(in crate::otp) trait Word:
    Lane<Word = Self> + Zeroize + Send + Sync + Sized
{
    /// No bit.
    const ZERO: Self;

    /// The one bit that follows a message (FIPS 180-4 §5.1).
    const END: Self;

    /// The words that AVX-512 works on at once.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Lane<Word = Self>;

    /// The words that AVX2 works on at once.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lane<Word = Self>;

    /// The words that NEON works on at once.
    #[cfg(target_arch = "aarch64")]
    type Neon: Lane<Word = Self>;

    /// The length in bits of a block and as many words more.
    fn bits_of_block_and(words: usize) -> Self;

    /// The last block of the inner hash for each of `counters`, as many as the lane is wide: eight
    /// bytes, the most significant first (RFC 4226 §5.2), and the end (FIPS 180-4 §5.1).
    fn counter_block<L: Lane<Word = Self>>(counters: &[u64]) -> [L; 16];

    /// The four bytes of `mac` at the offset that the last four bits of `last` name, without their
    /// highest bit. `mac` is how far that can reach, in words; see [`Function::truncated`].
    fn truncated<L: Lane<Word = Self>>(mac: [L; 5], last: L) -> L;
}

impl Word for u32 {
    const ZERO: Self = 0;
    const END: Self = 1 << 31;

    #[cfg(target_arch = "x86_64")]
    type Avx512 = super::avx512::Words32;

    #[cfg(target_arch = "x86_64")]
    type Avx2 = super::avx2::Words32;

    #[cfg(target_arch = "aarch64")]
    type Neon = super::neon::Words32;

    #[cfg_attr(not(debug_assertions), inline(always))]
    #[expect(clippy::cast_possible_truncation, reason = "a block and a digest are short")]
    fn bits_of_block_and(words: usize) -> Self {
        (512 + 32 * words) as Self
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    #[expect(clippy::cast_possible_truncation, reason = "the halves are taken apart")]
    fn counter_block<L: Lane<Word = Self>>(counters: &[u64]) -> [L; 16] {
        let mut halves = [[0; super::block::USERS]; 2];
        for (at, counter) in counters.iter().enumerate() {
            (halves[0][at], halves[1][at]) = ((counter >> 32) as Self, *counter as Self);
        }
        let mut words = [L::splat(0); 16];
        (words[0], words[1]) = (L::load(&halves[0]), L::load(&halves[1]));
        (words[2], words[15]) = (L::splat(Self::END), L::splat(Self::bits_of_block_and(2)));
        words
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn truncated<L: Lane<Word = Self>>(mac: [L; 5], last: L) -> L {
        let [first, second, third, fourth, fifth] = mac;
        let high = one_of_four(last, [first, second, third, fourth]);
        let low = one_of_four(last, [second, third, fourth, fifth]);
        // The last two bits times eight: the offset within a word, in bits.
        let bits = last.rotate_right(Self::BITS - 3).and(L::splat(0x18));
        high.funnel(low, bits).and(L::splat(TRUNCATED))
    }
}

impl Word for u64 {
    const ZERO: Self = 0;
    const END: Self = 1 << 63;

    #[cfg(target_arch = "x86_64")]
    type Avx512 = super::avx512::Words64;

    #[cfg(target_arch = "x86_64")]
    type Avx2 = super::avx2::Words64;

    #[cfg(target_arch = "aarch64")]
    type Neon = super::neon::Words64;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bits_of_block_and(words: usize) -> Self {
        1024 + 64 * words as Self
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn counter_block<L: Lane<Word = Self>>(counters: &[u64]) -> [L; 16] {
        let mut words = [L::splat(0); 16];
        words[0] = L::load(counters);
        (words[1], words[15]) = (L::splat(Self::END), L::splat(Self::bits_of_block_and(1)));
        words
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn truncated<L: Lane<Word = Self>>(mac: [L; 5], last: L) -> L {
        let [first, second, third, ..] = mac;
        let (high, low) = (last.by_bit(3, first, second), last.by_bit(3, second, third));
        let bits = last.rotate_right(Self::BITS - 3).and(L::splat(0x38));
        high.funnel(low, bits).shift_right(32).and(L::splat(TRUNCATED.into()))
    }
}

/// The word that bits 2 and 3 of `last` name.
#[cfg_attr(not(debug_assertions), inline(always))]
fn one_of_four<L: Lane>(last: L, words: [L; 4]) -> L {
    let [first, second, third, fourth] = words;
    last.by_bit(3, last.by_bit(2, first, second), last.by_bit(2, third, fourth))
}
