//! Gathering codes: a few people ask in the same instant, again and again.

use super::Sample;
use super::finding::NotMeasured;
use super::lab::Lab;
use super::visitor::Visitor;
use crate::domain::persona::MobileOnFile;
use crate::subject::ClockMode;
use std::time::Duration;

/// People who ask in the same instant.
pub(super) const PEOPLE: u32 = 4;

/// Codes of one person before somebody new takes their place, so that a daily limit for each
/// person is seldom met.
const CODES_EACH: u32 = 20;

/// Gathers codes until there are as many as wished for, or no more come.
///
/// # Errors
/// Why not a single one came.
pub(super) async fn gather(lab: &mut Lab) -> Result<(), NotMeasured> {
    let mut people: Vec<Visitor> = Vec::new();
    let mut generation = 0;
    for round in 0..lab.wishes.samples.div_ceil(PEOPLE) {
        if round % CODES_EACH == 0 {
            people.clear();
            for _ in 0..PEOPLE {
                people.push(lab.newcomer(MobileOnFile::Given).await?);
            }
            generation += 1;
        }
        for (seat, visitor) in people.iter_mut().enumerate() {
            let wanted = lab.harvest.len() < lab.wishes.samples as usize;
            if !wanted {
                break;
            }
            match lab.sign_in_for_code(visitor).await {
                Ok(code) => {
                    let person = generation * PEOPLE + u32::try_from(seat).unwrap_or(0);
                    let code = code.reveal().to_owned();
                    lab.harvest.push(Sample { person, round, code });
                }
                Err(why) if lab.harvest.is_empty() => return Err(why),
                Err(_) => return Ok(()),
            }
        }
        if lab.clock_mode() != ClockMode::Real {
            // Without time between them the codes are as good; only less is shown about time.
            let _moved = lab.advance(Duration::from_secs(1)).await;
        }
    }
    Ok(())
}
