//! A service in memory that speaks the device API, remembers what it was asked, and can be told
//! what to answer next.

use fobwatch::domain::Soon;
use fobwatch::tokens::{Network, NetworkReply, NoNetwork};
use serde_json::{Value, json};
use std::sync::Mutex;

#[derive(Default)]
pub(super) struct Service {
    asked: Mutex<Vec<Value>>,
    /// The next answer; without one everything goes well.
    next: Mutex<Option<Result<NetworkReply, NoNetwork>>>,
}

impl Service {
    pub(super) fn calls(&self) -> usize {
        self.asked.lock().expect("no panic").len()
    }

    /// The last request, with `address` and `body`.
    pub(super) fn last(&self) -> Value {
        self.asked.lock().expect("no panic").last().expect("a request").clone()
    }

    /// The random bytes that the last activation brought.
    pub(super) fn device_random(&self) -> [u8; 2] {
        let request = self.last();
        let random = request["body"]["device_random"].as_str().expect("random bytes");
        let bytes = data_encoding::HEXLOWER.decode(random.as_bytes()).expect("hexadecimal");
        bytes.try_into().expect("two bytes")
    }

    /// What the next request gets.
    pub(super) fn will_answer(&self, status: u16, body: Value) {
        *self.next.lock().expect("no panic") = Some(Ok(NetworkReply { status, body }));
    }

    /// The next request gets no answer.
    pub(super) fn is_down(&self) {
        let silence = NoNetwork { address: "nobody".to_owned() };
        *self.next.lock().expect("no panic") = Some(Err(silence));
    }

    fn answer(&self, request: Value, usual: Value) -> Result<NetworkReply, NoNetwork> {
        self.asked.lock().expect("no panic").push(request);
        let next = self.next.lock().expect("no panic").take();
        next.unwrap_or(Ok(NetworkReply { status: 200, body: usual }))
    }
}

impl Network for Service {
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        let usual = json!({"name": "Example Bank", "digits": 6, "period": 30});
        let answer = self.answer(json!({"address": address}), usual);
        Box::pin(async move { answer })
    }

    fn post<'a>(
        &'a self,
        address: &'a str,
        body: &'a Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        let usual = json!({"result": "activated", "name": "Example Bank"});
        let answer = self.answer(json!({"address": address, "body": body}), usual);
        Box::pin(async move { answer })
    }
}
