//! The loop: starts what is due, reads what has come, gives up what takes too long.

use super::alarm::Alarm;
use super::connection::{Connection, Look, UnderWay};
use super::verdicts::Verdicts;
use super::{Script, Sender};
use crate::domain::Reply;
use crate::domain::clock::Stopwatch;
use crate::subject::AskError;
use mio::{Events, Poll, Token};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

/// Not a connection.
const ALARM: Token = Token(usize::MAX);

/// How often it looks for what takes too long, and whether it is to end.
const TICK: Duration = Duration::from_millis(50);

/// Below this it is cheaper to look again than to sleep.
const SHORTEST_SLEEP: Duration = Duration::from_micros(30);

/// How long a connection may rest and be used again, as in the general way: the fastest servers
/// close resting connections after two seconds, and what is sent over one just then is lost.
const RESTING: Duration = Duration::from_secs(1);

/// Reads at once: more than most answers have.
const BUFFER_BYTES: usize = 64 * 1024;

/// What the loop is to do next.
pub enum Next<V> {
    /// Start this visit.
    Start(V),
    /// Nothing before this point.
    At(Duration),
    /// Nothing before something under way has ended.
    Wait,
    /// Nothing more.
    Over,
}

/// How a visit goes on after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// With the next request.
    Next,
    /// It has ended.
    Done,
}

/// Whoever decides what is sent, and hears what comes of it. Points in time are those of the
/// stopwatch that the loop is given.
pub trait Traffic {
    /// A visit.
    type Visit;

    /// What to do at `now`; asked only while a visit could be started.
    fn next(&mut self, now: Duration) -> Next<Self::Visit>;

    /// Who makes `visit`, with its code.
    fn sender<'a>(&'a self, visit: &'a Self::Visit) -> Sender<'a>;

    /// The request number `request` of `visit` was answered; `times` are when it was sent, and now.
    fn answered(
        &mut self,
        visit: &mut Self::Visit,
        request: usize,
        times: [Duration; 2],
        meaning: &Result<Reply, AskError>,
    ) -> Onward;

    /// Whether to leave it at that, whatever is under way.
    fn is_ended(&self) -> bool;
}

/// Drives `traffic` over at most `most` connections, until it says that it is over and all is
/// answered, or that it is ended.
///
/// # Errors
/// Why the subject cannot be reached at all, or this machine gives no sockets.
pub fn drive<T: Traffic>(
    script: &Script,
    most: usize,
    stopwatch: Stopwatch,
    traffic: &mut T,
) -> Result<(), String> {
    Engine::new(script, most, stopwatch, traffic)?.run().map_err(|error| error.to_string())
}

struct Engine<'a, T: Traffic> {
    script: &'a Script,
    address: SocketAddr,
    poll: Poll,
    alarm: Alarm,
    connections: Vec<Option<Connection>>,
    /// The visits that are under way on them.
    visits: Vec<Option<UnderWay<T::Visit>>>,
    /// Connections that rest, the one that was used last at the end.
    resting: Vec<usize>,
    /// Places without a connection.
    free: Vec<usize>,
    verdicts: Verdicts<'a>,
    traffic: &'a mut T,
    stopwatch: Stopwatch,
    buffer: Vec<u8>,
}

impl<'a, T: Traffic> Engine<'a, T> {
    fn new(
        script: &'a Script,
        most: usize,
        stopwatch: Stopwatch,
        traffic: &'a mut T,
    ) -> Result<Self, String> {
        let found = (script.host.as_str(), script.port).to_socket_addrs();
        let address = found
            .map_err(|error| format!("{}: {error}", script.host))?
            .next()
            .ok_or_else(|| format!("{} has no address", script.host))?;
        let poll = Poll::new().map_err(|error| error.to_string())?;
        let alarm = Alarm::new(poll.registry(), ALARM).map_err(|error| error.to_string())?;
        let most = most.max(1);
        Ok(Self {
            script,
            address,
            poll,
            alarm,
            connections: (0..most).map(|_| None).collect(),
            visits: (0..most).map(|_| None).collect(),
            resting: Vec::with_capacity(most),
            free: (0..most).rev().collect(),
            verdicts: Verdicts::of(&*script.judge),
            traffic,
            stopwatch,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut next_look = TICK;
        loop {
            let Some(wait) = self.start_what_is_due() else { return Ok(()) };
            self.sleep(&mut events, wait)?;
            for event in &events {
                if event.token() != ALARM {
                    self.attend(event.token().0, event.is_writable());
                }
            }
            let now = self.stopwatch.elapsed();
            if now >= next_look {
                next_look = now + TICK;
                if self.traffic.is_ended() {
                    return Ok(());
                }
                self.give_up(now);
            }
        }
    }

    /// Starts visits until none is due, and says how long to sleep; nothing if all is over.
    fn start_what_is_due(&mut self) -> Option<Duration> {
        loop {
            if self.resting.is_empty() && self.free.is_empty() {
                return Some(TICK);
            }
            let now = self.stopwatch.elapsed();
            match self.traffic.next(now) {
                Next::Start(visit) => self.start(visit, now),
                Next::At(point) => return Some(point.saturating_sub(now).min(TICK)),
                Next::Wait => return Some(TICK),
                Next::Over => {
                    let is_idle = self.resting.len() + self.free.len() == self.connections.len();
                    return (!is_idle).then_some(TICK);
                }
            }
        }
    }

    fn sleep(&mut self, events: &mut Events, wait: Duration) -> io::Result<()> {
        let wait = match wait {
            wait if wait < SHORTEST_SLEEP => Duration::ZERO,
            TICK => TICK,
            wait => self.alarm.ring_after(wait)?,
        };
        match self.poll.poll(events, Some(wait)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    fn start(&mut self, visit: T::Visit, now: Duration) {
        self.begin(UnderWay::new(visit, now), now);
    }

    /// Sends the request that a visit is at over a connection that is free.
    fn begin(&mut self, under_way: UnderWay<T::Visit>, now: Duration) {
        let place = match self.rested(now) {
            Some(place) => place,
            None => match self.connect() {
                Ok(place) => place,
                Err(why) => return self.lost(under_way, unreachable(why)),
            },
        };
        self.visits[place] = Some(under_way);
        self.ask(place);
    }

    /// A connection that has not rested for long; those that have are closed.
    fn rested(&mut self, now: Duration) -> Option<usize> {
        let place = self.resting.pop()?;
        let since = self.connections[place].as_ref().map(|connection| connection.rests_since);
        if since.is_some_and(|since| now.saturating_sub(since) <= RESTING) {
            return Some(place);
        }
        // Those below it have rested for longer.
        self.close(place);
        while let Some(place) = self.resting.pop() {
            self.close(place);
        }
        None
    }

    fn connect(&mut self) -> Result<usize, String> {
        let place = self.free.pop().ok_or_else(|| "no place is free".to_owned())?;
        let sources = &self.script.sources;
        let source = sources.get(place % sources.len().max(1)).copied();
        match Connection::open((source, self.address), self.poll.registry(), Token(place)) {
            Ok(connection) => {
                self.connections[place] = Some(connection);
                Ok(place)
            }
            Err(error) => {
                self.free.push(place);
                Err(error.to_string())
            }
        }
    }

    fn close(&mut self, place: usize) {
        if let Some(connection) = self.connections[place].take() {
            connection.close(self.poll.registry());
            self.free.push(place);
        }
    }

    /// Sends the request that the visit on this connection is at.
    fn ask(&mut self, place: usize) {
        let (Some(connection), Some(under_way)) =
            (&mut self.connections[place], &self.visits[place])
        else {
            return;
        };
        let sender = self.traffic.sender(&under_way.visit);
        let request = &self.script.requests[under_way.request];
        let sent = connection.ask(|out| request.write(sender, &under_way.cookies, out));
        if let Err(why) = sent {
            self.broken(place, why);
        }
    }

    /// Something has happened at this connection.
    fn attend(&mut self, place: usize, is_writable: bool) {
        let Some(connection) = self.connections.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        if is_writable && let Err(why) = connection.send() {
            return self.broken(place, why);
        }
        let last = self.script.requests.len() - 1;
        let (visit, verdicts) = (&mut self.visits[place], &mut self.verdicts);
        let (traffic, stopwatch) = (&mut *self.traffic, self.stopwatch);
        let look = connection.look(&mut self.buffer, |answer| {
            let under_way = visit.as_mut()?;
            let request = under_way.request;
            let meaning = verdicts.meaning(request, &answer);
            let times = [under_way.asked, stopwatch.elapsed()];
            let onward = traffic.answered(&mut under_way.visit, request, times, meaning);
            let is_last = onward == Onward::Done || request >= last;
            if !is_last {
                under_way.keep_cookies(&answer);
            }
            Some(is_last)
        });
        match look {
            Look::Nothing => {}
            Look::Answered(Some(is_last), is_kept) => self.go_on(place, is_last, is_kept),
            Look::Answered(None, _) => self.broken(place, "it speaks unasked".to_owned()),
            Look::Broken(why) => self.broken(place, why),
        }
    }

    /// After an answer: the next request of the visit, or the end of it.
    fn go_on(&mut self, place: usize, is_last: bool, is_kept: bool) {
        let now = self.stopwatch.elapsed();
        let under_way = self.visits[place].take();
        if let (Some(connection), true) = (&mut self.connections[place], is_kept) {
            connection.rests_since = now;
            self.resting.push(place);
        } else {
            self.close(place);
        }
        if let Some(mut under_way) = under_way.filter(|_| !is_last) {
            under_way.request += 1;
            under_way.asked = now;
            self.begin(under_way, now);
        }
    }

    /// The connection is of no use any more.
    fn broken(&mut self, place: usize, why: String) {
        self.close(place);
        match self.visits[place].take() {
            Some(under_way) => self.lost(under_way, unreachable(why)),
            None => self.resting.retain(|resting| *resting != place),
        }
    }

    /// Gives up the visits whose answer takes too long.
    fn give_up(&mut self, now: Duration) {
        let timeout = self.script.timeout;
        for place in 0..self.visits.len() {
            let is_late = |one: &mut UnderWay<T::Visit>| now.saturating_sub(one.asked) > timeout;
            if let Some(under_way) = self.visits[place].take_if(is_late) {
                self.close(place);
                self.lost(under_way, AskError::TimedOut(timeout));
            }
        }
    }

    /// There will be no answer.
    fn lost(&mut self, mut under_way: UnderWay<T::Visit>, error: AskError) {
        let UnderWay { visit, request, asked, .. } = &mut under_way;
        let times = [*asked, self.stopwatch.elapsed()];
        // Whatever the next request would be, it cannot follow.
        let _ended = self.traffic.answered(visit, *request, times, &Err(error));
    }
}

fn unreachable(why: String) -> AskError {
    AskError::Unreachable(why)
}
