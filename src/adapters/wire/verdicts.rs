//! What answers mean, found out once for equal ones.

use super::{Answer, Judge};
use crate::domain::Reply;
use crate::subject::AskError;
use std::collections::HashMap;

/// Distinct answers that are remembered; where every answer differs, remembering helps nobody.
const MOST: usize = 256;

/// The longest answer that is remembered.
const LONGEST: usize = 16 * 1024;

/// What an answer means.
pub(super) type Meaning = Result<Reply, AskError>;

/// Meanings of the answers so far.
pub(super) struct Verdicts<'a> {
    judge: &'a dyn Judge,
    reads_headers: bool,
    known: HashMap<Vec<u8>, usize>,
    meanings: Vec<Meaning>,
    /// The answer before this one and its meaning: mostly it is the same again.
    last: (Vec<u8>, usize),
    /// Of an answer that is not remembered.
    passing: Meaning,
    key: Vec<u8>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn of(judge: &'a dyn Judge) -> Self {
        Self {
            judge,
            reads_headers: judge.reads_headers(),
            known: HashMap::new(),
            meanings: Vec::new(),
            last: (Vec::new(), 0),
            passing: Ok(Reply::Done),
            key: Vec::new(),
        }
    }

    /// What `answer` to the request number `request` means.
    pub(super) fn meaning(&mut self, request: usize, answer: &Answer<'_>) -> &Meaning {
        self.key.clear();
        self.key.push(u8::try_from(request).unwrap_or(u8::MAX));
        self.key.extend(answer.status.to_be_bytes());
        if self.reads_headers {
            self.key.extend_from_slice(answer.head);
        }
        self.key.extend_from_slice(&answer.body);
        if self.key == self.last.0 {
            return &self.meanings[self.last.1];
        }
        if let Some(index) = self.known.get(&self.key) {
            self.last.1 = *index;
            self.last.0.clone_from(&self.key);
            return &self.meanings[*index];
        }
        let meaning = self.judge.means(request, answer);
        if self.meanings.len() >= MOST || self.key.len() > LONGEST {
            self.passing = meaning;
            return &self.passing;
        }
        self.meanings.push(meaning);
        let index = self.meanings.len() - 1;
        self.known.insert(self.key.clone(), index);
        self.last = (self.key.clone(), index);
        &self.meanings[index]
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Verdicts};
    use crate::adapters::wire::answer::{Reading, read};
    use crate::adapters::wire::{Answer, Judge};
    use crate::domain::Reply;
    use crate::subject::AskError;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Says the body, and counts how often it is asked.
    struct Echo(AtomicUsize, bool);

    impl Judge for Echo {
        fn means(&self, request: usize, answer: &Answer<'_>) -> Result<Reply, AskError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let body = String::from_utf8_lossy(&answer.body);
            Ok(Reply::Unsupported { feature: format!("{request} {} {body}", answer.status) })
        }

        fn reads_headers(&self) -> bool {
            self.1
        }
    }

    fn asked(echo: &Echo, answers: &[(usize, &str)]) -> usize {
        let mut verdicts = Verdicts::of(echo);
        for (request, text) in answers {
            let judged = read(text.as_bytes(), true, |answer| {
                let expected = echo.means(*request, &answer);
                echo.0.fetch_sub(1, Ordering::Relaxed);
                assert_eq!(verdicts.meaning(*request, &answer), &expected);
            });
            assert!(matches!(judged, Ok(Reading::Whole(()))));
        }
        echo.0.load(Ordering::Relaxed)
    }

    const ONE: &str = "HTTP/1.1 200 OK\r\ndate: 1\r\ncontent-length: 1\r\n\r\na";
    const LATER: &str = "HTTP/1.1 200 OK\r\ndate: 2\r\ncontent-length: 1\r\n\r\na";
    const OTHER: &str = "HTTP/1.1 400 OK\r\ndate: 2\r\ncontent-length: 1\r\n\r\na";

    #[test]
    fn equal_answers_are_judged_once() {
        let answers = [(0, ONE), (0, LATER), (0, OTHER), (1, ONE), (0, ONE), (1, LATER)];
        assert_eq!(asked(&Echo(AtomicUsize::new(0), false), &answers), 3);
        assert_eq!(asked(&Echo(AtomicUsize::new(0), true), &answers), 5);
    }

    #[test]
    fn what_always_differs_is_not_remembered_without_end() {
        let echo = Echo(AtomicUsize::new(0), false);
        let texts: Vec<String> = (0..=MOST + 10)
            .map(|number| format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{number:05}"))
            .collect();
        let twice: Vec<(usize, &str)> =
            texts.iter().chain(&texts).map(|text| (0, text.as_str())).collect();
        assert_eq!(asked(&echo, &twice), MOST + 2 * 11);
    }
}
