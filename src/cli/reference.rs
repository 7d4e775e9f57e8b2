//! `fobwatch reference`: serves the reference implementation alone.

use super::{Exit, Stopped};
use crate::adapters::{Endpoints, builtin};
use crate::domain::{Chance, Clock, Moment, Secret, VirtualClock, WallClock};
use crate::reference::server::Server;
use crate::reference::{DEFECTS, Defect, Parameters, Reference, Wire, defect};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// Where it hands over SMS: the base URL of a Twilio-like API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4011")]
    sms: String,
    /// The account at the SMS provider
    #[arg(long, value_name = "ID", default_value = "AC00000000000000000000000000000000")]
    sms_account: String,
    /// The token at the SMS provider
    #[arg(long, value_name = "TOKEN", default_value = "fobwatch")]
    sms_token: String,
    /// Where it hands over mail
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4012")]
    smtp: SocketAddr,
    /// Switch on a defect; may be given several times
    #[arg(long, value_name = "NAME")]
    defect: Vec<String>,
    /// List the defects and end
    #[arg(long)]
    defects: bool,
    /// Read parameters (lifetimes, digits, lock-out …) from this YAML file
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Whose time it follows
    #[arg(long, value_enum, default_value_t = Time::Wall)]
    clock: Time,
    /// The seed of its codes, for runs that must repeat [default: a new one]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The clock of a reference that is served alone.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Time {
    /// The machine's, moved forward by the operation `advance_clock`
    Wall,
    /// One that stands still from 2030-01-01 until `advance_clock` moves it
    Virtual,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    if arguments.defects {
        let line = |one: &&Defect| format!("{:<36} {}\n", one.name, one.what);
        super::print(&DEFECTS.iter().map(line).collect::<String>());
        return Ok(Exit::Conformant);
    }
    let clock: Arc<dyn Clock> = match arguments.clock {
        Time::Wall => Arc::new(WallClock::new(super::gateways::nap)),
        Time::Virtual => Arc::new(VirtualClock::starting_at(Moment::EPOCH)),
    };
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => Chance::fresh_seed().map_err(|why| Stopped::new(Exit::Internal, why))?,
    };
    let endpoints = Endpoints {
        sms_url: arguments.sms.trim_end_matches('/').to_owned(),
        sms_account: arguments.sms_account.clone(),
        sms_token: Secret::new(arguments.sms_token.clone()),
        smtp: arguments.smtp,
        detour: None,
    };
    let wrong = |message: String| Stopped::new(Exit::Usage, format!("error: {message}"));
    let courier =
        Wire::new(builtin::sender_to(&endpoints)).map_err(|why| wrong(why.to_string()))?;
    let reference = Reference::new(
        parameters(arguments.parameters.as_ref()).map_err(wrong)?,
        defects(&arguments.defect).map_err(wrong)?,
        clock,
        Chance::seeded(seed, "reference"),
        Arc::new(courier),
    );
    let server = Server::start(reference, arguments.listen).await.map_err(|error| {
        let message = format!("error: cannot listen at {}: {error}", arguments.listen);
        Stopped::new(Exit::Unreachable, message)
    })?;
    super::print(&format!(
        "reference implementation at http://{}   SMS go to {}, mail to {}\nPress Ctrl-C to end.\n",
        server.address(),
        endpoints.sms_url,
        endpoints.smtp
    ));
    // Without a signal handler the process is ended from outside, which is as good.
    let _ = tokio::signal::ctrl_c().await;
    server.stop().await;
    Ok(Exit::Conformant)
}

fn defects(names: &[String]) -> Result<Vec<&'static Defect>, String> {
    let find = |name: &String| {
        defect(name).ok_or_else(|| {
            format!("there is no defect `{name}`; see `fobwatch reference --defects`")
        })
    };
    names.iter().map(find).collect()
}

fn parameters(file: Option<&PathBuf>) -> Result<Parameters, String> {
    let Some(file) = file else { return Ok(Parameters::default()) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}
