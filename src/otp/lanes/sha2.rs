//! The rounds of SHA-256 and SHA-512 (FIPS 180-4 §6.2, §6.4), for any lane.

#[cfg(target_arch = "x86_64")]
use super::block::{Found, Question};
#[cfg(target_arch = "x86_64")]
use super::engine::Attempt;
use super::function::{Function, Word};
use super::lane::Lane;
#[cfg(target_arch = "x86_64")]
use super::sha_ni::ShaNi;
use super::unroll::{each_of_64, each_of_80};
use crate::otp::Algorithm;
use crate::otp::keyed::{self, Halves};

/// SHA-256.
pub(in crate::otp) struct Sha256;

/// SHA-512.
pub(in crate::otp) struct Sha512;

/// The four mixings in which the two differ (FIPS 180-4 §4.1.2, §4.1.3).
trait Mixing<W> {
    fn of_a<L: Lane<Word = W>>(a: L) -> L;
    fn of_e<L: Lane<Word = W>>(e: L) -> L;
    fn of_far<L: Lane<Word = W>>(word: L) -> L;
    fn of_near<L: Lane<Word = W>>(word: L) -> L;
}

impl Mixing<u32> for Sha256 {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_a<L: Lane<Word = u32>>(a: L) -> L {
        a.rotate_right(2).parity(a.rotate_right(13), a.rotate_right(22))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_e<L: Lane<Word = u32>>(e: L) -> L {
        e.rotate_right(6).parity(e.rotate_right(11), e.rotate_right(25))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_far<L: Lane<Word = u32>>(word: L) -> L {
        word.rotate_right(7).parity(word.rotate_right(18), word.shift_right(3))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_near<L: Lane<Word = u32>>(word: L) -> L {
        word.rotate_right(17).parity(word.rotate_right(19), word.shift_right(10))
    }
}

impl Mixing<u64> for Sha512 {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_a<L: Lane<Word = u64>>(a: L) -> L {
        a.rotate_right(28).parity(a.rotate_right(34), a.rotate_right(39))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_e<L: Lane<Word = u64>>(e: L) -> L {
        e.rotate_right(14).parity(e.rotate_right(18), e.rotate_right(41))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_far<L: Lane<Word = u64>>(word: L) -> L {
        word.rotate_right(1).parity(word.rotate_right(8), word.shift_right(7))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn of_near<L: Lane<Word = u64>>(word: L) -> L {
        word.rotate_right(19).parity(word.rotate_right(61), word.shift_right(6))
    }
}

/// Round `ROUND` with its word and constant already added. Instead of moving eight words along,
/// their names move.
#[cfg_attr(not(debug_assertions), inline(always))]
fn round<M: Mixing<L::Word>, L: Lane, const ROUND: usize>(state: &mut [L; 8], word: L) {
    let at = |name: usize| (80 + name - ROUND) % 8;
    let (a, e, h) = (state[at(0)], state[at(4)], state[at(7)]);
    let chosen = e.choose(state[at(5)], state[at(6)]);
    let first = h.add(word).add(chosen).add(M::of_e(e));
    state[at(3)] = state[at(3)].add(first);
    state[at(7)] = first.add(M::of_a(a).add(a.majority(state[at(1)], state[at(2)])));
}

/// The word of round `ROUND`, kept in a window of the last sixteen.
#[cfg_attr(not(debug_assertions), inline(always))]
fn scheduled<M: Mixing<L::Word>, L: Lane, const ROUND: usize>(words: &mut [L; 16]) -> L {
    let at = ROUND % 16;
    if ROUND >= 16 {
        let far = M::of_far(words[(ROUND + 1) % 16]);
        let near = M::of_near(words[(ROUND + 14) % 16]);
        words[at] = words[at].add(far).add(words[(ROUND + 9) % 16].add(near));
    }
    words[at]
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn sum<L: Lane>(mut state: [L; 8], before: &[L; 8]) -> [L; 8] {
    for (word, before) in state.iter_mut().zip(before) {
        *word = word.add(*before);
    }
    state
}

impl Function<8> for Sha256 {
    type Word = u32;
    type Schedule = [u32; 64];

    const ALGORITHM: Algorithm = Algorithm::Sha256;

    fn keyed(key: &[u8]) -> Halves<u32, 8> {
        keyed::sha256(key)
    }

    fn schedule(counter: u64) -> [u32; 64] {
        let mut words = u32::counter_block(&[counter]);
        let mut schedule = [0; 64];
        each_of_64!(ROUND {
            let word = scheduled::<Self, u32, ROUND>(&mut words);
            schedule[ROUND] = word.wrapping_add(constant(ROUND));
        });
        schedule
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shared<L: Lane<Word = u32>>(before: &[L; 8], schedule: &[u32; 64]) -> [L; 8] {
        let mut state = *before;
        each_of_64!(ROUND {
            round::<Self, L, ROUND>(&mut state, L::splat(schedule[ROUND]));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn compress<L: Lane<Word = u32>>(before: &[L; 8], mut words: [L; 16]) -> [L; 8] {
        let mut state = *before;
        each_of_64!(ROUND {
            let word = scheduled::<Self, L, ROUND>(&mut words);
            round::<Self, L, ROUND>(&mut state, word.add(L::splat(constant(ROUND))));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn truncated<L: Lane<Word = u32>>(mac: &[L; 8]) -> L {
        u32::truncated([mac[0], mac[1], mac[2], mac[3], mac[4]], mac[7])
    }

    #[cfg(target_arch = "x86_64")]
    fn users_by_sha_ni(by: ShaNi, question: &Question<'_, Self, 8>, found: &mut Found) {
        by.sha256_users(question, found);
    }

    #[cfg(target_arch = "x86_64")]
    fn steps_by_sha_ni(
        by: ShaNi,
        attempt: &Attempt<'_, Self, 8>,
        from: u32,
        values: &mut Found,
    ) -> u32 {
        by.sha256_steps(attempt, from, values)
    }
}

impl Function<8> for Sha512 {
    type Word = u64;
    type Schedule = [u64; 80];

    const ALGORITHM: Algorithm = Algorithm::Sha512;

    fn keyed(key: &[u8]) -> Halves<u64, 8> {
        keyed::sha512(key)
    }

    fn schedule(counter: u64) -> [u64; 80] {
        let mut words = u64::counter_block(&[counter]);
        let mut schedule = [0; 80];
        each_of_80!(ROUND {
            let word = scheduled::<Self, u64, ROUND>(&mut words);
            schedule[ROUND] = word.wrapping_add(CONSTANTS[ROUND]);
        });
        schedule
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shared<L: Lane<Word = u64>>(before: &[L; 8], schedule: &[u64; 80]) -> [L; 8] {
        let mut state = *before;
        each_of_80!(ROUND {
            round::<Self, L, ROUND>(&mut state, L::splat(schedule[ROUND]));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn compress<L: Lane<Word = u64>>(before: &[L; 8], mut words: [L; 16]) -> [L; 8] {
        let mut state = *before;
        each_of_80!(ROUND {
            let word = scheduled::<Self, L, ROUND>(&mut words);
            round::<Self, L, ROUND>(&mut state, word.add(L::splat(CONSTANTS[ROUND])));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn truncated<L: Lane<Word = u64>>(mac: &[L; 8]) -> L {
        u64::truncated([mac[0], mac[1], mac[2], mac[3], mac[4]], mac[7])
    }
}

/// The constant of a round of SHA-256: the first half of that of SHA-512, for both are the
/// fractions of the cube roots of the same primes (FIPS 180-4 §4.2.2, §4.2.3).
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) const fn constant(round: usize) -> u32 {
    (CONSTANTS[round] >> 32) as u32
}

/// The first 64 bits of the fractions of the cube roots of the first 80 primes (FIPS 180-4 §4.2.3).
const CONSTANTS: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];
