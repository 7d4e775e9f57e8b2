//! The contenders. Each verifies all cases in a pass and tells how many were right.

use crate::cases::{Cases, STEP};
use fobwatch::otp::lanes::{ByIndex, Codes, InOrder, InstructionSet, Instructions, Steps};
use fobwatch::otp::{Algorithm, Key, truncate};
use hmac::{Hmac, KeyInit, Mac};
use std::fmt;

#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// All together.
    Lanes(Instructions),
    /// One after the other, steps kept.
    One(Instructions),
    TotpRs,
    /// RustCrypto, an HMAC kept and cloned.
    Cloned,
    /// RustCrypto, an HMAC keyed for each candidate.
    KeyedAnew,
    /// ring, a key kept.
    Ring,
    /// aws-lc-rs, a key kept.
    #[cfg(feature = "peers")]
    AwsLc,
}

type Pass<'a> = Box<dyn FnMut() -> usize + 'a>;

/// Every instruction set of this machine alone.
fn each(algorithm: Algorithm) -> impl Iterator<Item = Instructions> {
    let sets = InstructionSet::ALL.into_iter();
    let alone = sets.filter_map(|set| Some((set, Instructions::detected().only(set)?)));
    let knows = move |(set, with): &(InstructionSet, Instructions)| {
        with.for_users(algorithm, usize::MAX) == *set
    };
    alone.filter(knows).map(|(_, with)| with)
}

pub(crate) fn batch(algorithm: Algorithm) -> Vec<Way> {
    each(algorithm).map(Way::Lanes).chain(peers()).collect()
}

pub(crate) fn single() -> Vec<Way> {
    [Way::One(Instructions::detected()), Way::One(Instructions::PORTABLE)]
        .into_iter()
        .chain(peers())
        .collect()
}

fn peers() -> impl Iterator<Item = Way> {
    let peers = [Way::TotpRs, Way::Cloned, Way::KeyedAnew, Way::Ring].into_iter();
    #[cfg(feature = "peers")]
    let peers = peers.chain([Way::AwsLc]);
    peers
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lanes(with) => match InstructionSet::ALL.into_iter().find(|set| with.has(*set)) {
                Some(set) if with.only(set) == Some(*with) => write!(f, "fobwatch batch, {set}"),
                // Which of several it is depends on the hash function.
                _ => f.write_str("fobwatch batch, best"),
            },
            Self::One(Instructions::PORTABLE) => f.write_str("fobwatch one, portable"),
            // Which set that is depends on the hash function.
            Self::One(_) => f.write_str("fobwatch one, best"),
            Self::TotpRs => f.write_str("totp-rs"),
            Self::Cloned => f.write_str("RustCrypto hmac cloned"),
            Self::KeyedAnew => f.write_str("RustCrypto hmac keyed anew"),
            Self::Ring => f.write_str("ring, key kept"),
            #[cfg(feature = "peers")]
            Self::AwsLc => f.write_str("aws-lc-rs, key kept"),
        }
    }
}

impl Way {
    pub(crate) fn set_up(self, cases: &Cases) -> Pass<'_> {
        match self {
            Self::Lanes(with) => lanes(cases, with),
            Self::One(with) => one(cases, with),
            Self::TotpRs => totp_rs(cases),
            Self::Cloned => match cases.algorithm {
                Algorithm::Sha1 => cloned::<Hmac<sha1::Sha1>>(cases),
                Algorithm::Sha256 => cloned::<Hmac<sha2::Sha256>>(cases),
                Algorithm::Sha512 => cloned::<Hmac<sha2::Sha512>>(cases),
            },
            Self::KeyedAnew => match cases.algorithm {
                Algorithm::Sha1 => keyed_anew::<Hmac<sha1::Sha1>>(cases),
                Algorithm::Sha256 => keyed_anew::<Hmac<sha2::Sha256>>(cases),
                Algorithm::Sha512 => keyed_anew::<Hmac<sha2::Sha512>>(cases),
            },
            Self::Ring => ring(cases),
            #[cfg(feature = "peers")]
            Self::AwsLc => aws_lc(cases),
        }
    }
}

fn lanes(cases: &Cases, with: Instructions) -> Pass<'_> {
    let steps = Steps::around(cases.algorithm, STEP, cases.window);
    let mut codes = Codes::with_capacity(Cases::DIGITS, cases.len());
    (0..cases.len()).for_each(|turn| codes.push(&cases.codes[cases.user(turn)]));
    if let Some(users) = &cases.users {
        let kept = by_index(cases);
        return Box::new(move || {
            kept.verify(users, &codes, &steps, with).expect("they fit").count()
        });
    }
    let kept = InOrder::new(cases.algorithm, &cases.keys);
    Box::new(move || kept.verify(&codes, &steps, with).expect("they fit").count())
}

fn by_index(cases: &Cases) -> ByIndex {
    let mut kept = ByIndex::new(cases.algorithm);
    cases.keys.iter().for_each(|key| _ = kept.push(key));
    kept
}

fn one(cases: &Cases, with: Instructions) -> Pass<'_> {
    let steps = Steps::around(cases.algorithm, STEP, cases.window);
    let kept = by_index(cases);
    each_user(cases, move |user, code| {
        let code = (code, Cases::DIGITS);
        kept.verify_one(user, code, &steps, with).expect("they fit").is_some()
    })
}

/// The users one after the other.
fn each_user<'a>(cases: &'a Cases, verify: impl Fn(usize, &str) -> bool + 'a) -> Pass<'a> {
    Box::new(move || {
        let users = (0..cases.len()).map(|turn| cases.user(turn));
        users.filter(|user| verify(*user, &cases.codes[*user])).count()
    })
}

/// The same with a number for a code, and the step whose code it is.
fn each_number<'a>(cases: &'a Cases, code: impl Fn(usize, [u8; 8]) -> u32 + 'a) -> Pass<'a> {
    each_user(cases, move |user, entered| {
        let wanted: u32 = entered.parse().expect("digits");
        let mut steps = cases.window.counters(STEP);
        steps.any(|step| code(user, step.to_be_bytes()) % 1_000_000 == wanted)
    })
}

fn totp_rs(cases: &Cases) -> Pass<'_> {
    let algorithm = match cases.algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
    };
    let skew = u16::try_from(cases.window.forward()).expect("few");
    let kept = cases.keys.iter().map(|key| {
        let builder = totp_rs::Builder::new().with_algorithm(algorithm).with_skew(skew);
        builder.with_secret(key.bytes()).build().expect("20 bytes are enough")
    });
    let kept: Vec<totp_rs::Totp> = kept.collect();
    each_user(cases, move |user, code| kept[user].check(code, STEP * 30).is_some())
}

fn keyed<M: Mac + KeyInit>(key: &Key) -> M {
    <M as KeyInit>::new_from_slice(key.bytes()).expect("any length will do")
}

fn cloned<'a, M: Mac + KeyInit + Clone + 'a>(cases: &'a Cases) -> Pass<'a> {
    let kept: Vec<M> = cases.keys.iter().map(keyed).collect();
    each_number(cases, move |user, step| {
        truncate(&Mac::chain_update(kept[user].clone(), step).finalize().into_bytes())
    })
}

fn keyed_anew<'a, M: Mac + KeyInit + 'a>(cases: &'a Cases) -> Pass<'a> {
    each_number(cases, |user, step| {
        truncate(&Mac::chain_update(keyed::<M>(&cases.keys[user]), step).finalize().into_bytes())
    })
}

fn ring(cases: &Cases) -> Pass<'_> {
    use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, HMAC_SHA512, Key, sign};
    let algorithm = match cases.algorithm {
        Algorithm::Sha1 => HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => HMAC_SHA256,
        Algorithm::Sha512 => HMAC_SHA512,
    };
    let kept: Vec<Key> = cases.keys.iter().map(|key| Key::new(algorithm, key.bytes())).collect();
    each_number(cases, move |user, step| truncate(sign(&kept[user], &step).as_ref()))
}

#[cfg(feature = "peers")]
fn aws_lc(cases: &Cases) -> Pass<'_> {
    use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, HMAC_SHA512, Key, sign};
    let algorithm = match cases.algorithm {
        Algorithm::Sha1 => HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => HMAC_SHA256,
        Algorithm::Sha512 => HMAC_SHA512,
    };
    let kept: Vec<Key> = cases.keys.iter().map(|key| Key::new(algorithm, key.bytes())).collect();
    each_number(cases, move |user, step| truncate(sign(&kept[user], &step).as_ref()))
}
