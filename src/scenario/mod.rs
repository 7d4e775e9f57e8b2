//! The scenario language: YAML with places, lowered to a typed plan, every mistake at once.
//!
//! [`load`] turns one text into a [`Plan`] or into all its [`Diagnosis`]es; [`catalogue`] does so
//! for many; [`schema()`] describes the language to editors, from the types that parse it.

pub mod catalogue;
pub mod diagnose;
pub mod plan;

mod at_once;
mod axes;
mod decode;
mod expect;
mod lower;
mod notation;
mod reader;
mod schema;
mod scope;
mod shipped;
mod step;
mod syntax;
mod tree;
mod trouble;
mod verbs;

pub use diagnose::{Diagnoses, Diagnosis};
pub use plan::Plan;
pub use schema::schema;

/// Reads the scenario `source`, called `name` in messages: one plan for each variation of its
/// axes and rounds, in the order of the file. Their ids are `name` without its ending, and the
/// variation in brackets.
///
/// `covers:` may name only `known_requirements`.
///
/// # Errors
/// Every mistake in it, in the order of the file. A scenario with a mistake is no plan.
pub fn load(
    name: &str,
    source: &str,
    known_requirements: &[&str],
) -> Result<Vec<Plan>, Vec<Diagnosis>> {
    let (tree, mut faults) = tree::plant(source);
    let text = lower::Source { name, text: source, known_requirements };
    let mut plans = Vec::new();
    if let Some(tree) = tree {
        let variations = axes::variations(&tree, &mut faults);
        for variation in &variations {
            let mut found = Vec::new();
            let tree = tree.changed(|text| variation.fill(text));
            plans.extend(lower::lower(&text, &tree, variation, &mut found));
            // Most mistakes are the same in every variation.
            found.retain(|fault| !faults.contains(fault));
            faults.append(&mut found);
        }
    }
    if faults.is_empty() && !plans.is_empty() {
        return Ok(plans);
    }
    Err(diagnose::diagnose(name, source, faults))
}
