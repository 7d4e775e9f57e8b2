//! The extractor against messages in many languages, with their traps, and against chance.

use fobwatch::domain::{Message, PhoneNumber, Recipient};
use fobwatch::gateways::extract::{Reason, Whole, find_code, otc};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    subject: Option<String>,
    text: String,
    html: Option<String>,
    code: Option<String>,
}

fn message(subject: Option<String>, text: &str, html: Option<String>) -> Message {
    Message {
        to: Recipient::Phone(PhoneNumber::fictional(0)),
        from: "Example".to_owned(),
        subject,
        text: text.to_owned(),
        html,
        headers: Vec::new(),
    }
}

fn code_of(text: &str) -> Option<String> {
    find_code(&message(None, text, None)).chosen.map(|chosen| chosen.code)
}

#[test]
fn every_message_yields_the_code_that_a_person_would_type() {
    let cases: Vec<Case> = serde_yaml::from_str(include_str!("../../fixtures/extraction.yaml"))
        .expect("the fixture parses");
    assert!(cases.len() >= 60, "only {} messages", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let found = find_code(&message(case.subject, &case.text, case.html));
        let code = found.chosen.as_ref().map(|chosen| chosen.code.clone());
        if code != case.code {
            wrong.push(format!("{}: expected {:?}\n{found}", case.name, case.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[derive(Deserialize)]
struct SmsFormats {
    otc: Vec<OriginCase>,
}

#[derive(Deserialize)]
struct OriginCase {
    message: String,
    parsed: Option<OriginParts>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct OriginParts {
    top: String,
    code: String,
    embedded: Option<String>,
}

#[test]
fn an_origin_bound_last_line_is_read_by_the_steps_of_its_specification() {
    let formats: SmsFormats =
        serde_json::from_str(include_str!("../../fixtures/vectors/sms_formats.json"))
            .expect("the vectors parse");
    assert_eq!(formats.otc.len(), 18);
    for case in formats.otc {
        let parsed = otc::parse(&case.message);
        let parts =
            parsed.map(|it| OriginParts { top: it.top, code: it.code, embedded: it.embedded });
        assert_eq!(parts, case.parsed, "{:?}", case.message);
    }
}

#[test]
fn a_host_that_is_no_origin_binds_nothing() {
    for line in ["@exa mple #1", "@example.com/path #1", "@user@example.com #1", "@[::x] #1"] {
        assert_eq!(otc::parse(line), None, "{line}");
    }
}

#[test]
fn what_was_passed_over_is_explained() {
    let text = "Order 771122 of 24.11.2030: your code is 482 913. Call 0800 496 0123.";
    let found = find_code(&message(None, text, None));
    let chosen = found.chosen.as_ref().expect("a code");
    assert_eq!((chosen.code.as_str(), chosen.raw.as_str()), ("482913", "482 913"));
    assert!(chosen.why.contains(&Reason::Introduced("code".to_owned())), "{found}");
    let why = |code: &str| {
        let candidate = found.candidates.iter().find(|known| known.code == code);
        candidate.map(|known| known.why.clone()).unwrap_or_default()
    };
    assert!(why("771122").contains(&Reason::Reference("Order".to_owned())), "{found}");
    assert!(why("2030").contains(&Reason::Part(Whole::Date)), "{found}");
    assert!(found.to_string().contains("passed over `771122`"), "{found}");
}

#[test]
fn a_message_without_a_code_names_its_near_misses() {
    let found = find_code(&message(None, "Your order 482913 was shipped.", None));
    assert_eq!(found.chosen, None);
    let told = found.to_string();
    assert!(told.starts_with("no figure is likely enough"), "{told}");
    assert!(told.contains("`482913`") && told.contains("`order` makes it a reference"), "{told}");
}

#[test]
fn a_long_message_is_searched_within_its_bounds() {
    let long = format!("Your code is 482913. {}", "9 8".repeat(200_000));
    assert_eq!(code_of(&long).as_deref(), Some("482913"));
}

const TEMPLATES: [&str; 8] = [
    "Your code is {}. It expires in 10 minutes.",
    "{} is your Example verification code",
    "Paying 1250.00 EUR on 24.11.2030, card ****4829. TAN: {}",
    "Ihr Bestätigungscode lautet {}",
    "Votre code : {}. Commande n° 771122",
    "您的验证码是{}，5分钟内有效",
    "인증번호 [{}]를 입력하세요",
    "Hello Ada,\n\nplease enter\n\n{}\n\nto sign in. © 2030 Example",
];

proptest! {
    #[test]
    fn no_text_makes_it_panic(subject in ".{0,40}", text in "(?s).{0,300}", html in "(?s).{0,200}") {
        let found = find_code(&message(Some(subject), &text, Some(html)));
        prop_assert!(found.to_string().len() < 1_000_000);
    }

    #[test]
    fn no_text_like_a_code_message_makes_it_panic(
        text in "([0-9]{1,9}|[ .:#@*€+-]|code|EUR|order|<b>|&#x|\n|١|５|é|码){0,40}"
    ) {
        let found = find_code(&message(None, &text, Some(text.clone())));
        let best = found.candidates.iter().map(|known| known.score).max();
        prop_assert!(found.chosen.is_none_or(|chosen| Some(chosen.score) == best));
    }

    #[test]
    fn a_six_digit_code_is_found_in_every_template(
        code in "[0-9]{6}", split in any::<bool>(), index in 0..TEMPLATES.len()
    ) {
        let written = if split { format!("{} {}", &code[..3], &code[3..]) } else { code.clone() };
        let text = TEMPLATES[index].replace("{}", &written);
        prop_assert_eq!(code_of(&text), Some(code), "{}", text);
    }

    #[test]
    fn a_code_of_letters_and_digits_in_two_groups_is_found(
        code in "[ACDEFGHJKLMNPQRTUVWXY3479]{4}-[ACDEFGHJKLMNPQRTUVWXY3479]{4}", by_mail in any::<bool>()
    ) {
        let lead = format!("{code} is your sign-in PIN for Example Signing.");
        let rest = if by_mail { "\n\nIt can be used once, for 5 minutes." } else { " Used once." };
        let found = code_of(&format!("{lead}{rest}"));
        let is_number = code.bytes().all(|byte| !byte.is_ascii_alphabetic());
        let expected = if is_number { code.replace('-', "") } else { code.clone() };
        prop_assert_eq!(found, Some(expected), "{}", lead);
    }
}
