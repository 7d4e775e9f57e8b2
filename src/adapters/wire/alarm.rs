//! An alarm finer than the milliseconds that waiting for sockets is counted in.

#[cfg(target_os = "linux")]
pub(super) use linux::Alarm;
#[cfg(not(target_os = "linux"))]
pub(super) use other::Alarm;

#[cfg(target_os = "linux")]
mod linux {
    use mio::unix::SourceFd;
    use mio::{Interest, Registry, Token};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::time::Duration;

    /// Wakes the loop.
    pub(crate) struct Alarm(OwnedFd);

    impl Alarm {
        /// An alarm that wakes by `token`.
        pub(crate) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
            let source = timer.as_raw_fd();
            registry.register(&mut SourceFd(&source), token, Interest::READABLE)?;
            Ok(Self(timer))
        }

        /// Rings after `wait`; says how long the loop may sleep.
        pub(crate) fn ring_after(&self, wait: Duration) -> io::Result<Duration> {
            let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
            let value = Timespec {
                tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: wait.subsec_nanos().into(),
            };
            // Setting it anew also takes a former ring back, so that nothing need be read.
            let set = Itimerspec { it_interval: zero, it_value: value };
            timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &set)?;
            Ok(wait + Duration::from_millis(1))
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use mio::{Registry, Token};
    use std::io;
    use std::time::Duration;

    /// There is none: whole milliseconds it is.
    pub(crate) struct Alarm;

    impl Alarm {
        #[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
        pub(crate) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self)
        }

        #[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
        pub(crate) fn ring_after(&self, wait: Duration) -> io::Result<Duration> {
            Ok(wait)
        }
    }
}
