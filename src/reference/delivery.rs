//! The outgoing side: how a message leaves the server.

use crate::domain::{Mailbox, Message, PhoneNumber, Recipient, Secret, Soon};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::net::SocketAddr;
use std::time::Duration;

/// Takes messages away.
pub trait Courier: Send + Sync {
    /// Hands `message` to the service that delivers it.
    ///
    /// # Errors
    /// [`NotSent`] when that service did not take it.
    fn send<'a>(&'a self, message: &'a Message) -> Soon<'a, Result<(), NotSent>>;
}

/// Hands `message` over, and offers it once more if it was refused for now (RFC 5321 §4.5.4.1).
/// The person waits for it, so there is no third time.
pub(super) async fn offer(
    courier: &dyn Courier,
    message: &Message,
    retries: bool,
) -> Result<(), NotSent> {
    match courier.send(message).await {
        Err(refused) if refused.is_temporary() && retries => courier.send(message).await,
        outcome => outcome,
    }
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The HTTP request to the SMS provider failed.
    #[error("the SMS provider cannot be reached")]
    Sms(#[from] reqwest::Error),
    /// The SMS provider said no.
    #[error("the SMS provider answered with status {0}")]
    SmsRefused(u16),
    /// The mail cannot be written.
    #[error("the mail cannot be written")]
    Unwritable(#[from] lettre::error::Error),
    /// A header's name that is no name.
    #[error("a header of the mail cannot be used")]
    Header(#[from] lettre::message::header::InvalidHeaderName),
    /// An address that the mail library does not take.
    #[error("an address of the mail cannot be used")]
    Address(#[from] lettre::address::AddressError),
    /// The mail server said no or cannot be reached.
    #[error("the mail server did not take the mail")]
    Mail(#[from] lettre::transport::smtp::Error),
    /// The mail server may take the mail later.
    #[error("the mail server cannot take the mail now")]
    NotNow,
    /// The mail server was too slow.
    #[error("the mail server did not take the mail in time")]
    TooSlow,
}

impl NotSent {
    /// Whether the service said that it may take the message later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::NotNow)
    }
}

/// Where messages are handed over, and in whose name.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The base of the SMS provider's URLs, without a slash at the end.
    pub sms_url: String,
    /// The account id at the SMS provider.
    pub sms_account: String,
    /// The token that goes with the account.
    pub sms_token: Secret,
    /// Where mail is taken, in clear: loopback.
    pub smtp: SocketAddr,
    /// The number that SMS come from.
    pub sender_number: PhoneNumber,
    /// The mailbox that mails come from.
    pub sender_mailbox: Mailbox,
}

/// The courier that uses the network.
#[derive(Debug)]
pub struct Wire {
    settings: Settings,
    http: reqwest::Client,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
}

impl Wire {
    /// How long one hand-over may take. A person would give up earlier; but on a machine that is
    /// busy for seconds a test must not take its own gateway's slowness for a provider's refusal.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// A courier for `settings`.
    ///
    /// # Errors
    /// [`NotSent::Sms`] when no HTTP client can be made.
    pub fn new(settings: Settings) -> Result<Self, NotSent> {
        // Another part of the process may have named a provider before: then that one is used.
        let _already_named = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().no_proxy();
        // Reading the machine's certificates costs as much as a whole scenario, and a gateway on
        // loopback shows none.
        let is_plain = settings.sms_url.starts_with("http://");
        let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
        let http =
            builder.timeout(Self::PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        let smtp =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.smtp.ip().to_string())
                .port(settings.smtp.port())
                .hello_name(ClientId::Domain(settings.sender_mailbox.domain().to_owned()))
                .timeout(Some(Self::PATIENCE))
                .build();
        Ok(Self { settings, http, smtp })
    }

    async fn text(&self, number: &PhoneNumber, body: &str) -> Result<(), NotSent> {
        let Settings { sms_url, sms_account, sms_token, sender_number, .. } = &self.settings;
        let form = [("To", number.as_str()), ("From", sender_number.as_str()), ("Body", body)];
        let response = self
            .http
            .post(format!("{sms_url}/2010-04-01/Accounts/{sms_account}/Messages.json"))
            .basic_auth(sms_account, Some(sms_token.reveal()))
            .form(&form)
            .send()
            .await?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(NotSent::SmsRefused(status.as_u16())),
        }
    }

    async fn mail(&self, mailbox: &Mailbox, message: &Message) -> Result<(), NotSent> {
        let (envelope, mail) = written(&self.settings.sender_mailbox, mailbox, message)?;
        // The library's own timeout is for each command; this one is for the whole hand-over.
        match tokio::time::timeout(Self::PATIENCE, self.smtp.send_raw(&envelope, &mail)).await {
            Ok(Err(refused)) if refused.is_transient() => Err(NotSent::NotNow),
            Ok(taken) => taken.map(|_| ()).map_err(NotSent::from),
            Err(_) => Err(NotSent::TooSlow),
        }
    }
}

impl Courier for Wire {
    fn send<'a>(&'a self, message: &'a Message) -> Soon<'a, Result<(), NotSent>> {
        Box::pin(async move {
            match &message.to {
                Recipient::Phone(number) => self.text(number, &message.text).await,
                Recipient::Mailbox(mailbox) => self.mail(mailbox, message).await,
            }
        })
    }
}

/// The longest value of a header field that the library is asked to write.
const LONGEST_FIELD: usize = 900;

/// The mail as MIME: plain text first, then the same as HTML (RFC 2046 §5.1.4).
fn written(
    from: &Mailbox,
    to: &Mailbox,
    message: &Message,
) -> Result<(Envelope, Vec<u8>), NotSent> {
    let builder = lettre::Message::builder()
        .from(lettre::message::Mailbox::new(None, from.as_str().parse()?))
        .to(lettre::message::Mailbox::new(None, to.as_str().parse()?))
        .subject(message.subject.clone().unwrap_or_default());
    let part = |kind, text: &str| SinglePart::builder().content_type(kind).body(text.to_owned());
    let html = message.html.as_deref().unwrap_or_default();
    let html = part(ContentType::TEXT_HTML, html);
    let mut mail = if message.text.is_empty() {
        builder.singlepart(html)?
    } else {
        let parts = MultiPart::alternative().boundary(boundary(message));
        let text = part(ContentType::TEXT_PLAIN, &message.text);
        builder.multipart(parts.singlepart(text).singlepart(html))?
    };
    // Last, because the library dates a mail by the machine's clock if it finds no date it knows.
    let mut twice = String::new();
    let mut written = vec!["From"];
    for (name, value) in &message.headers {
        if written.contains(&name.as_str()) || value.len() > LONGEST_FIELD {
            // Only a defect asks for these; the library neither repeats nor leaves a field whole.
            twice.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
            continue;
        }
        written.push(name);
        let name = HeaderName::new_from_ascii(name.clone())?;
        mail.headers_mut().insert_raw(HeaderValue::new(name, value.clone()));
    }
    let mut bytes = twice.into_bytes();
    bytes.extend(mail.formatted());
    Ok((mail.envelope().clone(), bytes))
}

/// Taken from the id, it is as unique as that, and the same seed gives the same mail.
fn boundary(message: &Message) -> String {
    let id = message.headers.iter().find(|(name, _)| name == "Message-ID");
    let id = id.map_or("", |(_, value)| value.trim_start_matches('<'));
    format!("part-{}", id.split('@').next().unwrap_or_default())
}
