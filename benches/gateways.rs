//! What the pretend delivery services cost per message.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fobwatch::gateways::email::smtp;
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

// One function per dialect or session.
criterion_group!(gateways, smtp_session);
criterion_main!(gateways);
