//! Which records of a table were met by a captured one: a bit each, so that a record that is met twice counts once.

/// Numbers of records; half a megabyte for four million.
#[derive(Debug, Clone, Default)]
pub struct Matched(Vec<u64>);

impl Matched {
    /// Notes a record by its number.
    pub fn note(&mut self, number: u32) {
        let (word, bit) = (number as usize / 64, number % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    /// The bits, 64 records a word.
    pub(crate) fn words(&self) -> &[u64] {
        &self.0
    }

    /// The same of such words, of a table of so many records; `None` where one is met that it does not hold.
    pub(crate) fn of_words(words: Vec<u64>, records: u64) -> Option<Self> {
        let places = words.iter().rposition(|word| *word != 0);
        let end = places.map_or(0, |place| 64 * (place as u64 + 1) - u64::from(words[place].leading_zeros()));
        (end <= records).then_some(Self(words))
    }

    /// How many records were met.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Adds what another part met of the same table.
    pub fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

impl PartialEq for Matched {
    /// Whatever room they have.
    fn eq(&self, other: &Self) -> bool {
        let (shorter, longer) =
            if self.0.len() < other.0.len() { (&self.0, &other.0) } else { (&other.0, &self.0) };
        let (same, more) = longer.split_at(shorter.len());
        same == shorter.as_slice() && more.iter().all(|word| *word == 0)
    }
}

impl Eq for Matched {}
