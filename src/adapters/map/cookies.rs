//! The cookies of one browser session. They end by the clock that the session shares with the
//! server: by that of the machine, the years between would keep ended cookies alive.

use crate::domain::{Clock, Moment};
use cookie_store::{Cookie, CookieStore, RawCookie};
use reqwest::header::HeaderValue;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// What a browser must be able to keep at least (RFC 6265 §6.1), and more than any portal sets.
const MOST_COOKIES: usize = 3000;

/// The cookies of a session.
pub(super) struct Jar {
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

/// Domain, path and name: what tells one cookie from another (RFC 6265 §5.3).
type Key = (String, String, String);

#[derive(Default)]
struct Held {
    /// None of them knows its end: this store would compare it with the clock of the machine.
    cookies: CookieStore,
    ends: HashMap<Key, Moment>,
}

impl Jar {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, held: Mutex::default() }
    }

    /// Takes the cookie `written` as `Set-Cookie` writes it.
    pub(super) fn keep(&self, written: &str, url: &Url) {
        let now = self.clock.now();
        let Ok(mut raw) = RawCookie::parse(written.to_owned()) else { return };
        let end = end_of(&raw, now);
        raw.set_max_age(None);
        raw.unset_expires();
        let Ok(cookie) = Cookie::try_from_raw_cookie(&raw, url) else { return };
        let key =
            (String::from(&cookie.domain), String::from(&cookie.path), cookie.name().to_owned());
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.cookies.iter_any().count() >= MOST_COOKIES
            || held.cookies.insert(cookie, url).is_err()
        {
            return;
        }
        match end {
            Some(end) => held.ends.insert(key, end),
            None => held.ends.remove(&key),
        };
        held.forget_ended(now);
    }
}

/// When the cookie ends; `Max-Age` counts before `Expires` (RFC 6265 §5.3).
fn end_of(raw: &RawCookie<'_>, now: Moment) -> Option<Moment> {
    let from_now =
        raw.max_age().map(|age| now.skewed_by_ms(age.whole_seconds().saturating_mul(1000)));
    let dated =
        || raw.expires_datetime().map(|date| Moment::from_unix_seconds(date.unix_timestamp()));
    from_now.or_else(dated)
}

impl Held {
    fn forget_ended(&mut self, now: Moment) {
        for ((domain, path, name), _) in self.ends.extract_if(|_, end| *end <= now) {
            self.cookies.remove(&domain, &path, &name);
        }
    }
}

impl reqwest::cookie::CookieStore for Jar {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        for written in headers.filter_map(|header| std::str::from_utf8(header.as_bytes()).ok()) {
            self.keep(written, url);
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.forget_ended(self.clock.now());
        let pairs = held.cookies.get_request_values(url);
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return None;
        }
        HeaderValue::from_bytes(pairs.join("; ").as_bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Jar;
    use crate::domain::{Clock, Moment, VirtualClock};
    use reqwest::cookie::CookieStore;
    use reqwest::header::HeaderValue;
    use std::sync::Arc;
    use std::time::Duration;

    /// A jar with what `written` says, and its clock, which stands at the beginning of 2030.
    fn jar(written: &[&str]) -> (Jar, Arc<VirtualClock>) {
        let clock = Arc::new(VirtualClock::starting_at(Moment::EPOCH));
        let jar = Jar::new(clock.clone());
        let headers: Vec<_> =
            written.iter().map(|text| HeaderValue::from_str(text).expect("a header")).collect();
        jar.set_cookies(&mut headers.iter(), &url());
        (jar, clock)
    }

    fn url() -> url::Url {
        "http://127.0.0.1:4010/a".parse().expect("a URL")
    }

    fn sent(jar: &Jar) -> Option<String> {
        jar.cookies(&url()).map(|value| value.to_str().expect("ASCII").to_owned())
    }

    #[test]
    fn a_cookie_ends_when_the_shared_clock_says_so() {
        let dated = "Expires=Tue, 01 Jan 2030 00:10:00 GMT";
        for life in ["Max-Age=600", dated, &format!("{dated}; Max-Age=600")] {
            let (jar, clock) = jar(&[&format!("sid=1; {life}")]);
            clock.advance(Duration::from_secs(599));
            assert_eq!(sent(&jar).as_deref(), Some("sid=1"), "{life}");
            clock.advance(Duration::from_secs(1));
            assert_eq!(sent(&jar), None, "{life}");
        }
    }

    #[test]
    fn a_cookie_that_ended_before_the_shared_clock_deletes() {
        // By the clock of a machine of these years it lies in the future.
        let yesterday = "sid=; Expires=Mon, 31 Dec 2029 00:00:00 GMT";
        for deletion in [yesterday, "sid=; Max-Age=0", "sid=; Max-Age=-1"] {
            let (jar, _) = jar(&["sid=1; Max-Age=600", deletion]);
            assert_eq!(sent(&jar), None, "{deletion}");
        }
    }

    #[test]
    fn a_cookie_without_an_end_takes_the_place_of_one_with_an_end() {
        let (jar, clock) = jar(&["sid=1; Max-Age=600", "sid=2"]);
        clock.advance(Duration::from_hours(24 * 365));
        assert_eq!(sent(&jar).as_deref(), Some("sid=2"));
    }

    #[test]
    fn a_cookie_goes_back_to_where_it_came_from_only() {
        let (jar, _) = jar(&["sid=1; Path=/b"]);
        assert_eq!(sent(&jar), None);
        let below = "http://127.0.0.1:4010/b/c".parse().expect("a URL");
        assert!(jar.cookies(&below).is_some());
        assert_eq!(jar.cookies(&"http://localhost:4010/b".parse().expect("a URL")), None);
    }
}
