//! How good a test suite is: which defects of the reference it catches, and what guards nothing.

use crate::conformance::requirement;
use crate::reference::Defect;
use anstyle::{AnsiColor, Style};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What a suite made of one defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It failed, as it should.
    Caught,
    /// It came to no end, which a pipeline takes for a failure as well.
    TimedOut,
    /// It passed: nobody would have noticed.
    Survived,
}

/// A defect, and what the suite made of it.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// The defect.
    pub defect: &'static Defect,
    /// What became of it.
    pub fate: Fate,
}

/// The share of the defects that were caught, in whole percent, rounded down: 100 means all.
#[must_use]
pub fn score(mutants: &[Mutant]) -> u8 {
    let caught = mutants.iter().filter(|mutant| mutant.fate != Fate::Survived).count();
    let percent = (caught * 100).checked_div(mutants.len()).unwrap_or(100);
    u8::try_from(percent).unwrap_or(100)
}

/// Requirements that nothing guards: every defect that breaks one of them has survived.
#[must_use]
pub fn unguarded(mutants: &[Mutant]) -> Vec<&'static str> {
    let of = |survived: bool| -> BTreeSet<&'static str> {
        let these = mutants.iter().filter(|mutant| (mutant.fate == Fate::Survived) == survived);
        these.flat_map(|mutant| mutant.defect.breaks.iter().copied()).collect()
    };
    of(true).difference(&of(false)).copied().collect()
}

/// Writes survivors with what they are and break, then the score.
///
/// # Errors
/// Whatever `output` says.
pub fn write(mutants: &[Mutant], output: &mut dyn Write) -> io::Result<()> {
    let (red, bold) = (Style::new().fg_color(Some(AnsiColor::Red.into())), Style::new().bold());
    for Mutant { defect, .. } in mutants.iter().filter(|one| one.fate == Fate::Survived) {
        writeln!(output, "{red}survived{red:#}  {}", defect.name)?;
        writeln!(output, "          {}", defect.what)?;
        for id in defect.breaks {
            let rule = requirement(id).map(|rule| rule.text).unwrap_or_default();
            writeln!(output, "          breaks {id}: {rule}")?;
        }
    }
    let count = |fate| mutants.iter().filter(|mutant| mutant.fate == fate).count();
    let (caught, late) = (count(Fate::Caught), count(Fate::TimedOut));
    let guarded_by_none = unguarded(mutants);
    if !guarded_by_none.is_empty() {
        writeln!(output, "\nno test of the suite guards: {}", guarded_by_none.join(", "))?;
    }
    let late = if late > 0 { format!(", {late} of them by not ending") } else { String::new() };
    writeln!(
        output,
        "\n{bold}{}%{bold:#}: {} of {} defects caught{late}, {} survived",
        score(mutants),
        caught + count(Fate::TimedOut),
        mutants.len(),
        count(Fate::Survived)
    )
}

#[cfg(test)]
mod tests {
    use super::{Fate, Mutant, score, unguarded, write};
    use crate::reference::{DEFECTS, Defect, defects};

    fn mutants(fates: &[(&'static Defect, Fate)]) -> Vec<Mutant> {
        fates.iter().map(|(defect, fate)| Mutant { defect, fate: *fate }).collect()
    }

    #[test]
    fn the_score_is_rounded_down_so_that_a_hundred_means_all() {
        let (caught, survived) = (Fate::Caught, Fate::Survived);
        let of = |fates: &[Fate]| {
            let fates: Vec<_> = fates.iter().map(|fate| (&defects::NO_LOCKOUT, *fate)).collect();
            score(&mutants(&fates))
        };
        assert_eq!(of(&[caught, Fate::TimedOut, survived]), 66);
        let mut many = vec![caught; 200];
        many.push(survived);
        assert_eq!(of(&many), 99);
        assert_eq!(of(&[]), 100);
    }

    #[test]
    fn a_requirement_is_guarded_when_one_of_its_defects_is_caught() {
        let pairs = DEFECTS.iter().flat_map(|one| DEFECTS.iter().map(move |other| [*one, *other]));
        let shared = |pair: &[&'static Defect; 2]| {
            pair[0].breaks.iter().find(|id| pair[1].breaks.contains(id)).copied()
        };
        let different = |pair: &[&'static Defect; 2]| pair[0].name != pair[1].name;
        let both = pairs.filter(different).find(|pair| shared(pair).is_some());
        let both = both.expect("two defects of one requirement");
        let shared = &shared(&both).expect("as found");
        let one = mutants(&[(both[0], Fate::Survived), (both[1], Fate::Caught)]);
        assert!(!unguarded(&one).contains(shared));
        let none = mutants(&[(both[0], Fate::Survived), (both[1], Fate::Survived)]);
        assert!(unguarded(&none).contains(shared));
    }

    #[test]
    fn a_survivor_is_told_with_what_it_breaks() {
        let mut bytes = Vec::new();
        let mutants = mutants(&[(&defects::NO_LOCKOUT, Fate::Survived)]);
        write(&mutants, &mut bytes).expect("memory takes it");
        let text = String::from_utf8(bytes).expect("UTF-8");
        for word in ["no-lockout", defects::NO_LOCKOUT.what, defects::NO_LOCKOUT.breaks[0], "0%"] {
            assert!(text.contains(word), "{word} is not in:\n{text}");
        }
    }
}
