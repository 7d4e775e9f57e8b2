//! Why a figure is, or is not, the code: each reason with its weight and its sentence.

use std::fmt;

/// One reason for or against a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The last line binds it to a host.
    OriginBound(String),
    /// It is the whole text of an HTML element.
    OwnElement,
    /// It is a whole line.
    OwnLine,
    /// This word names a code and leads straight to it.
    Introduced(String),
    /// This word names a code and stands near.
    Near(String),
    /// This word names a code and stands a little way off, or in the next sentence.
    Far(String),
    /// It is followed by words like "is your" and this word, which names a code.
    Named(String),
    /// This word says what a code is for.
    Purpose(String),
    /// So many characters are usual for a code.
    UsualLength(usize),
    /// It has a letter and a hyphen in front, as some senders write codes.
    Prefixed,
    /// Nothing else in the message could be a code.
    OnlyFigure,
    /// It occurs more than once.
    Repeated,
    /// Too few characters for a code.
    TooShort(usize),
    /// Too many characters for a code.
    TooLong(usize),
    /// It has letters, and no word leads straight to it.
    NotIntroduced,
    /// It could be a year.
    Year,
    /// It could be a date without separators.
    CompactDate,
    /// It is part of something else.
    Part(Whole),
    /// This word before or after it makes it a reference.
    Reference(String),
    /// This word makes another kind of code of it, such as a voucher.
    OtherCode(String),
    /// It is dialled.
    Dialled(String),
    /// It is what a mask leaves of a longer number.
    Masked,
}

/// What a figure can be part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// A URL.
    Url,
    /// A mail address or a host name.
    Address,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A duration.
    Duration,
    /// An amount of money.
    Amount,
    /// A telephone number.
    Phone,
    /// An IP address, a version or a decimal number.
    Decimal,
    /// A card, account or other long number.
    LongNumber,
    /// A copyright notice.
    Copyright,
}

impl Reason {
    /// What this reason adds to the score. Only the order that the sums give matters: a word that
    /// leads to a figure outweighs its looks, and being part of something else outweighs both.
    #[must_use]
    pub fn weight(&self) -> i32 {
        match self {
            Self::OriginBound(_) => 200,
            Self::Introduced(_) => 60,
            Self::Named(_) => 50,
            Self::Near(_) => 40,
            Self::OwnElement => 30,
            Self::OwnLine => 25,
            Self::Far(_) | Self::Purpose(_) => 20,
            Self::OnlyFigure => 15,
            Self::UsualLength(6) => 10,
            Self::UsualLength(8) => 6,
            Self::UsualLength(_) => 4,
            Self::Prefixed | Self::Repeated => 5,
            Self::Year => -20,
            Self::CompactDate => -25,
            Self::NotIntroduced => -90,
            Self::Reference(_) | Self::Dialled(_) | Self::OtherCode(_) | Self::Masked => -100,
            Self::TooShort(_) | Self::TooLong(_) | Self::Part(_) => -200,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OriginBound(host) => write!(f, "the last line binds it to {host}"),
            Self::OwnElement => f.write_str("an HTML element holds nothing else"),
            Self::OwnLine => f.write_str("it stands alone on its line"),
            Self::Introduced(word) => write!(f, "`{word}` leads straight to it"),
            Self::Near(word) => write!(f, "`{word}` stands near"),
            Self::Far(word) => write!(f, "`{word}` stands a little way off"),
            Self::Named(word) => write!(f, "it is called `{word}` right after"),
            Self::Purpose(word) => write!(f, "`{word}` says what it is for"),
            Self::UsualLength(length) => write!(f, "{length} characters are usual"),
            Self::Prefixed => f.write_str("a letter and a hyphen stand in front"),
            Self::OnlyFigure => f.write_str("nothing else could be a code"),
            Self::Repeated => f.write_str("it occurs more than once"),
            Self::TooShort(length) => write!(f, "{length} characters are too few"),
            Self::TooLong(length) => write!(f, "{length} characters are too many"),
            Self::NotIntroduced => f.write_str("it has letters and no word leads to it"),
            Self::Year => f.write_str("it could be a year"),
            Self::CompactDate => f.write_str("it could be a date"),
            Self::Part(whole) => write!(f, "it is part of {whole}"),
            Self::Reference(word) => write!(f, "`{word}` makes it a reference"),
            Self::OtherCode(word) => write!(f, "`{word}` makes it another kind of code"),
            Self::Dialled(word) => write!(f, "`{word}` makes it a number to dial"),
            Self::Masked => f.write_str("it is the end of a masked number"),
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "a URL",
            Self::Address => "a mail address or host name",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Duration => "a duration",
            Self::Amount => "an amount",
            Self::Phone => "a telephone number",
            Self::Decimal => "an address, version or decimal number",
            Self::LongNumber => "a longer number",
            Self::Copyright => "a copyright notice",
        })
    }
}
