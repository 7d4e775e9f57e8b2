//! `fobwatch gateways`: stands them up, prints their addresses, and follows messages.

use super::{Exit, Stopped};
use crate::adapters::Endpoints;
use crate::domain::{Clock, Moment, Soon, WallClock};
use crate::gateways::Account;
use crate::gateways::email::smtp;
use crate::gateways::extract;
use crate::gateways::inbox::{Inbox, News};
use crate::gateways::listen::{Gateways, Settings};
use crate::gateways::window::Window;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where the SMS gateway listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: SocketAddr,
    /// Where the mail gateway listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: SocketAddr,
    /// Let test suites read what has arrived: GET /fobwatch/messages?to=ADDRESS at the SMS gateway
    #[arg(long)]
    window: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock::new(nap));
    let inbox = Inbox::new(Arc::clone(&clock));
    let account = super::run::account();
    let window = if arguments.window { Window::Open } else { Window::Closed };
    let settings = Settings { window, ..settings(arguments.sms, arguments.smtp, account.clone()) };
    let gateways = listen(settings, &inbox).await?;
    let endpoints = endpoints(&gateways);
    super::print(&format!(
        "SMS   {}   Twilio's Messages API; account {}, token {}\nmail  {}   SMTP, no TLS, any or no login\n\
         Only numbers reserved for fiction and reserved mail domains are taken.\n\
         Press Ctrl-C to end.\n\n",
        endpoints.sms_url,
        account.id,
        account.token.reveal(),
        endpoints.smtp
    ));
    let mut follower = inbox.follow();
    loop {
        tokio::select! {
            news = follower.next() => match news {
                Some(News::Arrived(arrival)) => {
                    let message = &arrival.message;
                    let found = extract::find_code(message).chosen;
                    let code = found.map_or("no code".to_owned(), |found| {
                        let why: Vec<String> = found.why.iter().map(ToString::to_string).collect();
                        format!("code {} ({})", found.code, why.join("; "))
                    });
                    let subject = message.subject.as_deref().map(|text| format!("\n  {text}"));
                    let body = message.text.trim().replace('\n', "\n  ");
                    super::print(&format!(
                        "{} {} to {} from {}: {code}{}\n  {body}\n\n",
                        arrival.at, message.channel(), message.to, message.from,
                        subject.unwrap_or_default()
                    ));
                }
                Some(News::Missed(count)) => {
                    super::print(&format!("({count} messages came faster than they were shown)\n"));
                }
                None => break,
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    gateways.close().await;
    Ok(Exit::Conformant)
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

/// What a subject must be told to reach the gateways.
pub(super) fn endpoints(gateways: &Gateways) -> Endpoints {
    let addresses = gateways.addresses();
    let account = gateways.account();
    Endpoints {
        sms_url: addresses.sms.as_str().trim_end_matches('/').to_owned(),
        sms_account: account.id.clone(),
        sms_token: account.token.clone(),
        smtp: addresses.smtp,
    }
}
