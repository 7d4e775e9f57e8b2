//! A run becomes what a journal file holds, and the other way round: judged anew, by the rules of
//! today, from nothing but the file.

use super::{Played, Run, Settings};
use crate::conformance::{Profile, profile};
use crate::journal::{Chapter, Ended, FORM, Footer, Header, Outline, Saved, Step};
use crate::scenario::plan::Plan;
use std::sync::Arc;

/// The journal was judged by a profile that this version does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal was judged by the profile `{0}`, which this fobwatch does not have; name others with --profile"
)]
pub struct UnknownProfile(String);

/// What a journal keeps of `plan`, the scenario with this number in the catalogue.
pub(super) fn outline(plan: &Plan, number: u32) -> Outline {
    let step = |step: &crate::scenario::plan::Step| Step {
        place: step.place,
        source: step.source.clone(),
    };
    Outline {
        id: plan.id.clone(),
        number,
        variation: plan.variation.clone(),
        file: plan.file.clone(),
        title: plan.title.clone(),
        covers: plan.covers.clone(),
        needs: plan.needs.clone(),
        settings: plan.settings.clone(),
        steps: plan.steps.iter().map(step).collect(),
    }
}

impl Run {
    /// The whole run as a journal file holds it.
    #[must_use]
    pub fn saved(&self) -> Saved {
        let settings = &self.settings;
        let header = Header {
            fobwatch: env!("CARGO_PKG_VERSION").to_owned(),
            journal: FORM,
            seed: settings.seed,
            against: settings.against.clone(),
            paths: settings.paths.clone(),
            options: settings.options.clone(),
            profiles: settings.profiles.iter().map(|profile| profile.name.to_owned()).collect(),
            masking: settings.masking,
            shard: settings.shard,
        };
        let chapter = |played: &Played| Chapter {
            outline: (*played.plan).clone(),
            ended: Ended { ending: played.ending, remark: played.remark.clone() },
            entries: played.entries.clone(),
        };
        let chapters: Vec<Chapter> = self.played.iter().map(chapter).collect();
        let footer = Footer {
            scenarios: chapters.len() as u64,
            strays: self.strays.clone(),
            elsewhere: self.elsewhere.clone(),
            incomplete: self.incomplete.clone(),
        };
        Saved { header, chapters, footer }
    }

    /// The run that `saved` tells of, judged again: by `profiles`, or by those it was judged by.
    ///
    /// # Errors
    /// [`UnknownProfile`] if it names one that this version does not have.
    pub fn revived(
        saved: Saved,
        profiles: Option<&[&'static Profile]>,
    ) -> Result<Self, UnknownProfile> {
        let Saved { header, chapters, footer } = saved;
        let profiles = match profiles {
            Some(profiles) => profiles.to_vec(),
            None => header.profiles.iter().map(|name| known(name)).collect::<Result<_, _>>()?,
        };
        let played = chapters.into_iter().map(|Chapter { outline, ended, entries }| {
            let ended = (ended.ending, ended.remark);
            Played::judged(Arc::new(outline), ended, entries, &profiles)
        });
        let played = played.collect();
        let settings = Settings {
            seed: header.seed,
            against: header.against,
            paths: header.paths,
            options: header.options,
            profiles,
            jobs: 1,
            patience: super::USUAL_PATIENCE,
            masking: header.masking,
            shard: header.shard,
        };
        let Footer { strays, elsewhere, incomplete, .. } = footer;
        let (took, stale) = (None, Vec::new());
        Ok(Self { settings, played, strays, elsewhere, took, incomplete, stale })
    }
}

fn known(name: &str) -> Result<&'static Profile, UnknownProfile> {
    profile::by_name(name).ok_or_else(|| UnknownProfile(name.to_owned()))
}
