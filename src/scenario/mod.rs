//! The scenario language: YAML with places, lowered to a typed plan, every mistake at once.
//!
//! [`load`] turns one text into a [`Plan`] or into all its [`Diagnosis`]es; [`catalogue`] does so
//! for many; [`schema()`] describes the language to editors, from the types that parse it.

pub mod catalogue;
pub mod diagnose;
pub mod plan;

mod decode;
mod expect;
mod lower;
mod schema;
mod scope;
mod shipped;
mod step;
mod syntax;
mod tree;
mod verbs;

pub use diagnose::{Diagnoses, Diagnosis};
pub use plan::Plan;
pub use schema::schema;

/// Reads the scenario `source`, called `name` in messages. Its id is `name` without its ending.
///
/// `covers:` may name only `known_requirements`.
///
/// # Errors
/// Every mistake in it, in the order of the file. A scenario with a mistake is no plan.
pub fn load(name: &str, source: &str, known_requirements: &[&str]) -> Result<Plan, Vec<Diagnosis>> {
    let (tree, mut faults) = tree::plant(source);
    let text = lower::Source { name, text: source, known_requirements };
    let plan = tree.and_then(|tree| lower::lower(&text, &tree, &mut faults));
    match plan {
        Some(plan) if faults.is_empty() => Ok(plan),
        _ => Err(diagnose::diagnose(name, source, faults)),
    }
}
