//! One address: what has arrived there, what is held back, and the faults on order.

use super::super::fault::{Fault, ORDERED_LIMIT};
use super::{Arrival, Incident, weight};
use crate::domain::{Clock, Disturbance, Moment};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

/// The box of one recipient.
pub(super) struct OpenBox {
    pub(super) clock: Arc<dyn Clock>,
    /// What can be seen, in the order in which it could.
    pub(super) arrivals: Vec<Arrival>,
    /// What is held back until its own date has come, the earliest first.
    delayed: VecDeque<Arrival>,
    /// What waits for the next message.
    overtaken: Vec<Arrival>,
    /// The faults on order, and how many messages each is still for.
    faults: VecDeque<(Fault, u32)>,
    pub(super) incidents: Vec<Incident>,
    /// The length of `arrivals`; changed under the lock, so a waiter cannot miss a message.
    pub(super) count: watch::Sender<usize>,
}

impl OpenBox {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            arrivals: Vec::new(),
            delayed: VecDeque::new(),
            overtaken: Vec::new(),
            faults: VecDeque::new(),
            incidents: Vec::new(),
            count: watch::Sender::new(0),
        }
    }

    /// How many messages it holds, seen or not.
    pub(super) fn held(&self) -> usize {
        self.arrivals.len() + self.delayed.len() + self.overtaken.len()
    }

    /// The bytes of text in all of them.
    pub(super) fn weight(&self) -> usize {
        let all = self.arrivals.iter().chain(&self.delayed).chain(&self.overtaken);
        all.map(|arrival| weight(&arrival.message)).sum()
    }

    /// Orders `fault` for the next `times` messages that have none yet; `false` if there are too
    /// many on order.
    pub(super) fn order(&mut self, fault: Fault, times: u32) -> bool {
        let has_room = self.faults.len() < ORDERED_LIMIT;
        if has_room && times > 0 {
            self.faults.push_back((fault, times));
        }
        has_room
    }

    /// Forgets the faults on order.
    pub(super) fn calm(&mut self) {
        self.faults.clear();
    }

    /// The fault for the message at hand.
    pub(super) fn next_fault(&mut self) -> Option<Fault> {
        let (fault, times) = self.faults.front_mut()?;
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            self.faults.pop_front();
        }
        Some(fault)
    }

    /// Whether the next message finds the gateway down.
    pub(super) fn is_down(&self) -> bool {
        matches!(self.faults.front(), Some((Fault::Down, _)))
    }

    pub(super) fn note(&mut self, number: u64, disturbance: Disturbance) {
        self.incidents.push(Incident { number, disturbance });
    }

    /// Holds `arrival` back until the moment it is dated.
    pub(super) fn hold(&mut self, arrival: Arrival) {
        let place = self.delayed.partition_point(|other| other.at <= arrival.at);
        self.delayed.insert(place, arrival);
        // Whoever waits must learn that there is a new date to wait for.
        self.count.send_replace(self.arrivals.len());
    }

    /// Holds `arrival` back until the next one can be seen.
    pub(super) fn hold_for_next(&mut self, arrival: Arrival) {
        self.overtaken.push(arrival);
    }

    /// The date of the next message that is held back.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.delayed.front().map(|arrival| arrival.at)
    }

    /// Shows `arrival`, and after it those that it overtook; gives all of them.
    pub(super) fn show(&mut self, arrival: Arrival) -> Vec<Arrival> {
        let at = arrival.at;
        let mut shown = vec![arrival];
        shown.extend(self.overtaken.drain(..).map(|late| Arrival { at, ..late }));
        self.arrivals.extend(shown.iter().cloned());
        self.count.send_replace(self.arrivals.len());
        shown
    }

    /// Shows what is due by now.
    pub(super) fn ripen(&mut self) -> Vec<Arrival> {
        let now = self.clock.now();
        let mut shown = Vec::new();
        while self.delayed.front().is_some_and(|arrival| arrival.at <= now) {
            let due = self.delayed.pop_front();
            shown.extend(due.into_iter().flat_map(|due| self.show(due)));
        }
        shown
    }
}
