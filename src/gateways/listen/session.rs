//! One connection of a line protocol: feeds a pure session and delivers what it accepts.

use super::Rim;
use crate::gateways::inbox::{Handover, Line};
use crate::gateways::{Refusal, Session};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How much is read at once, in bytes: a command or a short mail; longer ones come in pieces.
const READ_SIZE: usize = 8 * 1024;

/// Serves one session on `stream` until it is over, the client leaves or is silent for too long,
/// or the gateways close.
pub(super) async fn serve(stream: TcpStream, rim: Arc<Rim>) {
    let session = (rim.sessions)();
    // An error is the client's: it hung up or does not read. Nobody is left to be told.
    let _ = converse(stream, session, &rim).await;
}

/// What ends a turn of listening.
enum Heard {
    Bytes(usize),
    Silence,
    Closing,
}

async fn converse(
    mut stream: TcpStream,
    mut session: Box<dyn Session>,
    rim: &Rim,
) -> io::Result<()> {
    let mut closing = rim.closing.subscribe();
    let mut input = vec![0; READ_SIZE];
    let mut output = Vec::new();
    session.greet(&mut output);
    loop {
        say(&mut stream, &mut output, rim.patience.idle).await?;
        if session.is_over() {
            return stream.shutdown().await;
        }
        acknowledge_at_once(&stream);
        let heard = tokio::select! {
            read = timeout(rim.patience.idle, stream.read(&mut input)) => match read {
                Ok(count) => Heard::Bytes(count?),
                Err(_) => Heard::Silence,
            },
            _ = closing.wait_for(|closing| *closing) => Heard::Closing,
        };
        let fed = match heard {
            Heard::Bytes(0) => return Ok(()),
            Heard::Bytes(count) => feed(session.as_mut(), &input[..count], &mut output, rim).await,
            Heard::Silence | Heard::Closing => Fed::Stop,
        };
        match fed {
            Fed::GoOn => {}
            Fed::Stop => {
                session.give_up(&mut output);
                say(&mut stream, &mut output, rim.patience.idle).await?;
                return stream.shutdown().await;
            }
            Fed::Cut => return stream.shutdown().await,
        }
    }
}

/// Mail clients write a mail in pieces and hold back the last one until the others are
/// acknowledged; a delayed acknowledgement would cost each mail 40 ms. Linux forgets this setting,
/// so it is renewed before each read.
fn acknowledge_at_once(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    // Without it everything works, only later.
    let _ = socket2::SockRef::from(stream).set_tcp_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

enum Fed {
    GoOn,
    /// The client is told that the session ends.
    Stop,
    /// The connection is closed without a word.
    Cut,
}

/// Delivers before anything is acknowledged: a client that reads "accepted" finds its message in
/// the inbox. If the inbox refuses, the acknowledgement is withheld and the session given up.
///
/// Once faults are on order the session is fed byte by byte: then what it has just said is the
/// acknowledgement of the message it has just given, and can be taken back.
async fn feed(session: &mut dyn Session, input: &[u8], output: &mut Vec<u8>, rim: &Rim) -> Fed {
    let at_once = if rim.inbox.is_disturbed() { 1 } else { input.len().max(1) };
    for piece in input.chunks(at_once) {
        let said = output.len();
        let messages = session.feed(piece, output);
        for (recipient, rule) in session.turned_away() {
            rim.inbox.turned_away(&recipient, rule);
        }
        let hangs_up = piece == b"\n"
            && session.named().is_some_and(|recipient| rim.inbox.hangs_up_on(&recipient));
        if hangs_up {
            return Fed::Cut;
        }
        for message in messages {
            let Handover { outcome, line } = rim.inbox.hand_over(message);
            match line {
                Line::Open => {}
                // Real time: it is a real client that waits.
                Line::Slow(by) => tokio::time::sleep(by).await,
                Line::Cut => return Fed::Cut,
            }
            match outcome {
                Ok(_) => {}
                Err(Refusal::Ordered(denial)) => {
                    output.truncate(said);
                    if !session.refuse(denial, output) {
                        return Fed::Stop;
                    }
                    break;
                }
                Err(_) => {
                    output.clear();
                    return Fed::Stop;
                }
            }
        }
    }
    Fed::GoOn
}

/// Sends `output` and empties it; a client that does not read it in `patience` is left.
async fn say(stream: &mut TcpStream, output: &mut Vec<u8>, patience: Duration) -> io::Result<()> {
    timeout(patience, stream.write_all(output)).await??;
    output.clear();
    Ok(())
}
