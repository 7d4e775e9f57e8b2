//! `fobwatch gateways`: stands them up, prints their addresses, and follows messages.

use super::{Exit, Stopped};
use crate::adapters::{Detour, Endpoints};
use crate::domain::{Clock, Moment, Soon, WallClock};
use crate::gateways::Account;
use crate::gateways::email::smtp;
use crate::gateways::extract;
use crate::gateways::inbox::{Arrival, Inbox, News};
use crate::gateways::listen::{Gateways, Settings};
use crate::gateways::vendor;
use crate::gateways::window::Window;
use crate::report::terminal;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where the SMS gateway listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: SocketAddr,
    /// Where the mail gateway listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: SocketAddr,
    /// Where the same listens over TLS; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    https: SocketAddr,
    /// Where the proxy listens that leads there from the provider's own name; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    proxy: SocketAddr,
    /// Print only lines for a shell, which lead what it starts through the proxy; the rest goes to
    /// standard error
    #[arg(long)]
    env: bool,
    /// Let test suites read what has arrived: GET /fobwatch/messages?to=ADDRESS at the SMS gateway
    #[arg(long)]
    window: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock::new(nap));
    let inbox = Inbox::new(Arc::clone(&clock));
    let account = super::run::account();
    let window = if arguments.window { Window::Open } else { Window::Closed };
    let (https, proxy) = (arguments.https, arguments.proxy);
    let usual = settings(arguments.sms, arguments.smtp, account);
    let settings = Settings { https, proxy, window, ..usual };
    let gateways = listen(settings, &inbox).await?;
    let endpoints = endpoints(&gateways);
    let say = if arguments.env { super::print_aside } else { super::print };
    if arguments.env {
        super::print(&exports(&endpoints));
    }
    say(&introduction(&endpoints));
    let mut follower = inbox.follow();
    let mut tries = gateways.elsewhere().follow();
    let mut told = BTreeSet::new();
    // One for the whole loop: a new one each time would miss what comes while something is shown.
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            news = follower.next() => match news {
                Some(News::Arrived(arrival)) => say(&described(&arrival)),
                Some(News::Missed(count)) => {
                    say(&format!("({count} messages came faster than they were shown)\n"));
                }
                None => break,
            },
            Ok(()) = tries.changed() => {
                let hosts = tries.borrow_and_update().clone();
                for host in hosts.into_keys().filter(|host| told.insert(host.clone())) {
                    say(&format!("{host} was asked for, and refused: no gateway stands for it\n\n"));
                }
            }
            _ = interrupted.as_mut() => break,
        }
    }
    tell_elsewhere(&gateways);
    gateways.close().await;
    Ok(Exit::Conformant)
}

fn introduction(endpoints: &Endpoints) -> String {
    let Endpoints { sms_url, sms_account, sms_token, smtp, detour } = endpoints;
    let text = format!(
        "SMS   {sms_url}   Twilio's Messages API; account {sms_account}, token {}\n\
         mail  {smtp}   SMTP, no TLS, any or no login\n",
        sms_token.reveal()
    );
    let around = detour.as_ref().map(|Detour { proxy_url, https_url, ca_file }| {
        let hosts: Vec<&str> = vendor::patterns().collect();
        format!(
            "proxy {proxy_url}   for programs that know only {}: HTTPS_PROXY, or see --env\n\
             TLS   {https_url}   the SMS gateway again; both are certified by\n      {}\n",
            hosts.join(", "),
            ca_file.display()
        )
    });
    text + &around.unwrap_or_default()
        + "Only numbers reserved for fiction and reserved mail domains are taken.\n\
            Press Ctrl-C to end.\n\n"
}

/// Lines for a shell: what leads a program to the proxy, and what a test configuration may refer to.
fn exports(endpoints: &Endpoints) -> String {
    let mut pairs = vec![
        ("FOBWATCH_SMS_URL", endpoints.sms_url.clone()),
        ("FOBWATCH_SMS_ACCOUNT", endpoints.sms_account.clone()),
        ("FOBWATCH_SMS_TOKEN", endpoints.sms_token.reveal().to_owned()),
        ("FOBWATCH_SMTP", endpoints.smtp.to_string()),
    ];
    pairs.extend(endpoints.detour.iter().flat_map(Detour::environment));
    let line = |(name, value): (&str, String)| {
        // In single quotes a shell leaves everything as it is but a single quote.
        format!("export {name}='{}'\n", value.replace('\'', "'\\''"))
    };
    pairs.into_iter().map(line).collect()
}

fn described(arrival: &Arrival) -> String {
    let message = &arrival.message;
    let found = extract::find_code(message).chosen;
    let code = found.map_or("no code".to_owned(), |found| {
        let why: Vec<String> = found.why.iter().map(ToString::to_string).collect();
        format!("code {} ({})", found.code, why.join("; "))
    });
    let subject = message.subject.as_deref().map(|text| format!("\n  {text}"));
    let body = message.text.trim().replace('\n', "\n  ");
    format!(
        "{} {} to {} from {}: {code}{}\n  {body}\n\n",
        arrival.at,
        message.channel(),
        message.to,
        message.from,
        subject.unwrap_or_default()
    )
}

/// Says which hosts were tried through the `gateways` and refused, if any.
pub(super) fn tell_elsewhere(gateways: &Gateways) {
    super::print_aside(&terminal::elsewhere(&gateways.elsewhere().tried()));
}

/// A server that does not come up may have missed a host that the proxy refused: then that is said
/// beside what it said itself.
pub(super) fn blamed_on<T>(gateways: &Gateways, outcome: Result<T, Stopped>) -> Result<T, Stopped> {
    if outcome.is_err() {
        tell_elsewhere(gateways);
    }
    outcome
}

/// A clock that stands for one that is not known yet: gateways open before the subject is reached,
/// because it is told of them, and they keep its time.
#[derive(Default)]
pub(super) struct Promised(OnceLock<Arc<dyn Clock>>);

impl Promised {
    /// From now on it is `clock`. Only the first call counts.
    pub(super) fn keep(&self, clock: &Arc<dyn Clock>) {
        let _ = self.0.set(Arc::clone(clock));
    }
}

impl Clock for Promised {
    fn now(&self) -> Moment {
        self.0.get().map_or(Moment::EPOCH, |clock| clock.now())
    }

    fn wait_until(&self, deadline: Moment) -> Soon<'_, ()> {
        match self.0.get() {
            Some(clock) => clock.wait_until(deadline),
            None => Box::pin(std::future::pending()),
        }
    }

    fn advance(&self, by: Duration) {
        if let Some(clock) = self.0.get() {
            clock.advance(by);
        }
    }
}

/// A real nap, for clocks that follow the machine.
pub(super) fn nap(duration: Duration) -> Soon<'static, ()> {
    Box::pin(tokio::time::sleep(duration))
}

/// Opens the gateways in front of `inbox`.
pub(super) async fn open(
    inbox: &Arc<Inbox>,
    sms: SocketAddr,
    smtp: SocketAddr,
    account: Account,
) -> Result<Gateways, Stopped> {
    listen(settings(sms, smtp, account), inbox).await
}

fn settings(sms: SocketAddr, smtp: SocketAddr, account: Account) -> Settings {
    Settings { http: sms, smtp, ..Settings::loopback(account) }
}

async fn listen(settings: Settings, inbox: &Arc<Inbox>) -> Result<Gateways, Stopped> {
    let (sms, smtp) = (settings.http, settings.smtp);
    Gateways::open(settings, Arc::clone(inbox), smtp::open).await.map_err(|error| {
        let message = format!("error: the gateways cannot listen at {sms} and {smtp}: {error}");
        Stopped::new(Exit::Unreachable, message)
    })
}

/// A base as programs want it: without a slash at the end.
fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// What a subject must be told to reach the gateways.
pub(super) fn endpoints(gateways: &Gateways) -> Endpoints {
    let addresses = gateways.addresses();
    let account = gateways.account();
    Endpoints {
        sms_url: plain(&addresses.sms),
        sms_account: account.id.clone(),
        sms_token: account.token.clone(),
        smtp: addresses.smtp,
        detour: Some(Detour {
            proxy_url: plain(&addresses.proxy),
            https_url: plain(&addresses.https),
            ca_file: gateways.ca_file().to_owned(),
        }),
    }
}
