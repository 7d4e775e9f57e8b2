//! What the pretend delivery services cost per message.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fobwatch::domain::Moment;
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::sms::twilio::Twilio;
use fobwatch::gateways::{Account, Dialect, HttpRequest, Receipt};
use std::hint::black_box;

/// The bytes of a client that sends one mail of `size` octets, pipelined.
fn smtp_client(size: usize) -> Vec<u8> {
    let line = "Your code is 123456; it is good for five minutes and for one sign-in.\r\n";
    let head = "From: Shop <mfa@shop.test>\r\nTo: ada@mail.test\r\nSubject: Your code\r\n\r\n";
    let mut mail = head.to_owned();
    while mail.len() + line.len() <= size {
        mail.push_str(line);
    }
    let commands = "EHLO client.test\r\nMAIL FROM:<mfa@shop.test>\r\nRCPT TO:<ada@mail.test>\r\n";
    format!("{commands}DATA\r\n{mail}.\r\nQUIT\r\n").into_bytes()
}

fn smtp_session(criterion: &mut Criterion) {
    let input = smtp_client(1024);
    let mut group = criterion.benchmark_group("smtp");
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("one session with a mail of 1 KiB", |bencher| {
        bencher.iter(|| {
            let mut session = smtp::open();
            let mut output = Vec::new();
            session.greet(&mut output);
            let messages = session.feed(black_box(&input), &mut output);
            assert_eq!(messages.len(), 1);
            (output, messages)
        });
    });
    group.finish();
}

/// The request of a client that sends one SMS to a number for fiction, and its account.
fn twilio_request() -> (HttpRequest, Account) {
    let id = format!("AC{}", "0".repeat(32));
    // `AC000…:authtoken`, as HTTP's basic authentication writes it.
    let basic = "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDphdXRodG9rZW4=";
    let request = HttpRequest {
        method: "POST".to_owned(),
        path: format!("/2010-04-01/Accounts/{id}/Messages.json"),
        query: String::new(),
        headers: vec![
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("authorization".to_owned(), format!("Basic {basic}")),
        ],
        body: b"To=%2B447700900007&From=Example&Body=Your+code+is+123456".to_vec(),
    };
    (request, Account { id, token: "authtoken".into() })
}

fn twilio(criterion: &mut Criterion) {
    let (request, account) = twilio_request();
    let mut group = criterion.benchmark_group("twilio");
    group.throughput(Throughput::Bytes(request.body.len() as u64));
    group.bench_function("one request read and answered", |bencher| {
        bencher.iter(|| {
            let read = Twilio.read(black_box(&request), &account);
            let receipt = read.map(|message| Receipt { serial: 1, at: Moment::EPOCH, message });
            let response = Twilio.answer(&account, &receipt);
            assert_eq!(response.status, 201);
            response
        });
    });
    group.finish();
}

// One function per dialect or session.
criterion_group!(gateways, smtp_session, twilio);
criterion_main!(gateways);
