//! Processor time and memory of this process and of those that it has started, as Linux tells them
//! under /proc. Elsewhere nothing is known.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Linux counts the processor time that it shows in hundredths of a second, on every machine.
const TICK: Duration = Duration::from_millis(10);

/// Bytes of a page, wherever we run on Linux; only memory is counted in them.
const PAGE_BYTES: u64 = 4096;

/// Processor time and memory in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Processor time since the start, of all threads and of children that have ended.
    pub cpu: Duration,
    /// Memory in use (resident).
    pub memory_bytes: u64,
}

/// What /proc says of one process.
struct Stat {
    parent: u32,
    own: Duration,
    /// Of children that have ended.
    children: Duration,
    memory_bytes: u64,
}

/// This process, without those that it has started.
#[must_use]
pub fn of_ourselves() -> Option<Used> {
    let stat = stat(std::process::id())?;
    Some(Used { cpu: stat.own, memory_bytes: stat.memory_bytes })
}

/// All that this process has started and that runs, with what they have started: the subject, where
/// we started it. A process that has left its parents is not followed.
#[must_use]
pub fn of_descendants() -> Option<Used> {
    let processes = processes();
    let ours = std::process::id();
    let is_ours = |mut process: u32| {
        // No family is deeper than there are processes.
        for _ in 0..processes.len() {
            match processes.get(&process) {
                Some(stat) if stat.parent == ours => return true,
                Some(stat) => process = stat.parent,
                None => return false,
            }
        }
        false
    };
    let mut found = None::<Used>;
    for (process, stat) in &processes {
        if *process != ours && is_ours(*process) {
            let sum = found.get_or_insert_default();
            sum.cpu += stat.own + stat.children;
            sum.memory_bytes += stat.memory_bytes;
        }
    }
    found
}

fn processes() -> HashMap<u32, Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(|id| Some((id, stat(id)?))).collect()
}

fn stat(process: u32) -> Option<Stat> {
    parsed(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// See `proc_pid_stat(5)`. The name may hold anything, and is the only thing in brackets.
fn parsed(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // The third field of the page is the first here.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = |numbers: [usize; 2]| {
        let sum = field(numbers[0])? + field(numbers[1])?;
        Some(TICK * u32::try_from(sum).ok()?)
    };
    Some(Stat {
        parent: u32::try_from(field(4)?).ok()?,
        own: ticks([14, 15])?,
        children: ticks([16, 17])?,
        memory_bytes: field(24)?.saturating_mul(PAGE_BYTES),
    })
}

#[cfg(test)]
mod tests {
    use super::{Duration, parsed};

    #[test]
    fn a_line_of_proc_is_read_whatever_the_process_is_called() {
        let line = "7 (a) b (c) S 3 7 7 0 -1 4194560 1 2 3 4 150 50 30 10 20 0 1 0 9 8192 6 184 1";
        let stat = parsed(line).expect("a line");
        assert_eq!((stat.parent, stat.memory_bytes), (3, 6 * 4096));
        assert_eq!(stat.own, Duration::from_secs(2));
        assert_eq!(stat.children, Duration::from_millis(400));
        assert!(parsed("7 (a) S 3").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_this_process_uses_is_known() {
        let used = super::of_ourselves().expect("there is /proc");
        assert!(used.memory_bytes > 1024 * 1024, "{used:?}");
    }
}
