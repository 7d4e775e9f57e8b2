//! The preload library: it moves the wall clock of programs that are started with it, and nothing
//! else of them.
//!
//! `build.rs` compiles this file as a library of its own, and the harness carries that inside. It
//! stands before the C library in the programs' eyes: who asks it for the wall clock gets the time
//! of the control file, and deadlines by that clock become deadlines of the machine that are as
//! far away. The monotonic clock, sleeps and relative timeouts are untouched, because schedulers
//! break when those jump. Nothing here allocates or locks: clocks are read in signal handlers and
//! by allocators. What it does not reach: programs without the C library (static ones, most of
//! Go), system calls made directly, the times of files, other machines.
//!
//! Functions that the C library calls by name, with raw pointers, cannot be written in safe Rust.
//! Two invariants carry all of it: a pointer from a caller is valid if it is not null, as the C
//! library demands too; and a function is called with the signature that its manual page gives.

#![cfg_attr(fobwatch_shim, no_std)]
#![cfg_attr(not(fobwatch_shim), allow(dead_code, reason = "here it is only read and tested"))]
#![allow(unsafe_code, reason = "the C library calls this by name, with raw pointers")]

#[cfg(fobwatch_shim)]
mod control;
#[cfg(fobwatch_shim)]
mod time;
#[cfg(not(fobwatch_shim))]
use super::{control, time};

use control::{Control, VARIABLE};
use core::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, Ordering};
use time::Timespec;

#[link(name = "c")]
unsafe extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn close(file: c_int) -> c_int;
    fn mmap(
        at: *mut c_void,
        size: usize,
        may: c_int,
        how: c_int,
        file: c_int,
        from: i64,
    ) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

// As Linux and the C library number them, the same on all of their 64-bit machines.
const O_RDONLY: c_int = 0;
const O_RDWR: c_int = 2;
const O_CLOEXEC: c_int = 0o2_000_000;
const PROT_READ: c_int = 1;
const PROT_WRITE: c_int = 2;
const MAP_SHARED: c_int = 1;
const MAP_FAILED: usize = usize::MAX;
const RTLD_NEXT: usize = usize::MAX;
const CLOCK_REALTIME: c_int = 0;
const CLOCK_REALTIME_COARSE: c_int = 5;
const CLOCK_REALTIME_ALARM: c_int = 8;
const CLOCK_TAI: c_int = 11;
const TIME_UTC: c_int = 1;

/// The control file in memory; null as long as nobody has looked for it.
static CONTROL: AtomicPtr<Control> = AtomicPtr::new(null_mut());

/// Stands for a control file that is not there.
static NOBODY: Control = Control::new();

/// Whether the control file may be written, so that readings grow across programs.
static WRITABLE: AtomicBool = AtomicBool::new(false);

/// The last reading of this program, where the file cannot keep it.
static LATEST: AtomicI64 = AtomicI64::new(0);

#[cfg(fobwatch_shim)]
#[panic_handler]
fn never(_: &core::panic::PanicInfo<'_>) -> ! {
    // Nothing here panics; a panic handler is what a library without `std` must have.
    loop {}
}

/// Run by the loader before the program begins, so that even one that never asks is counted.
#[cfg(fobwatch_shim)]
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

#[cfg(fobwatch_shim)]
extern "C" fn at_start() {
    if let Some(control) = control()
        && WRITABLE.load(Ordering::Relaxed)
    {
        control.loaded.fetch_add(1, Ordering::Relaxed);
    }
}

/// The control file, if there is one. Other libraries may ask before the loader comes to us.
fn control() -> Option<&'static Control> {
    let mut known: *const Control = CONTROL.load(Ordering::Acquire);
    if known.is_null() {
        known = mapped();
        CONTROL.store(known.cast_mut(), Ordering::Release);
    }
    // SAFETY: it points to `NOBODY` or to a mapping of the size of `Control` that stays for ever;
    // all that others change there are atomics.
    let control = unsafe { &*known };
    (!core::ptr::eq(control, &raw const NOBODY)).then_some(control)
}

/// Maps the control file; `NOBODY` if there is none. Who is asked twice at once maps it twice.
fn mapped() -> *const Control {
    // SAFETY: the name ends with a zero; the path is handed on as it came.
    let (file, may) = unsafe {
        let path = getenv(VARIABLE.as_ptr());
        if path.is_null() {
            return &raw const NOBODY;
        }
        match open(path, O_RDWR | O_CLOEXEC) {
            // A program that gave up its rights may only read.
            -1 => (open(path, O_RDONLY | O_CLOEXEC), PROT_READ),
            file => (file, PROT_READ | PROT_WRITE),
        }
    };
    if file < 0 {
        return &raw const NOBODY;
    }
    // SAFETY: a new mapping touches no memory of ours; the harness has written the file whole.
    let memory = unsafe {
        let memory = mmap(null_mut(), size_of::<Control>(), may, MAP_SHARED, file, 0);
        close(file);
        memory
    };
    if memory.addr() == MAP_FAILED {
        return &raw const NOBODY;
    }
    WRITABLE.store(may & PROT_WRITE != 0, Ordering::Relaxed);
    memory.cast()
}

/// The function called `name` that programs would reach without this library.
fn next(name: &CStr, known: &AtomicPtr<c_void>) -> *mut c_void {
    let mut found = known.load(Ordering::Acquire);
    if found.is_null() {
        // SAFETY: the name ends with a zero; the handle is the one for `the next after me`.
        found = unsafe { dlsym(core::ptr::without_provenance_mut(RTLD_NEXT), name.as_ptr()) };
        known.store(found, Ordering::Release);
    }
    found
}

/// Calls the C library's own function of that name. Who got here has a C library that knows it.
macro_rules! really {
    ($name:ident($($argument:expr),*) as $signature:ty) => {{
        static KNOWN: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
        let name = concat!(stringify!($name), "\0").as_bytes();
        let found = CStr::from_bytes_with_nul(name).map_or(null_mut(), |name| next(name, &KNOWN));
        // SAFETY: null is `None`; anything else is the function of the C library with that name,
        // and the signature is that of its manual page.
        let function: Option<$signature> = unsafe { core::mem::transmute(found) };
        match function {
            // SAFETY: the arguments are those of our caller, who has promised what it demands.
            Some(function) => unsafe { function($($argument),*) },
            None => -1,
        }
    }};
}

type Read = unsafe extern "C" fn(c_int, *mut Timespec) -> c_int;

/// The wall clock of the machine.
fn real() -> i64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    really!(clock_gettime(CLOCK_REALTIME, &raw mut time) as Read);
    time.as_ns()
}

/// The wall clock as programs shall see it.
fn wall(control: &Control) -> Timespec {
    let shared = WRITABLE.load(Ordering::Relaxed);
    let latest = if shared { &control.latest } else { &LATEST };
    Timespec::from_ns(control.reading(latest, real))
}

#[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    let told = match (control(), clock) {
        (None, _) => None,
        (Some(control), CLOCK_REALTIME | CLOCK_REALTIME_ALARM | CLOCK_TAI) => Some(wall(control)),
        (Some(control), CLOCK_REALTIME_COARSE) => Some(Timespec::from_ns(control.wall(real))),
        (Some(_), _) => None,
    };
    match told {
        // SAFETY: the caller's pointer is valid, for it is not null.
        Some(told) if !time.is_null() => unsafe {
            time.write(told);
            0
        },
        _ => really!(clock_gettime(clock, time) as Read),
    }
}

/// A time with microseconds, as `gettimeofday` has it.
#[repr(C)]
struct Timeval {
    seconds: i64,
    microseconds: i64,
}

#[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
unsafe extern "C" fn gettimeofday(time: *mut Timeval, zone: *mut c_void) -> c_int {
    type Signature = unsafe extern "C" fn(*mut Timeval, *mut c_void) -> c_int;
    match control() {
        Some(control) if zone.is_null() && !time.is_null() => {
            let Timespec { seconds, nanoseconds } = wall(control);
            // SAFETY: the caller's pointer is valid, for it is not null.
            unsafe { time.write(Timeval { seconds, microseconds: nanoseconds / 1000 }) };
            0
        }
        _ => really!(gettimeofday(time, zone) as Signature),
    }
}

#[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
unsafe extern "C" fn time(place: *mut i64) -> i64 {
    let Some(control) = control() else {
        return really!(time(place) as unsafe extern "C" fn(*mut i64) -> i64);
    };
    let Timespec { seconds, .. } = Timespec::from_ns(control.wall(real));
    if !place.is_null() {
        // SAFETY: the caller's pointer is valid, for it is not null.
        unsafe { place.write(seconds) };
    }
    seconds
}

#[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
unsafe extern "C" fn timespec_get(time: *mut Timespec, base: c_int) -> c_int {
    match control() {
        Some(control) if base == TIME_UTC && !time.is_null() => {
            // SAFETY: the caller's pointer is valid, for it is not null.
            unsafe { time.write(wall(control)) };
            base
        }
        _ => {
            really!(timespec_get(time, base) as unsafe extern "C" fn(*mut Timespec, c_int) -> c_int)
        }
    }
}

/// `deadline` by the clock of the machine, if it is one by the wall clock; nothing if it is to be
/// left as it is. Which clock a deadline is for shows in its size.
fn in_earnest(deadline: Timespec) -> Option<Timespec> {
    let control = control().filter(|_| deadline.is_of_the_wall_clock())?;
    let real = real();
    Some(deadline.as_far_from(control.wall(|| real), real))
}

/// Functions that wait until a point in time, which is their last argument.
macro_rules! waits_until {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {$(
        #[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
        unsafe extern "C" fn $name($($argument: $kind,)* deadline: *const Timespec) -> c_int {
            type Signature = unsafe extern "C" fn($($kind,)* *const Timespec) -> c_int;
            // SAFETY: the caller's pointer is valid or null.
            let moved = unsafe { deadline.as_ref() }.copied().and_then(in_earnest);
            let deadline = moved.as_ref().map_or(deadline, |moved| &raw const *moved);
            really!($name($($argument,)* deadline) as Signature)
        }
    )*};
}

waits_until! {
    sem_timedwait(semaphore: *mut c_void);
    sem_clockwait(semaphore: *mut c_void, clock: c_int);
    pthread_cond_timedwait(condition: *mut c_void, mutex: *mut c_void);
    pthread_cond_clockwait(condition: *mut c_void, mutex: *mut c_void, clock: c_int);
    pthread_mutex_timedlock(mutex: *mut c_void);
    pthread_mutex_clocklock(mutex: *mut c_void, clock: c_int);
    pthread_rwlock_timedrdlock(lock: *mut c_void);
    pthread_rwlock_timedwrlock(lock: *mut c_void);
    pthread_rwlock_clockrdlock(lock: *mut c_void, clock: c_int);
    pthread_rwlock_clockwrlock(lock: *mut c_void, clock: c_int);
    pthread_timedjoin_np(thread: c_ulong, result: *mut c_void);
    pthread_clockjoin_np(thread: c_ulong, result: *mut c_void, clock: c_int);
    cnd_timedwait(condition: *mut c_void, mutex: *mut c_void);
    mtx_timedlock(mutex: *mut c_void);
}

#[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
unsafe extern "C" fn clock_nanosleep(
    clock: c_int,
    flags: c_int,
    wanted: *const Timespec,
    left: *mut Timespec,
) -> c_int {
    type Signature = unsafe extern "C" fn(c_int, c_int, *const Timespec, *mut Timespec) -> c_int;
    // Without a flag it sleeps for a time, not until one.
    // SAFETY: the caller's pointer is valid or null.
    let until = unsafe { wanted.as_ref() }.filter(|_| flags != 0);
    let moved = until.copied().and_then(in_earnest);
    let wanted = moved.as_ref().map_or(wanted, |moved| &raw const *moved);
    really!(clock_nanosleep(clock, flags, wanted, left) as Signature)
}

/// When a timer rings, and how often after that.
#[derive(Clone, Copy)]
#[repr(C)]
struct Alarm {
    every: Timespec,
    first: Timespec,
}

/// Functions that set a timer, with a flag if it shall ring at a point in time.
macro_rules! sets_a_timer {
    ($($name:ident($kind:ty);)*) => {$(
        #[cfg_attr(fobwatch_shim, unsafe(no_mangle))]
        unsafe extern "C" fn $name(
            timer: $kind,
            flags: c_int,
            wanted: *const Alarm,
            before: *mut Alarm,
        ) -> c_int {
            type Signature =
                unsafe extern "C" fn($kind, c_int, *const Alarm, *mut Alarm) -> c_int;
            // SAFETY: the caller's pointer is valid or null.
            let until = unsafe { wanted.as_ref() }.filter(|_| flags != 0);
            let moved = until.and_then(|alarm| {
                Some(Alarm { first: in_earnest(alarm.first)?, ..*alarm })
            });
            let wanted = moved.as_ref().map_or(wanted, |moved| &raw const *moved);
            really!($name(timer, flags, wanted, before) as Signature)
        }
    )*};
}

sets_a_timer! {
    timer_settime(*mut c_void);
    timerfd_settime(c_int);
}
