//! Rounds written out one after the other, so that each knows its number when it is compiled.

/// Repeats `$body` for every number listed, as the constant `$round`.
macro_rules! each {
    ($round:ident in [$($number:literal)*] $body:block) => {
        $({
            const $round: usize = $number;
            $body
        })*
    };
}

/// Rounds 0 to 63.
macro_rules! each_of_64 {
    ($round:ident $body:block) => {
        $crate::otp::lanes::unroll::each!($round in [
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60
            61 62 63
        ] $body);
    };
}

/// Rounds 0 to 79.
macro_rules! each_of_80 {
    ($round:ident $body:block) => {
        $crate::otp::lanes::unroll::each_of_64!($round $body);
        $crate::otp::lanes::unroll::each!($round in [
            64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79
        ] $body);
    };
}

pub(super) use {each, each_of_64, each_of_80};
