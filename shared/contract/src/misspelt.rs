//! A word that nobody knows, and the known one that is probably meant.
//!
//! It decides nothing: whether an unknown word is refused or told is its reader's question.

use crate::statistics::Unknown;

/// Wrong letters that a word may have to be recognised, unless known words are so alike that two letters tell them apart.
pub const NEAR: usize = 2;

/// The known word that is nearest, where at most so many letters are too many, missing, wrong or swapped with their neighbour.
/// Letter case and what separates words (`_`, `-`, a blank) do not count.
pub fn meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>, most: usize) -> Option<&'k str> {
    let word = plain(word);
    let distances = known.into_iter().map(|known| (strsim::osa_distance(&word, &plain(known)), known));
    distances.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known)
}

/// What is wrong with the first key that is probably a known one with up to two wrong letters: unheeded in silence, it would leave out what
/// somebody asked for. `path` stands before the key; `known` may hold keys that only others heed.
pub(crate) fn key_fault(path: &str, unknown: &Unknown, known: &[&str]) -> Option<String> {
    let strange = unknown.keys().map(String::as_str).filter(|key| !known.contains(key));
    let mut probable = strange.filter_map(|key| Some((key, meant(key, known.iter().copied(), NEAR)?)));
    probable.next().map(|(key, meant)| format!("{path}{key} is not known; write {meant:?}"))
}

fn plain(word: &str) -> String {
    word.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn the_nearest_word_within_reach_is_meant() {
        let known = ["catalog_uri", "capture_uri", "top_k"];
        for (word, most, expected) in [
            ("catalogue_uri", 2, Some("catalog_uri")),
            ("catalogue_uri", 1, None),
            ("Capture-URI", 1, Some("capture_uri")),
            ("captrue_uri", 1, Some("capture_uri")),
            ("topk", 0, Some("top_k")),
            ("colour", 2, None),
            ("", 2, None),
        ] {
            assert_eq!(meant(word, known, most), expected, "{word:?} within {most}");
        }
    }
}
