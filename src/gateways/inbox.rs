//! One inbox for all gateways: routed by recipient, never purged, bounded.
//!
//! Each scenario mints its own addresses and opens a box for each of them, with its own clock.
//! What is addressed to nobody is kept as a stray, because a code that went astray is a finding.

use super::{Receipt, Refusal};
use crate::domain::{Clock, Message, Moment, Recipient};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, watch};

/// How many messages one box keeps: a scenario sees a handful, a flood of resends some hundreds.
pub const BOX_LIMIT: usize = 1_000;

/// How many strays are kept. A load run against a wrong directory of users makes many, and the
/// first few thousand tell the story.
pub const STRAY_LIMIT: usize = 10_000;

/// How many bytes of text all boxes and strays hold together, so that large mails cannot exhaust
/// the machine: a quarter of what the smallest common CI runner has to spare.
pub const BYTES_LIMIT: usize = 256 * 1024 * 1024;

/// How many messages a follower may lag behind before it is told that it missed some.
const FOLLOW_LIMIT: usize = 1_024;

/// A message in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// What arrived.
    pub message: Message,
    /// When, by the clock of its box; strays go by the inbox's own clock.
    pub at: Moment,
    /// Its number in the order of acceptance over all boxes, from 1.
    pub serial: u64,
}

/// To whom messages may be addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Only numbers and mailboxes that can belong to no real person.
    #[default]
    ReservedOnly,
    /// Anyone: nothing is ever sent on, but a report may then show a real person's address.
    Anyone,
}

/// What a [`Follower`] hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A message was accepted, into a box or as a stray.
    Arrived(Arrival),
    /// The follower was too slow and this many arrivals are gone for it. They are still in their
    /// boxes.
    Missed(u64),
}

/// Hears of every message from the moment of [`Inbox::follow`] on.
#[derive(Debug)]
pub struct Follower(broadcast::Receiver<Arrival>);

impl Follower {
    /// Waits for the next message; nothing when the inbox is gone.
    pub async fn next(&mut self) -> Option<News> {
        match self.0.recv().await {
            Ok(arrival) => Some(News::Arrived(arrival)),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(News::Missed(missed)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// The inbox behind all gateways.
pub struct Inbox {
    state: Mutex<State>,
    stray_clock: Arc<dyn Clock>,
    strictness: Strictness,
    news: broadcast::Sender<Arrival>,
}

#[derive(Default)]
struct State {
    boxes: BTreeMap<Recipient, OpenBox>,
    strays: Vec<Arrival>,
    /// Bytes held in boxes and strays, at most [`BYTES_LIMIT`].
    bytes: usize,
    last_serial: u64,
}

struct OpenBox {
    clock: Arc<dyn Clock>,
    arrivals: Vec<Arrival>,
    /// The length of `arrivals`; changed under the lock, so a waiter cannot miss a message.
    count: watch::Sender<usize>,
}

impl Inbox {
    /// An inbox that takes only reserved recipients; strays are dated by `stray_clock`.
    #[must_use]
    pub fn new(stray_clock: Arc<dyn Clock>) -> Arc<Self> {
        Self::with_strictness(stray_clock, Strictness::ReservedOnly)
    }

    /// An inbox of the given `strictness`; strays are dated by `stray_clock`.
    #[must_use]
    pub fn with_strictness(stray_clock: Arc<dyn Clock>, strictness: Strictness) -> Arc<Self> {
        let news = broadcast::Sender::new(FOLLOW_LIMIT);
        Arc::new(Self { state: Mutex::default(), stray_clock, strictness, news })
    }

    /// Opens a box for `recipient`, whose messages are dated by `clock`.
    ///
    /// If one is open already it is emptied first: a recycled address starts afresh.
    pub fn open(&self, recipient: Recipient, clock: Arc<dyn Clock>) {
        let mut state = self.state();
        state.discard(&recipient);
        let count = watch::Sender::new(0);
        state.boxes.insert(recipient, OpenBox { clock, arrivals: Vec::new(), count });
    }

    /// Closes the box of `recipient` and forgets what is in it. Later messages are strays.
    pub fn close(&self, recipient: &Recipient) {
        self.state().discard(recipient);
    }

    /// Takes `message` into the box of its recipient, or as a stray if nobody opened one.
    ///
    /// # Errors
    /// [`Refusal::NotReserved`] by the inbox's [`Strictness`]; [`Refusal::Full`] at a limit.
    pub fn deliver(&self, message: Message) -> Result<Receipt, Refusal> {
        if self.strictness == Strictness::ReservedOnly && !is_reserved(&message.to) {
            return Err(Refusal::NotReserved(message.to.to_string()));
        }
        let mut state = self.state();
        let arrival = state.keep(message, self.stray_clock.as_ref())?;
        // Sent under the lock, so that followers hear of messages in the order of their serials.
        if self.news.receiver_count() > 0 {
            let _ = self.news.send(arrival.clone());
        }
        Ok(Receipt { serial: arrival.serial, at: arrival.at, message: arrival.message })
    }

    /// The messages to `recipient` in order, without the first `from`. Empty if no box is open.
    #[must_use]
    pub fn arrived(&self, recipient: &Recipient, from: usize) -> Vec<Arrival> {
        let state = self.state();
        let arrivals = state.boxes.get(recipient).map_or(&[][..], |open| &open.arrivals);
        arrivals.get(from..).unwrap_or_default().to_vec()
    }

    /// Completes as soon as the box of `recipient` holds more than `seen` messages.
    ///
    /// Without such a box, or if it is closed meanwhile, it never does: the caller bounds the wait.
    pub async fn wait_beyond(&self, recipient: &Recipient, seen: usize) {
        let count = self.state().boxes.get(recipient).map(|open| open.count.subscribe());
        if let Some(mut count) = count
            && count.wait_for(|held| *held > seen).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }

    /// The messages that were for nobody, in order.
    #[must_use]
    pub fn strays(&self) -> Vec<Arrival> {
        self.state().strays.clone()
    }

    /// Starts to follow every message that is accepted from now on.
    #[must_use]
    pub fn follow(&self) -> Follower {
        Follower(self.news.subscribe())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn discard(&mut self, recipient: &Recipient) {
        if let Some(closed) = self.boxes.remove(recipient) {
            let freed = closed.arrivals.iter().map(|arrival| weight(&arrival.message)).sum();
            self.bytes = self.bytes.saturating_sub(freed);
        }
    }

    fn keep(&mut self, message: Message, stray_clock: &dyn Clock) -> Result<Arrival, Refusal> {
        let bytes = self.bytes.saturating_add(weight(&message));
        let serial = self.last_serial + 1;
        let open = self.boxes.get_mut(&message.to);
        let (held, limit) = match &open {
            Some(open) => (open.arrivals.len(), BOX_LIMIT),
            None => (self.strays.len(), STRAY_LIMIT),
        };
        if held >= limit || bytes > BYTES_LIMIT {
            return Err(Refusal::Full);
        }
        let at = open.as_ref().map_or(stray_clock, |open| open.clock.as_ref()).now();
        let arrival = Arrival { message, at, serial };
        match open {
            Some(open) => {
                open.arrivals.push(arrival.clone());
                open.count.send_replace(open.arrivals.len());
            }
            None => self.strays.push(arrival.clone()),
        }
        (self.bytes, self.last_serial) = (bytes, serial);
        Ok(arrival)
    }
}

fn is_reserved(recipient: &Recipient) -> bool {
    match recipient {
        Recipient::Phone(number) => number.is_fictional(),
        Recipient::Mailbox(mailbox) => mailbox.is_reserved(),
    }
}

/// The bytes of text in `message`: what an outsider can make large.
fn weight(message: &Message) -> usize {
    let headers: usize = message.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    message.from.len()
        + message.text.len()
        + optional(&message.subject)
        + optional(&message.html)
        + headers
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Inbox")
            .field("boxes", &state.boxes.len())
            .field("strays", &state.strays.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BOX_LIMIT, BYTES_LIMIT, Inbox, News, Strictness};
    use crate::domain::{Clock, Message, Moment, PhoneNumber, Recipient, VirtualClock};
    use crate::gateways::Refusal;
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    fn phone(ordinal: u32) -> Recipient {
        Recipient::Phone(PhoneNumber::fictional(ordinal))
    }

    fn message(to: Recipient, text: &str) -> Message {
        Message {
            to,
            from: "Example".to_owned(),
            subject: None,
            text: text.to_owned(),
            html: None,
            headers: Vec::new(),
        }
    }

    fn clock() -> Arc<VirtualClock> {
        Arc::new(VirtualClock::starting_at(Moment::EPOCH))
    }

    #[test]
    fn a_message_is_routed_by_recipient_and_dated_by_the_clock_of_its_box() {
        let inbox = Inbox::new(clock());
        let later = clock();
        later.advance(Duration::from_secs(90));
        inbox.open(phone(1), later);
        inbox.open(phone(2), clock());
        let receipt = inbox.deliver(message(phone(1), "123456")).expect("accepted");
        assert_eq!((receipt.serial, receipt.at), (1, Moment::EPOCH + Duration::from_secs(90)));
        assert_eq!(inbox.arrived(&phone(1), 0)[0].message.text, "123456");
        assert!(inbox.arrived(&phone(1), 1).is_empty());
        assert!(inbox.arrived(&phone(2), 0).is_empty() && inbox.strays().is_empty());
    }

    #[test]
    fn a_message_for_nobody_is_kept_as_a_stray_also_after_closing() {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        inbox.close(&phone(1));
        inbox.deliver(message(phone(1), "late")).expect("accepted");
        assert_eq!(inbox.strays()[0].message.text, "late");
    }

    #[test]
    fn a_real_persons_number_is_refused_unless_allowed() {
        let real = || message(Recipient::Phone("+491701234567".parse().expect("E.164")), "x");
        let refused = Inbox::new(clock()).deliver(real());
        assert_eq!(refused, Err(Refusal::NotReserved("+491701234567".to_owned())));
        let open = Inbox::with_strictness(clock(), Strictness::Anyone);
        assert!(open.deliver(real()).is_ok());
    }

    #[test]
    fn a_full_box_refuses_and_says_so() {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        for _ in 0..BOX_LIMIT {
            inbox.deliver(message(phone(1), "x")).expect("still room");
        }
        assert_eq!(inbox.deliver(message(phone(1), "x")), Err(Refusal::Full));
        assert!(inbox.deliver(message(phone(2), "x")).is_ok(), "others are not full");
    }

    #[test]
    fn closing_a_box_gives_its_bytes_back() {
        let inbox = Inbox::new(clock());
        let large = "x".repeat(BYTES_LIMIT / 2 + 1);
        inbox.open(phone(1), clock());
        inbox.deliver(message(phone(1), &large)).expect("half fits");
        assert_eq!(inbox.deliver(message(phone(1), &large)), Err(Refusal::Full));
        inbox.open(phone(1), clock());
        assert!(inbox.deliver(message(phone(1), &large)).is_ok());
    }

    #[test]
    fn a_wait_ends_when_more_than_the_seen_messages_are_there() {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        inbox.deliver(message(phone(1), "first")).expect("accepted");
        let to = phone(1);
        let mut wait = pin!(inbox.wait_beyond(&to, 1));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Pending);
        inbox.deliver(message(phone(1), "second")).expect("accepted");
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Ready(()));
    }

    #[tokio::test]
    async fn a_follower_hears_of_every_message_in_order_and_of_what_it_missed() {
        let inbox = Inbox::new(clock());
        let mut follower = inbox.follow();
        inbox.open(phone(1), clock());
        for to in [phone(1), phone(2)] {
            inbox.deliver(message(to, "x")).expect("accepted");
        }
        for serial in [1, 2] {
            let heard = follower.next().await;
            assert!(matches!(heard, Some(News::Arrived(it)) if it.serial == serial));
        }
        for _ in 0..=super::FOLLOW_LIMIT {
            inbox.deliver(message(phone(2), "x")).expect("accepted");
        }
        assert_eq!(follower.next().await, Some(News::Missed(1)));
    }
}
