//! The words that stand around a code, and around what is no code, in fourteen languages.

use regex::Regex;
use std::sync::LazyLock;

/// Compiles a pattern of this folder.
#[allow(clippy::expect_used, reason = "constant patterns: every test would fail on a broken one")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern compiles")
}

fn any_of(before: &str, words: &[&str], after: &str) -> Regex {
    pattern(&format!("(?i){before}(?:{}){after}", words.join("|")))
}

/// Words that name a code.
const NAMES: &[&str] = &[
    // Latin script: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish.
    r"\b(?:\w*code|codes|otp|pins?|tans?|passcode|token|password|passwort|kennwort)\b",
    r"\b\w+(?:passwort|kennwort|tan|pin)\b",
    r"\bmot de passe\b|\bnip\b",
    r"\bc[oó]digo\b|\bclave\b|\bcontraseña\b|\bcodice\b|\bsenha\b|\bpalavra-passe\b",
    r"\bwachtwoord\b|\bhas[łl]o\b|\bkod(?:u|em|ów|unuz|unu|umuz)?\b|\b[şs]ifre\w*|\bparola\w*",
    // Cyrillic.
    r"\bкод(?:а|ом|у)?\b|\bпароль\b|\bпин(?:-код)?\b",
    // Japanese, Chinese, Korean, Arabic: no spaces between words, so no boundaries.
    r"コード|認証番号|確認番号|暗証番号|ワンタイムパスワード|パスワード",
    r"验证码|驗證碼|校验码|校驗碼|动态码|動態密碼|动态密码|认证码|認證碼|确认码|代码|密码|密碼",
    r"인증\s?번호|인증\s?코드|확인\s?코드|비밀번호|코드",
    r"رمز|كود|رقم التحقق|كلمة المرور",
];

/// Words that say what a code is for, where no word names it.
const PURPOSES: &[&str] = &[
    r"\bsign(?:ing)?[ -]?in\b|\blog(?:ging)?[ -]?(?:in|on)\b|\bverif(?:y|ication)\b",
    r"\bconfirm\w*|\bauthenticat\w*|\banmeld\w*|\bbestätig\w*|\bse connecter\b|\bconnexion\b",
    r"\biniciar sesión\b|\bacceder\b|\baccedere\b|\baccesso\b|\bentrar\b|\binloggen\b",
    r"\bzalogowa\w*|\blogowani\w*|\bgiriş\b|\bdoğrula\w*|\bвойти\b|\bвхода?\b",
    r"ログイン|認証|登录|登錄|登入|로그인|인증|تسجيل الدخول|التحقق",
];

/// Words that make another thing of a following `code`, or of a compound that ends in it.
const OTHER_CODES: &[&str] = &[
    r"\b(?:promo(?:tion(?:al)?)?|discount|voucher|coupon|referral|gift|zip|postal|country|area)",
    r"\b(?:error|bar|qr|dress|source|sort|fault|status|swift|bic|colou?r|product|item)",
    r"\b(?:gutschein|rabatt|aktions|post|fehler|vorwahl|länder|quell|artikel)",
    r"\b(?:kortings|promotie|streep)",
];

/// The same where the qualifying word follows: `code promo`, `código postal`.
const OTHER_CODES_AFTER: &[&str] = &[
    r"(?:promo\w*|postal\w*|de réduction|de parrainage|barre|d'erreur|erreur|de descuento)",
    r"(?:de error|promozionale|sconto|fiscale|di errore|de desconto|pocztowy|rabatowy|błędu)",
    r"(?:ошибки|скидки)",
];

/// Words before a number that is a reference, not a code.
const REFERENCES: &[&str] = &[
    r"\b(?:order|invoice|ref|reference|ticket|case|booking|reservation|customer|client|account)",
    r"\b(?:acct|transaction|txn|parcel|shipment|tracking|policy|contract|iban|card|flight|room)",
    r"\b(?:member(?:ship)?|request|job|build|serial|meter|suite|box|apt|floor|version|issue)",
    r"\b(?:bestell|auftrags|rechnungs|kunden|vertrags|sendungs|konto|vorgangs|buchungs|karten)",
    r"\b(?:bestellung|auftrag|rechnung|vertrag|sendung|konto|vorgang|ticket|karte|paket)",
    r"\b(?:commande|facture|référence|réf|dossier|compte|colis|billet|réservation|contrat)",
    r"\b(?:pedido|factura|referencia|cuenta|reserva|envío|tarjeta|expediente)",
    r"\b(?:ordine|fattura|riferimento|conto|prenotazione|pratica|spedizione|carta)",
    r"\b(?:encomenda|fatura|referência|conta|pedido|cartão)",
    r"\b(?:bestelling|bestel|order|factuur|klant|rekening|zending|kaart)",
    r"\b(?:zamówieni[ea]|faktur[ay]|konta|przesyłk[ai]|zgłoszeni[ea]|rezerwacj[ai])",
    r"\b(?:sipariş|fatura|hesap|kargo|başvuru|rezervasyon)",
    r"\b(?:заказ[а]?|сч[её]т[а]?|договор[а]?|отправлени[ея]|заявк[аи]|карт[аыу])",
    r"(?:注文番号|お客様番号|会員番号|予約番号|受付番号|订单号?|訂單|快递单号|运单|尾号|尾號|卡号)",
    r"(?:주문\s?번호|운송장|고객\s?번호|예약\s?번호|الطلب|طلب|فاتورة|حساب)",
];

/// What may stand between such a word and its number.
const REFERENCE_LINK: &str = "s?nummer|s?nr|numaras[ıi]|number|num|no|id|n[°º]|numéro|número\
    |numero|numer|номер|編號|编号|رقم|#|№";

/// Words before a number that is dialled or texted to.
const CALLS: &[&str] = &[
    r"\b(?:call|phone|tel|telephone|dial|fax|hotline|helpline|text|sms|whatsapp|mobile|contact)",
    r"\b(?:anrufen|telefon|rufnummer|ruf|hotline|appelez|téléphone|tél|llame al?|teléfono)",
    r"\b(?:chiama(?:re|te)?|telefono|ligue|telefone|bel|zadzwoń|arayın|звоните|тел|телефон)",
    r"(?:電話|お電話|电话|電話番号|请拨打|전화|اتصل)",
];

pub(super) static NAME: LazyLock<Regex> = LazyLock::new(|| any_of("", NAMES, ""));
pub(super) static PURPOSE: LazyLock<Regex> = LazyLock::new(|| any_of("", PURPOSES, ""));
/// Matches at the end of what stands before `code`.
pub(super) static OTHER_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| any_of("", OTHER_CODES, r"[ -]?(?:\w{0,10})$"));
/// Matches at the start of what stands after `code`.
pub(super) static OTHER_AFTER: LazyLock<Regex> =
    LazyLock::new(|| any_of("^ ", OTHER_CODES_AFTER, ""));
/// Matches at the end of what stands before a number.
pub(super) static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let link = format!(r"(?:[\W_&&[^#№\n]]{{0,3}}(?<link>{REFERENCE_LINK})\.?)?");
    any_of("", REFERENCES, &format!(r"{link}(?: (?:is|lautet|ist|est|es|è))?[^\w\n]{{0,3}}\n?$"))
});
/// Matches at the start of what stands after a number.
pub(super) static REFERENCE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    let is_your = r"^ (?:is|ist|est|es|è)? ?(?:your|ihre?|votre|su|tu|il tuo|il suo)? ?";
    let things = "(?:order|ticket|case|booking|tracking|reference|invoice|bestell|auftrags|kunden\
        |rechnungs|numéro de (?:commande|dossier))";
    pattern(&format!("(?i){is_your}{things}"))
});
/// Matches at the end of what stands before a number.
pub(super) static CALL: LazyLock<Regex> = LazyLock::new(|| {
    let to = r"(?: (?:us|uns|nous|at|on|to|unter|au|al|stop to|now))*";
    any_of("", CALLS, &format!(r"[\w.]{{0,3}}{to}[\s:.()+]{{0,3}}$"))
});
