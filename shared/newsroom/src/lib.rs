//! A sample newsroom, made from a seed: articles, readers, a recommender that works, and one that collapsed.
//!
//! It exists so that a stranger sees a verdict without an account, and so that tests have an endpoint that behaves
//! like one. No number in it is real.

pub mod incident;
pub mod server;

use bellwether_contract::catalog::Catalog;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the sample endpoint.
pub const ENDPOINT: &str = "newsroom-prod";
/// Name of its variant.
pub const VARIANT: &str = "AllTraffic";
/// Name of the sample schedule.
pub const SCHEDULE: &str = "diversity-hourly";

const SECTIONS: [&str; 12] = [
    "politics",
    "world",
    "business",
    "technology",
    "science",
    "health",
    "sport",
    "culture",
    "travel",
    "food",
    "opinion",
    "local",
];
const ARTICLES_PER_SECTION: usize = 60;
const SESSIONS: usize = 500;
const HISTORY: usize = 12;
const LIST: usize = 10;
const CAPTURED_PER_HOUR: usize = 600;
const CAPTURE_FILES: usize = 9;

/// A version of the recommender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Relevance with a penalty on sections that the list already holds.
    Healthy,
    /// A retrained version whose penalty was lost: the reader's favourite section, ten times.
    Collapsed,
}

/// Articles and readers.
#[derive(Debug, Clone)]
pub struct Newsroom {
    articles: Vec<Article>,
    sections: BTreeMap<String, usize>,
    sessions: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Clone)]
struct Article {
    id: String,
    section: usize,
    popularity: f64,
}

impl Newsroom {
    /// The newsroom of a seed: the same seed, the same bytes.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let article = |number: usize, rng: &mut Rng| Article {
            id: format!("a{number:04}"),
            section: number % SECTIONS.len(),
            popularity: 0.5 + 0.5 * rng.f64(),
        };
        let articles: Vec<Article> =
            (0..SECTIONS.len() * ARTICLES_PER_SECTION).map(|number| article(number, &mut rng)).collect();
        let sections = articles.iter().map(|article| (article.id.clone(), article.section)).collect();
        let sessions = (0..SESSIONS).map(|number| (format!("s{number:04}"), history(&mut rng))).collect();
        Self { articles, sections, sessions }
    }

    /// `{"a0001": "world", ...}`
    pub fn catalog_json(&self) -> Vec<u8> {
        let catalog: BTreeMap<&str, &str> =
            self.articles.iter().map(|article| (article.id.as_str(), SECTIONS[article.section])).collect();
        json!(catalog).to_string().into_bytes()
    }

    /// The catalogue, read back.
    pub fn catalog(&self) -> Catalog {
        let membership = |article: &Article| (article.id.clone(), vec![SECTIONS[article.section].to_owned()]);
        Catalog::from_memberships(self.articles.iter().map(membership).collect())
    }

    /// The validation set: `{"session_id", "features": {"history": [...]}}` a line.
    pub fn sessions_jsonl(&self) -> Vec<u8> {
        let line = |(id, history): &(String, Vec<String>)| json!({"session_id": id, "features": {"history": history}});
        self.sessions.iter().map(|session| line(session).to_string() + "\n").collect::<String>().into_bytes()
    }

    /// The answer to a request `{"history": [...]}`; an unknown history gets what is popular.
    pub fn answer(&self, model: Model, request: &Value) -> Value {
        let history = request["history"].as_array().map(Vec::as_slice).unwrap_or_default();
        let read = history.iter().filter_map(Value::as_str).filter_map(|id| self.sections.get(id));
        let mut taste = [0.4; SECTIONS.len()];
        read.for_each(|section| taste[*section] += 1.0 / HISTORY as f64);
        let list = self.recommend(model, &taste);
        let item = |(article, score): &(&Article, f64)| json!({"item_id": article.id, "score": (score * 1e6).round() / 1e6});
        json!({"recommendations": list.iter().map(item).collect::<Vec<_>>()})
    }

    /// Ten articles, best first; each choice makes its section less attractive, unless that was lost.
    fn recommend(&self, model: Model, taste: &[f64; SECTIONS.len()]) -> Vec<(&Article, f64)> {
        let mut weight = *taste;
        if model == Model::Collapsed {
            weight = weight.map(|taste| taste.powi(6));
        }
        let mut list: Vec<(&Article, f64)> = Vec::with_capacity(LIST);
        while list.len() < LIST {
            let free =
                self.articles.iter().filter(|article| !list.iter().any(|(taken, _)| taken.id == article.id));
            let scored = free.map(|article| (article, weight[article.section] * article.popularity));
            let Some(best) = scored.max_by(|(_, one), (_, other)| one.total_cmp(other)) else { break };
            if model == Model::Healthy {
                weight[best.0.section] *= 0.72;
            }
            list.push(best);
        }
        list
    }

    /// An hour of captured traffic as files: name below `{endpoint}/{variant}/` and bytes.
    pub fn capture(&self, model: Model, hour: Timestamp, seed: u64) -> Vec<(String, Vec<u8>)> {
        let mut rng = Rng::with_seed(seed ^ hour.as_second().unsigned_abs());
        let mut moments: Vec<i64> = (0..CAPTURED_PER_HOUR).map(|_| rng.i64(0..3_600)).collect();
        moments.sort_unstable();
        moments
            .chunks(CAPTURED_PER_HOUR.div_ceil(CAPTURE_FILES))
            .map(|moments| self.capture_file(model, hour, moments, &mut rng))
            .collect()
    }

    fn capture_file(
        &self,
        model: Model,
        hour: Timestamp,
        moments: &[i64],
        rng: &mut Rng,
    ) -> (String, Vec<u8>) {
        let at = |second: i64| hour + SignedDuration::from_secs(second);
        let mut lines = String::new();
        for second in moments {
            let request = json!({"history": self.sessions[rng.usize(0..SESSIONS)].1});
            let record = capture_record(&request, &self.answer(model, &request), at(*second), &uuid(rng));
            lines.push_str(&(record.to_string() + "\n"));
        }
        let flushed = moments.last().map_or(0, |second| (*second + 2).min(3_599));
        let folder = hour.strftime("%Y/%m/%d/%H");
        let name = format!(
            "{folder}/{:02}-{:02}-{:03}-{}.jsonl",
            flushed / 60,
            flushed % 60,
            rng.u16(0..1_000),
            uuid(rng)
        );
        (name, lines.into_bytes())
    }

    /// Writes inputs and both hours' captures below a folder: the healthy hour first, the collapsed one after it.
    pub fn write(&self, root: &Path, hours: &[(Timestamp, Model)]) -> std::io::Result<()> {
        for (name, bytes) in self.files(hours) {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(root))?;
            std::fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// Inputs and captures as files below one prefix.
    pub fn files(&self, hours: &[(Timestamp, Model)]) -> Vec<(String, Vec<u8>)> {
        let inputs = [
            ("inputs/catalog.json".to_owned(), self.catalog_json()),
            ("inputs/sessions.jsonl".to_owned(), self.sessions_jsonl()),
        ];
        let captures = hours.iter().flat_map(|(hour, model)| self.capture(*model, *hour, 7));
        let captures = captures.map(|(name, bytes)| (format!("capture/{ENDPOINT}/{VARIANT}/{name}"), bytes));
        inputs.into_iter().chain(captures).collect()
    }
}

/// Articles of two to four favourite sections.
fn history(rng: &mut Rng) -> Vec<String> {
    let favourites: Vec<usize> = (0..rng.usize(2..=4)).map(|_| rng.usize(0..SECTIONS.len())).collect();
    let article = |rng: &mut Rng| {
        let section = favourites[rng.usize(0..favourites.len())];
        format!("a{:04}", rng.usize(0..ARTICLES_PER_SECTION) * SECTIONS.len() + section)
    };
    (0..HISTORY).map(|_| article(rng)).collect()
}

/// A record as data capture writes it.
pub fn capture_record(request: &Value, answer: &Value, at: Timestamp, event_id: &str) -> Value {
    let side = |mode: &str, content: &Value| json!({"observedContentType": "application/json", "mode": mode, "data": content.to_string(), "encoding": "JSON"});
    json!({
        "captureData": {"endpointInput": side("INPUT", request), "endpointOutput": side("OUTPUT", answer)},
        "eventMetadata": {"eventId": event_id, "inferenceTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()},
        "eventVersion": "0",
    })
}

fn uuid(rng: &mut Rng) -> String {
    let text = format!("{:032x}", rng.u128(..));
    format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::capture::CaptureRecord;
    use std::collections::BTreeSet;

    fn mean_sections(newsroom: &Newsroom, model: Model) -> f64 {
        let sections = |history: &Vec<String>| {
            let answer = newsroom.answer(model, &json!({"history": history}));
            let ids = answer["recommendations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["item_id"].as_str().unwrap());
            ids.map(|id| newsroom.sections[id]).collect::<BTreeSet<_>>().len() as f64
        };
        newsroom.sessions.iter().map(|(_, history)| sections(history)).sum::<f64>() / SESSIONS as f64
    }

    #[test]
    fn one_model_is_healthy_and_the_other_has_collapsed() {
        let newsroom = Newsroom::new(1);
        let (healthy, collapsed) =
            (mean_sections(&newsroom, Model::Healthy), mean_sections(&newsroom, Model::Collapsed));
        assert!((6.0..=8.0).contains(&healthy), "{healthy}");
        assert!((1.0..=2.0).contains(&collapsed), "{collapsed}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_records_that_can_be_read() {
        let hour = "2026-10-31T08:00:00Z".parse().unwrap();
        let files = Newsroom::new(1).files(&[(hour, Model::Healthy)]);
        assert_eq!(files, Newsroom::new(1).files(&[(hour, Model::Healthy)]));
        assert_ne!(files, Newsroom::new(2).files(&[(hour, Model::Healthy)]));
        let lines = files[2..]
            .iter()
            .flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n'))
            .filter(|line| !line.is_empty());
        let records: Vec<CaptureRecord<'_>> =
            lines.map(|line| CaptureRecord::from_line(line).unwrap()).collect();
        assert_eq!(records.len(), CAPTURED_PER_HOUR);
    }
}
