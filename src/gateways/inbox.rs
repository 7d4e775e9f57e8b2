//! One inbox for all gateways: routed by recipient, never purged, bounded.
//!
//! Each scenario mints its own addresses and opens a box for each of them, with its own clock.
//! What is addressed to nobody is kept as a stray, because a code that went astray is a finding.

mod open_box;

use super::fault::{Cut, Denial, Fault, SLOWEST, truncated};
use super::{Receipt, Refusal};
use crate::domain::{Clock, Disturbance, Message, Moment, Recipient, Unfit};
use open_box::OpenBox;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

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
    /// The number of the [`Incident`] that befell it.
    pub incident: Option<u64>,
}

/// Something that befell a message for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// Its number over all boxes, from 1.
    pub number: u64,
    /// What it was.
    pub disturbance: Disturbance,
}

/// How the line to the sender goes on after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The answer follows.
    Open,
    /// The answer follows after this time.
    Slow(Duration),
    /// The connection is closed without an answer.
    Cut,
}

/// What comes of a message that a gateway hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// What the sender is answered.
    pub outcome: Result<Receipt, Refusal>,
    /// Whether and when it is.
    pub line: Line,
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
    /// Whether a fault was ever ordered.
    is_disturbed: AtomicBool,
}

#[derive(Default)]
struct State {
    boxes: BTreeMap<Recipient, OpenBox>,
    strays: Vec<Arrival>,
    /// Bytes held in boxes and strays, at most [`BYTES_LIMIT`].
    bytes: usize,
    last_serial: u64,
    last_incident: u64,
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
        let is_disturbed = AtomicBool::new(false);
        Arc::new(Self { state: Mutex::default(), stray_clock, strictness, news, is_disturbed })
    }

    /// Opens a box for `recipient`, whose messages are dated by `clock`.
    ///
    /// If one is open already it is emptied first: a recycled address starts afresh.
    pub fn open(&self, recipient: Recipient, clock: Arc<dyn Clock>) {
        let mut state = self.state();
        state.discard(&recipient);
        state.boxes.insert(recipient, OpenBox::new(clock));
    }

    /// Closes the box of `recipient` and forgets what is in it. Later messages are strays.
    pub fn close(&self, recipient: &Recipient) {
        self.state().discard(recipient);
    }

    /// Orders `fault` for the next `times` messages to `recipient` that have none yet; `false` if
    /// no box is open there or too many faults are on order.
    pub fn disturb(&self, recipient: &Recipient, fault: Fault, times: u32) -> bool {
        self.is_disturbed.store(true, Ordering::Release);
        let mut state = self.state();
        state.boxes.get_mut(recipient).is_some_and(|open| open.order(fault, times))
    }

    /// Forgets the faults on order for `recipient`; `false` if no box is open there.
    pub fn calm(&self, recipient: &Recipient) -> bool {
        let mut state = self.state();
        state.boxes.get_mut(recipient).map(OpenBox::calm).is_some()
    }

    /// Whether a fault was ever ordered: without one, a line need not look closely.
    pub(super) fn is_disturbed(&self) -> bool {
        self.is_disturbed.load(Ordering::Acquire)
    }

    /// Whether the gateway is down for whoever sends to `recipient`; then this message had its
    /// fault.
    pub(super) fn hangs_up_on(&self, recipient: &Recipient) -> bool {
        let mut state = self.state();
        let is_down = state.boxes.get(recipient).is_some_and(OpenBox::is_down);
        if is_down {
            state.boxes.get_mut(recipient).and_then(OpenBox::next_fault);
            state.note(recipient, Disturbance::HungUp);
        }
        is_down
    }

    /// Remembers that a gateway refused a message to `recipient` because it was unfit.
    pub(super) fn turned_away(&self, recipient: &Recipient, rule: Unfit) {
        self.state().note(recipient, Disturbance::Unfit { rule });
    }

    /// Takes `message` into the box of its recipient, or as a stray if nobody opened one.
    ///
    /// # Errors
    /// [`Refusal::NotReserved`] by the inbox's [`Strictness`]; [`Refusal::Full`] at a limit;
    /// [`Refusal::Ordered`] by a fault.
    pub fn deliver(&self, message: Message) -> Result<Receipt, Refusal> {
        self.hand_over(message).outcome
    }

    /// Takes `message` as [`Inbox::deliver`] does, and says how the line to its sender goes on.
    pub fn hand_over(&self, message: Message) -> Handover {
        if self.strictness == Strictness::ReservedOnly && !is_reserved(&message.to) {
            let outcome = Err(Refusal::NotReserved(message.to.to_string()));
            return Handover { outcome, line: Line::Open };
        }
        let mut state = self.state();
        let fault = state.boxes.get_mut(&message.to).and_then(OpenBox::next_fault);
        let mut shown = Vec::new();
        let handover = if let Some(fault) = fault {
            state.suffer(fault, message, self.stray_clock.as_ref(), &mut shown)
        } else {
            let outcome = state.keep(message, self.stray_clock.as_ref(), &mut shown);
            Handover { outcome, line: Line::Open }
        };
        self.tell(shown);
        handover
    }

    /// Called under the lock, so that followers hear of messages in the order in which they can be
    /// seen.
    fn tell(&self, shown: Vec<Arrival>) {
        if self.news.receiver_count() > 0 {
            for arrival in shown {
                let _ = self.news.send(arrival);
            }
        }
    }

    /// The messages to `recipient` in order, without the first `from`. Empty if no box is open.
    #[must_use]
    pub fn arrived(&self, recipient: &Recipient, from: usize) -> Vec<Arrival> {
        let mut state = self.state();
        let Some(open) = state.boxes.get_mut(recipient) else { return Vec::new() };
        self.tell(open.ripen());
        open.arrivals.get(from..).unwrap_or_default().to_vec()
    }

    /// What befell messages to `recipient`, in order, without the first `from`.
    #[must_use]
    pub fn incidents(&self, recipient: &Recipient, from: usize) -> Vec<Incident> {
        let state = self.state();
        let incidents = state.boxes.get(recipient).map_or(&[][..], |open| &open.incidents);
        incidents.get(from..).unwrap_or_default().to_vec()
    }

    /// Completes as soon as the box of `recipient` shows more than `seen` messages.
    ///
    /// Without such a box, or if it is closed meanwhile, it never does: the caller bounds the wait.
    pub async fn wait_beyond(&self, recipient: &Recipient, seen: usize) {
        loop {
            let watched = {
                let mut state = self.state();
                state.boxes.get_mut(recipient).map(|open| {
                    self.tell(open.ripen());
                    (open.count.subscribe(), Arc::clone(&open.clock), open.next_due())
                })
            };
            let Some((mut count, clock, due)) = watched else { break };
            if *count.borrow_and_update() > seen {
                return;
            }
            let ripe = async {
                match due {
                    Some(due) => clock.wait_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = count.changed() => if changed.is_err() { break },
                () = ripe => {}
            }
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
            self.bytes = self.bytes.saturating_sub(closed.weight());
        }
    }

    /// Writes down what befell a message to `recipient`, and gives its number.
    fn note(&mut self, recipient: &Recipient, disturbance: Disturbance) -> Option<u64> {
        let open = self.boxes.get_mut(recipient)?;
        self.last_incident += 1;
        open.note(self.last_incident, disturbance);
        Some(self.last_incident)
    }

    /// Makes `message` an arrival, dated by the clock of the box that it is for, if there is room.
    fn accept(
        &mut self,
        message: Message,
        to: &Recipient,
        stray_clock: &dyn Clock,
    ) -> Result<Arrival, Refusal> {
        let bytes = self.bytes.saturating_add(weight(&message));
        let (held, limit, at) = match self.boxes.get(to) {
            Some(open) => (open.held(), BOX_LIMIT, open.clock.now()),
            None => (self.strays.len(), STRAY_LIMIT, stray_clock.now()),
        };
        if held >= limit || bytes > BYTES_LIMIT {
            return Err(Refusal::Full);
        }
        self.bytes = bytes;
        self.last_serial += 1;
        Ok(Arrival { message, at, serial: self.last_serial, incident: None })
    }

    /// Puts `arrival` where `to` sees it.
    fn show(&mut self, to: &Recipient, arrival: Arrival) -> Vec<Arrival> {
        let Some(open) = self.boxes.get_mut(to) else {
            self.strays.push(arrival.clone());
            return vec![arrival];
        };
        let mut shown = open.ripen();
        shown.extend(open.show(arrival));
        shown
    }

    fn keep(
        &mut self,
        message: Message,
        stray_clock: &dyn Clock,
        shown: &mut Vec<Arrival>,
    ) -> Result<Receipt, Refusal> {
        let to = message.to.clone();
        let arrival = self.accept(message, &to, stray_clock)?;
        let receipt = receipt(&arrival);
        shown.extend(self.show(&to, arrival));
        Ok(receipt)
    }

    /// What comes of `message` when `fault` befalls it.
    #[allow(clippy::needless_pass_by_value, reason = "a fault is spent on one message")]
    fn suffer(
        &mut self,
        fault: Fault,
        message: Message,
        stray_clock: &dyn Clock,
        shown: &mut Vec<Arrival>,
    ) -> Handover {
        let to = message.to.clone();
        let disturbance = fault.disturbance(&message);
        let incident = disturbance.and_then(|disturbance| self.note(&to, disturbance));
        let (line, refused) = match &fault {
            Fault::Refuse(denial) => (Line::Open, Some(*denial)),
            Fault::Down | Fault::Disconnect(Cut::Data) => (Line::Cut, Some(Denial::Unreachable)),
            Fault::Disconnect(Cut::Reply) => (Line::Cut, None),
            Fault::Slow(by) => (Line::Slow((*by).min(SLOWEST)), None),
            Fault::Delay(_)
            | Fault::Lose
            | Fault::Duplicate
            | Fault::Reorder
            | Fault::Truncate(_)
            | Fault::Misdeliver(_) => (Line::Open, None),
        };
        if let Some(denial) = refused {
            return Handover { outcome: Err(Refusal::Ordered(denial)), line };
        }
        let cut_at = if let Fault::Truncate(length) = fault { Some(length) } else { None };
        let message = match cut_at {
            Some(length) if incident.is_some() => truncated(message, length),
            Some(_) | None => message,
        };
        let seen_at = if let Fault::Misdeliver(other) = &fault { other } else { &to }.clone();
        let outcome = self.accept(message, &seen_at, stray_clock).map(|arrival| {
            let receipt = receipt(&arrival);
            shown.extend(self.place(&fault, &seen_at, Arrival { incident, ..arrival }));
            receipt
        });
        Handover { outcome, line }
    }

    /// Puts an accepted `arrival` where `fault` wants it.
    fn place(&mut self, fault: &Fault, to: &Recipient, mut arrival: Arrival) -> Vec<Arrival> {
        match (fault, self.boxes.get_mut(to)) {
            (Fault::Lose, _) => {
                self.bytes = self.bytes.saturating_sub(weight(&arrival.message));
                Vec::new()
            }
            (Fault::Delay(by), Some(open)) => {
                arrival.at = arrival.at + *by;
                open.hold(arrival);
                Vec::new()
            }
            (Fault::Reorder, Some(open)) => {
                open.hold_for_next(arrival);
                Vec::new()
            }
            (Fault::Duplicate, Some(open)) if open.held() + 1 < BOX_LIMIT => {
                self.bytes = self.bytes.saturating_add(weight(&arrival.message));
                let mut shown = self.show(to, arrival.clone());
                shown.extend(self.show(to, arrival));
                shown
            }
            _ => self.show(to, arrival),
        }
    }
}

fn receipt(arrival: &Arrival) -> Receipt {
    Receipt { serial: arrival.serial, at: arrival.at, message: arrival.message.clone() }
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
    use super::Line;
    use super::{BOX_LIMIT, BYTES_LIMIT, Inbox, News, Strictness};
    use crate::domain::Disturbance;
    use crate::domain::{Clock, Message, Moment, PhoneNumber, Recipient, VirtualClock};
    use crate::gateways::Refusal;
    use crate::gateways::fault::{Cut, Denial, Fault};
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

    /// Delivers `texts` to an open box after ordering `faults`, and shows what can be seen.
    fn disturbed(faults: Vec<Fault>, texts: &[&str]) -> (Arc<Inbox>, Vec<String>) {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        for fault in faults {
            assert!(inbox.disturb(&phone(1), fault, 1));
        }
        for text in texts {
            inbox.deliver(message(phone(1), text)).expect("accepted");
        }
        let seen = seen(&inbox, 1);
        (inbox, seen)
    }

    fn seen(inbox: &Inbox, ordinal: u32) -> Vec<String> {
        let arrivals = inbox.arrived(&phone(ordinal), 0);
        arrivals.into_iter().map(|arrival| arrival.message.text).collect()
    }

    #[test]
    fn each_fault_befalls_one_message_in_its_own_way() {
        let cases = [
            (Fault::Lose, vec!["b", "c"]),
            (Fault::Duplicate, vec!["a", "a", "b", "c"]),
            (Fault::Reorder, vec!["b", "a", "c"]),
            (Fault::Truncate(0), vec!["", "b", "c"]),
            (Fault::Truncate(1), vec!["a", "b", "c"]),
            (Fault::Slow(Duration::from_millis(5)), vec!["a", "b", "c"]),
            (Fault::Disconnect(Cut::Reply), vec!["a", "b", "c"]),
            (Fault::Misdeliver(phone(2)), vec!["b", "c"]),
        ];
        for (fault, expected) in cases {
            let (_, seen) = disturbed(vec![fault.clone()], &["a", "b", "c"]);
            assert_eq!(seen, expected, "{fault:?}");
        }
    }

    #[test]
    fn a_delayed_message_is_seen_when_its_time_has_come_and_in_the_order_of_dates() {
        let inbox = Inbox::new(clock());
        let now = clock();
        inbox.open(phone(1), Arc::clone(&now) as Arc<dyn Clock>);
        for seconds in [90, 30] {
            inbox.disturb(&phone(1), Fault::Delay(Duration::from_secs(seconds)), 1);
        }
        for text in ["late", "soon", "now"] {
            inbox.deliver(message(phone(1), text)).expect("accepted");
        }
        assert_eq!(seen(&inbox, 1), ["now"]);
        now.advance(Duration::from_secs(89));
        assert_eq!(seen(&inbox, 1), ["now", "soon"]);
        now.advance(Duration::from_secs(1));
        inbox.deliver(message(phone(1), "later")).expect("accepted");
        assert_eq!(seen(&inbox, 1), ["now", "soon", "late", "later"]);
        let last = &inbox.arrived(&phone(1), 2)[0];
        assert_eq!(last.at, Moment::EPOCH + Duration::from_secs(90));
    }

    #[test]
    fn a_wait_ends_when_a_delayed_message_is_due() {
        let inbox = Inbox::new(clock());
        let now = clock();
        inbox.open(phone(1), Arc::clone(&now) as Arc<dyn Clock>);
        inbox.disturb(&phone(1), Fault::Delay(Duration::from_secs(30)), 1);
        inbox.deliver(message(phone(1), "late")).expect("accepted");
        let to = phone(1);
        let mut wait = pin!(inbox.wait_beyond(&to, 0));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Pending);
        now.advance(Duration::from_secs(30));
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Ready(()));
    }

    #[test]
    fn a_refusal_on_order_is_told_and_ends_with_its_count() {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        inbox.disturb(&phone(1), Fault::Refuse(Denial::Blocked), 2);
        for _ in 0..2 {
            let refused = inbox.deliver(message(phone(1), "x"));
            assert_eq!(refused, Err(Refusal::Ordered(Denial::Blocked)));
        }
        inbox.disturb(&phone(1), Fault::Disconnect(Cut::Data), 1);
        assert_eq!(inbox.hand_over(message(phone(1), "x")).line, Line::Cut);
        inbox.disturb(&phone(1), Fault::Lose, 1);
        assert!(inbox.calm(&phone(1)) && !inbox.calm(&phone(2)));
        inbox.deliver(message(phone(1), "x")).expect("accepted");
        assert_eq!(seen(&inbox, 1), ["x"]);
        let told: Vec<_> =
            inbox.incidents(&phone(1), 0).iter().map(|one| one.disturbance.told_sender()).collect();
        assert_eq!(told, [true; 3]);
    }

    #[test]
    fn what_befell_a_message_is_told_with_it_wherever_it_is_seen() {
        let inbox = Inbox::new(clock());
        inbox.open(phone(1), clock());
        inbox.open(phone(2), clock());
        inbox.disturb(&phone(1), Fault::Misdeliver(phone(2)), 1);
        inbox.deliver(message(phone(1), "x")).expect("accepted");
        let incident = inbox.incidents(&phone(1), 0)[0];
        assert_eq!(incident.disturbance, Disturbance::Misdelivered);
        assert_eq!(inbox.arrived(&phone(2), 0)[0].incident, Some(incident.number));
        assert!(!inbox.disturb(&phone(3), Fault::Lose, 1), "nobody lives there");
    }
}
