//! Fields that mean nothing, sent so that ignoring them stays a habit.

use serde_json::{Map, Value, json};

/// Adds a field that no version of the protocol will ever have. Which one, and with what in it,
/// follows from the number of the request, so that a run repeats.
pub fn grease(object: &mut Map<String, Value>, number: u64) {
    let value = match number % 5 {
        0 => Value::Null,
        1 => json!(number),
        2 => json!("ignore me"),
        3 => json!([{}, []]),
        _ => json!({ "id": "0", "ok": null }),
    };
    object.insert(format!("grease_{}", number % 97), value);
}
