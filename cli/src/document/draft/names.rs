//! Names of monitoring schedules: legal, and no two alike.

use std::collections::BTreeSet;

/// Of a schedule's name.
const MOST_CHARS: usize = 63;

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The wished name where it is legal and free, else the nearest that is.
    pub(super) fn of(&mut self, wish: &str) -> String {
        let base = legal(wish, MOST_CHARS);
        let numbered = (2_usize..).map(|number| {
            let suffix = format!("-{number}");
            format!("{}{suffix}", legal(&base, MOST_CHARS - suffix.len()))
        });
        let mut names = std::iter::once(base.clone()).chain(numbered);
        let free = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

/// Letters, digits and hyphens, at most so many, that begin and end with none of the hyphens.
fn legal(text: &str, most: usize) -> String {
    let tame = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    let tamed: String = text.chars().map(tame).collect();
    let cut: String = tamed.trim_matches('-').chars().take(most).collect();
    let name = cut.trim_end_matches('-');
    if name.is_empty() { "monitor".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::names::ScheduleName;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_kept_where_it_can_be() {
        let mut names = Names::default();
        let wished =
            ["churn", "churn", "churn", "churn-2", "a b/c", "--", "", &"n".repeat(70), &"n".repeat(63)];
        let given: Vec<String> = wished.iter().map(|wish| names.of(wish)).collect();
        let (whole, cut) = ("n".repeat(63), format!("{}-2", "n".repeat(61)));
        assert_eq!(
            given,
            ["churn", "churn-2", "churn-3", "churn-2-2", "a-b-c", "monitor", "monitor-2", &whole, &cut]
        );
    }

    proptest! {
        #[test]
        fn every_name_is_legal_and_no_two_are_alike(wishes in prop::collection::vec(".{0,80}|[ab]{0,2}", 0..40)) {
            let mut names = Names::default();
            let given: Vec<String> = wishes.iter().map(|wish| names.of(wish)).collect();
            for name in &given {
                prop_assert!(name.parse::<ScheduleName>().is_ok(), "{name:?}");
            }
            prop_assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        }
    }
}
