//! A word that nobody knows, and the known one that is probably meant.
//!
//! It decides nothing: whether an unknown word is refused or told is its reader's question.

/// The known word that is nearest, where at most so many letters are too many, missing, wrong or swapped with their neighbour.
/// Letter case and what separates words (`_`, `-`, a blank) do not count.
pub fn meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>, most: usize) -> Option<&'k str> {
    let word = plain(word);
    let distances = known.into_iter().map(|known| (strsim::osa_distance(&word, &plain(known)), known));
    distances.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known)
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
