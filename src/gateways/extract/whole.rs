//! Finds what a figure can be part of: dates, times, amounts, numbers to dial, URLs.

use super::reason::Whole;
use super::words::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How many wholes of one kind are looked at in one text.
const WHOLE_LIMIT: usize = 256;

const MONTHS: &str = concat!(
    r"(?:jan|feb|fév|mar|mär|apr|avr|abr|may|mai|maj|maio|mayo|maggio|giu|gen|ene",
    r"|juin|juil|jun|jul|lug|ago|aug|aoû|sep|set|oct|okt|ott|out|nov|dec|dez|dic|déc|sty",
    r"|lut|kwi|cze",
    r"|lip|sie|wrz|paź|lis|gru|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|янв|фев|мар|апр|ма",
    r"|июн|июл|авг",
    r"|сен|окт|ноя|дек)\w*\.?",
);

const UNITS: &str = concat!(
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|sekunden?|minuten?|stunden?",
    r"|tagen?|secondes?|heures?|jours?|segundos?|minutos?|horas?|d[ií]as?|secondi|minuti",
    r"|ore|giorni",
    r"|seconden|uur|dagen|sekund\w*|minut\w*|godzin\w*|dni|saniye\w*|dakika\w*|saat\w*|gün\w*",
    r"|секунд\w*|минут\w*|час(?:а|ов)?|дн\w*)\b",
);

const UNITS_UNSPACED: &str = "(?:秒|分|時間|小时|小時|天|초|분|시간|دقيقة|دقائق|ثانية|ساعة)";

const NUMBER: &str = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3})+|[0-9]+)(?:[.,][0-9]{1,2})?";

const CURRENCIES: &str = concat!(
    r"(?:EUR|USD|GBP|CHF|PLN|TRY|RUB|JPY|CNY|KRW|SEK|NOK|DKK|BRL|TL|kr|zł",
    r"|euros?|dollars?|pounds?|руб\w*)\b",
);

static WHOLES: LazyLock<Vec<(Whole, Regex)>> = LazyLock::new(|| {
    let plain = |text: &str| pattern(&format!("(?i){text}"));
    let made = |text: String| plain(&text);
    vec![
        (Whole::Url, plain(r#"(?:https?://|www\.)[!-~&&[^<>"]]+"#)),
        (Whole::Url, plain(r#"(?:[a-z0-9-]+\.)+[a-z]{2,}/[!-~&&[^<>"]]*"#)),
        (Whole::Address, plain(r"[!-~&&[^<>@]]+@[!-~&&[^<>@]]+")),
        (Whole::Date, plain(r"\b(?:19|20)[0-9]{2}([-/.])[0-9]{1,2}[-/.][0-9]{1,2}\b")),
        (Whole::Date, plain(r"[0-9]{2,4} ?[年년]|[0-9]{1,2} ?[月월] ?[0-9]{1,2} ?[日일]")),
        (
            Whole::Date,
            made(format!(
                r"\b[0-9]{{1,2}}(?:st|nd|rd|th)?\.?(?: de| of)? ?{MONTHS}(?: de|,)? ?[0-9]{{4}}\b"
            )),
        ),
        (
            Whole::Date,
            made(format!(r"\b{MONTHS} (?:[0-9]{{1,2}}(?:st|nd|rd|th)?,? )?(?:19|20)[0-9]{{2}}\b")),
        ),
        (Whole::Time, plain(r"\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\b|\b[0-9]{1,2}h[0-9]{2}\b")),
        (Whole::Time, plain(r"\b[0-9]{1,2}[.]?[0-9]{2} ?(?:uhr|hrs|h|[ap]\.?m)\b")),
        (Whole::Duration, made(format!(r"\b[0-9]+[ -]?{UNITS}|[0-9]+ ?{UNITS_UNSPACED}"))),
        (Whole::Amount, made(format!(r"(?:[$€£¥₺₽₩]|\b{CURRENCIES}) ?{NUMBER}"))),
        (Whole::Amount, made(format!(r"\b{NUMBER} ?(?:[$€£¥₺₽₩円元원]|{CURRENCIES})"))),
        (Whole::Phone, plain(r"\+[0-9][0-9 ()./-]{5,}[0-9]")),
        (Whole::Phone, plain(r"\(?\b0[0-9]{1,4}\)?[ /-][0-9][0-9 /-]{4,}[0-9]")),
        (Whole::Phone, plain(r"\b(?:1[ -])?\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b")),
        (Whole::Decimal, plain(r"\b[0-9]+(?:[.,][0-9]+)+\b|\b[0-9]+(?:[.,][0-9]+)? ?%")),
        (Whole::Copyright, plain(r"(?:©|\(c\)|copyright) ?[0-9]{4}")),
    ]
});

/// Numeric dates, whose parts are checked: `48-29-13` is none.
static NUMERIC_DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]((?:19|20)?[0-9]{2})\b"));

/// All wholes of `text`; of several in one place, the more telling one comes first.
pub(super) fn wholes(text: &str) -> Vec<(Range<usize>, Whole)> {
    let matched = WHOLES.iter().flat_map(|(whole, pattern)| {
        pattern.find_iter(text).take(WHOLE_LIMIT).map(|found| (found.range(), *whole))
    });
    let dates = NUMERIC_DATE.captures_iter(text).take(WHOLE_LIMIT).filter_map(|parts| {
        let part = |index| parts.get(index).and_then(|text| text.as_str().parse().ok());
        let (first, second) = (part(1)?, part(2)?);
        let is_date = is_day_of_month(first, second) || is_day_of_month(second, first);
        is_date.then(|| parts.get(0).map(|whole| (whole.range(), Whole::Date))).flatten()
    });
    dates.chain(matched).collect()
}

fn is_day_of_month(day: u32, month: u32) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// Whether eight digits are a date such as `20301124` or `24112030`.
pub(super) fn is_compact_date(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|text| text.parse().ok());
    let (Some(first), Some(second), Some(third), Some(fourth)) =
        (part(0..2), part(2..4), part(4..6), part(6..8))
    else {
        return false;
    };
    let is_century = |digits: u32| matches!(digits, 19 | 20);
    digits.len() == 8
        && ((is_century(first) && is_day_of_month(fourth, third))
            || (is_century(third) && is_day_of_month(first, second)))
}
