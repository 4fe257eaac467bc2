//! A small recommender: sessions, a catalogue, lists over so many of its categories, and a model that answers with them.

use super::Harness;
use bellwether_newsroom::capture_record;
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::Script;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A validation set of so many sessions.
pub(crate) fn sessions(number: usize) -> String {
    (0..number).map(|n| format!("{{\"session_id\":\"s{n}\",\"features\":{{\"reader\":{n}}}}}\n")).collect()
}

/// A catalogue of ten categories with ten items each: `c3-7` is in `c3`.
pub(crate) fn ten_categories() -> String {
    let items = (0..100).map(|n| format!("\"c{}-{}\":\"c{}\"", n / 10, n % 10, n / 10));
    format!("{{{}}}", items.collect::<Vec<_>>().join(","))
}

/// A list of ten items from so many of the ten categories.
pub(crate) fn list_of(categories: usize) -> Vec<String> {
    (0..10).map(|place| format!("c{}-{place}", place.min(categories - 1))).collect()
}

/// Recorded answers of `s0`, `s1`, ...: one list for each number of categories.
pub(crate) fn recorded(categories: impl IntoIterator<Item = usize>) -> String {
    let line = |(n, categories)| {
        let list = serde_json::to_string(&list_of(categories)).expect("a list of texts");
        format!("{{\"session_id\":\"s{n}\",\"recommendations\":{list}}}\n")
    };
    categories.into_iter().enumerate().map(line).collect()
}

/// A captured record of a request that was answered with a list over so many categories.
pub(crate) fn captured(reader: u64, categories: usize, at: Timestamp, event_id: &str) -> Value {
    let items: Vec<Value> = list_of(categories).into_iter().map(|id| json!({ "item_id": id })).collect();
    capture_record(&json!({"reader": reader}), &json!({"recommendations": items}), at, event_id)
}

/// A model that answers every request with a list over so many categories.
pub(crate) fn lists_of(categories: usize) -> Script {
    Script::always(Answer::recommendations(&list_of(categories)))
}

/// One whose lists are healthy.
pub(crate) fn healthy() -> Script {
    lists_of(6)
}

impl Harness {
    /// Puts so many sessions over ten categories, and their answers: one recorded list for each number of categories.
    pub(crate) async fn put_lists(&self, categories: impl IntoIterator<Item = usize>) {
        let lists = recorded(categories);
        self.put("inputs/catalog.json", ten_categories()).await;
        self.put("inputs/sessions.jsonl", sessions(lists.lines().count())).await;
        self.put("inputs/lists.jsonl", lists).await;
    }

    /// With so many sessions over ten categories that are replayed against a model that follows the script.
    pub(crate) async fn replaying(mut self, number: usize, script: Script) -> Self {
        self.put("inputs/catalog.json", ten_categories()).await;
        self.put("inputs/sessions.jsonl", sessions(number)).await;
        let url = self.serve("recommender-prod", script).await;
        self.with("REPLAY", url.as_deref().unwrap_or("sagemaker"))
    }

    /// The same story over HTTP and through InvokeEndpoint.
    pub(crate) async fn both_replaying(number: usize, script: impl Fn() -> Script) -> [Self; 2] {
        let [folder, bucket] = Self::both().await;
        [folder.replaying(number, script()).await, bucket.replaying(number, script()).await]
    }
}
