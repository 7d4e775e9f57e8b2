//! `fobwatch adapter try`: operations of a map by hand, with all that passes on the way.

mod lines;
mod shown;

use crate::adapters::map::{MapHost, Trace};
use crate::adapters::{Connection, Host, Stage};
use crate::cli::{Exit, Stopped, print};
use crate::domain::operation::OperationKind;
use crate::domain::persona::MobileOnFile;
use crate::domain::{
    Chance, Clock, Declared, Entered, Moment, Operation, Persona, Picture, Recipient, Reply,
    Secret, VirtualClock,
};
use crate::gateways::extract;
use crate::gateways::inbox::Inbox;
use crate::otp::{KeyUri, Kind, Totp};
use crate::tokens::camera;
use lines::Line;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const NOTES: &str = "\
The person is invented and the same for the same --seed; SMS and mail for them come to gateways that
are open while this runs, and are shown. A server that `launch` describes is started and ended.

After an operation stand its values, as NAME=VALUE; several operations are separated by `+`. What is
not given is taken from the person. `code` without a value is the newest code in their messages, or,
for confirm_enrolment, the present code of the key in the last activation; `code=@message` and
`code=@token` say which.

Examples:
  fobwatch adapter try adapter.yaml sign_in user=ada password=secret
  fobwatch adapter try adapter.yaml provision + sign_in + submit_code + probe
  fobwatch adapter try adapter.yaml provision + sign_in + submit_code \\
      + begin_enrolment token=authenticator + confirm_enrolment

Exit codes: 0 every answer has a meaning, 2 one has none or there was none, 4 the server cannot be
reached or started, 65 the map does not load.";

/// A message that was handed over arrives in far less.
const POST_PATIENCE: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(super) struct Arguments {
    /// The map
    file: PathBuf,
    /// OPERATION [NAME=VALUE ...] [+ OPERATION ...]
    #[arg(required = true, trailing_var_arg = true, value_name = "OPERATION")]
    words: Vec<String>,
    /// Which person is invented
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The person has no mobile number
    #[arg(long)]
    no_mobile: bool,
    /// The browser session that asks
    #[arg(long, default_value = "main")]
    session: String,
    /// Where the SMS gateway listens, for a server that is told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: std::net::SocketAddr,
    /// Where the mail gateway listens, for a server that is told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: std::net::SocketAddr,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let lines = lines::lines(&arguments.words)
        .map_err(|why| Stopped::new(Exit::Usage, format!("error: {why}")))?;
    let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
    let account = crate::cli::run::account();
    let (sms, smtp) = (arguments.sms, arguments.smtp);
    let gateways = crate::cli::gateways::open(&inbox, sms, smtp, account).await?;
    let endpoints = crate::cli::gateways::endpoints(&gateways);
    let rehearsing = async {
        let host = MapHost::open(&arguments.file, Some(&endpoints)).await;
        let host = host.map_err(|error| crate::cli::run::unreachable(&error))?;
        let stage = Stage {
            scenario: "try".to_owned(),
            number: 0,
            seed: arguments.seed,
            clock: host.clock(),
            gateways: endpoints.clone(),
            settings: Declared::default(),
        };
        let (connection, trace) = host.connect_traced(&stage);
        let mut rehearsal = Rehearsal::new(&arguments, inbox, stage.clock, connection, trace);
        let ended = rehearsal.play(&lines, &host).await;
        host.close().await;
        ended
    };
    let ended = crate::cli::unless_interrupted(rehearsing).await;
    gateways.close().await;
    ended
}

/// Operations under way.
struct Rehearsal {
    person: Persona,
    session: String,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    connection: Connection,
    trace: Arc<Trace>,
    /// How many messages have been shown, for each recipient.
    shown: BTreeMap<Recipient, usize>,
    /// The newest code in a message.
    code: Option<Secret>,
    /// The key of the last activation.
    key: Option<KeyUri>,
}

impl Rehearsal {
    fn new(
        arguments: &Arguments,
        inbox: Arc<Inbox>,
        clock: Arc<dyn Clock>,
        connection: Connection,
        trace: Arc<Trace>,
    ) -> Self {
        let mobile = if arguments.no_mobile { MobileOnFile::NotGiven } else { MobileOnFile::Given };
        let mut chance = Chance::seeded(arguments.seed, "try");
        let person = Persona::invent("ada", mobile, 0, &mut chance);
        for recipient in person.recipients() {
            inbox.open(recipient, Arc::clone(&clock));
        }
        let session = arguments.session.clone();
        let shown = BTreeMap::new();
        Self { person, session, inbox, clock, connection, trace, shown, code: None, key: None }
    }

    async fn play(&mut self, lines: &[Line], host: &MapHost) -> Result<Exit, Stopped> {
        for line in lines {
            let operation = self
                .operation(line)
                .await
                .map_err(|why| Stopped::new(Exit::Usage, format!("error: {}: {why}", line.kind)))?;
            print(&format!("== {}\n", line.kind));
            let asked = self.connection.subject.ask(&self.session, &operation).await;
            for seen in self.trace.take() {
                print(&host.without_secrets(shown::seen(&seen)));
            }
            self.post();
            match asked {
                Ok(answer) => {
                    print(&format!("= {}\n\n", shown::reply(&answer.reply)));
                    self.learn(&answer.reply);
                }
                Err(error) => {
                    print("\n");
                    let message = format!("{}: {error}", line.kind);
                    return Err(Stopped::new(Exit::Inconclusive, message));
                }
            }
        }
        Ok(Exit::Conformant)
    }

    /// Keeps what later operations may need.
    fn learn(&mut self, reply: &Reply) {
        let Reply::Activation(activation) = reply else { return };
        let from_link = activation.link.as_ref().map(|link| link.reveal().to_owned());
        let from_qr = || activation.qr.as_ref().and_then(|qr: &Picture| camera::read(qr).ok());
        let text = from_link.filter(|link| link.starts_with("otpauth:")).or_else(from_qr);
        self.key = text.and_then(|text| KeyUri::parse(&text).ok()).map(|(key, _)| key);
    }

    /// Shows the messages that have come, and keeps the newest code.
    fn post(&mut self) {
        for recipient in self.person.recipients().collect::<Vec<_>>() {
            let shown = self.shown.entry(recipient.clone()).or_default();
            for arrival in self.inbox.arrived(&recipient, *shown) {
                *shown += 1;
                let found = extract::find_code(&arrival.message).chosen;
                print(&shown::message(&arrival.message, found.as_ref()));
                if let Some(found) = found {
                    self.code = Some(Secret::new(found.code.clone()));
                }
            }
        }
    }

    async fn operation(&mut self, line: &Line) -> Result<Operation, String> {
        let user = line.given("user").unwrap_or(&self.person.user).to_owned();
        Ok(match line.kind {
            OperationKind::Provision => Operation::Provision(Box::new(self.person.clone())),
            OperationKind::SignIn => {
                let password = line.given("password").map(Secret::from);
                let password = password.unwrap_or_else(|| self.person.password.clone());
                Operation::SignIn { user, password }
            }
            OperationKind::ChooseChannel => {
                Operation::ChooseChannel { channel: line.word("channel")? }
            }
            OperationKind::SubmitCode => {
                Operation::SubmitCode { code: Entered::Text(self.code(line, "@message").await?) }
            }
            OperationKind::SubmitRegistrationCode => {
                let code = Secret::from(line.needed("code")?);
                Operation::SubmitRegistrationCode { code }
            }
            OperationKind::ConfirmEnrolment if line.given("code").is_none() => {
                Operation::ConfirmEnrolment { code: self.token_code().ok() }
            }
            OperationKind::ConfirmEnrolment => {
                Operation::ConfirmEnrolment { code: Some(self.code(line, "@token").await?) }
            }
            OperationKind::BeginEnrolment => {
                Operation::BeginEnrolment { token: line.word("token")? }
            }
            OperationKind::CreateCertificate => {
                Operation::CreateCertificate { csr_pem: line.given("csr").map(str::to_owned) }
            }
            OperationKind::RevokeToken => {
                Operation::RevokeToken { token: line.needed("token")?.to_owned() }
            }
            OperationKind::Unlock => Operation::Unlock { user },
            OperationKind::ResetFactors => Operation::ResetFactors { user },
            OperationKind::Resynchronise => Operation::Resynchronise {
                first: Secret::from(line.needed("first")?),
                second: Secret::from(line.needed("second")?),
            },
            OperationKind::AdvanceClock => {
                let text = line.needed("seconds")?;
                let seconds = text.parse().map_err(|_| format!("`{text}` is no number"))?;
                Operation::AdvanceClock { by: Duration::from_secs(seconds) }
            }
            OperationKind::ResendCode => Operation::ResendCode,
            OperationKind::RequestPush => Operation::RequestPush,
            OperationKind::AwaitPush => Operation::AwaitPush,
            OperationKind::Probe => Operation::Probe,
            OperationKind::ListTokens => Operation::ListTokens,
            OperationKind::Cancel => Operation::Cancel,
            OperationKind::SignOut => Operation::SignOut,
        })
    }

    /// The code that is written, or that `usual` stands for.
    async fn code(&mut self, line: &Line, usual: &str) -> Result<Secret, String> {
        match line.given("code").unwrap_or(usual) {
            "@message" => self.message_code().await,
            "@token" => self.token_code(),
            written => Ok(Secret::from(written)),
        }
    }

    async fn message_code(&mut self) -> Result<Secret, String> {
        if self.code.is_none() {
            // Whether it has arrived is seen at once.
            let _ = timeout(POST_PATIENCE, self.arrival()).await;
            self.post();
        }
        let nothing = || "no message with a code has come; write code=VALUE".to_owned();
        self.code.clone().ok_or_else(nothing)
    }

    /// Completes when there is a message that was not yet shown.
    async fn arrival(&self) {
        let recipients: Vec<Recipient> = self.person.recipients().collect();
        let all = recipients.iter().map(|recipient| {
            let shown = self.shown.get(recipient).copied().unwrap_or_default();
            Box::pin(self.inbox.wait_beyond(recipient, shown))
        });
        futures_util::future::select_all(all).await;
    }

    fn token_code(&self) -> Result<Secret, String> {
        let Some(key) = &self.key else {
            return Err("no activation with a key URI has come; write code=VALUE".to_owned());
        };
        let Kind::Totp { period } = key.kind else {
            return Err("the key is counter-based; write code=VALUE".to_owned());
        };
        let totp = Totp::new(&key.key, key.algorithm, key.digits, period);
        Ok(totp.code_at(self.clock.now()).to_secret())
    }
}
