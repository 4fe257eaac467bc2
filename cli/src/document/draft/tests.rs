use super::*;
use bellwether_contract::names::ScheduleName;
use proptest::prelude::*;
use saphyr::{LoadableYamlNode, Yaml};

/// What YAML has a use for.
const SIGNS: &str = "[-:#{}\\[\\]\n\r\t\"'&*!|> a\u{85}\u{2028}]{0,20}";
const DATA_QUALITY: &str = "data-quality";

#[test]
fn an_entry_is_comments_then_keys_in_the_order_of_the_monitors_table() {
    let mut draft = Draft::new("churn", DATA_QUALITY);
    draft.note("One.");
    draft.set("capture_uri", "s3://captures/data");
    draft.set("endpoint_name", "churn-prod");
    draft.set("nothing_of_the_kind", "0");
    draft.pause("Two.");
    draft.every(Every::Day(7));
    draft.lose(Lost { values: vec![("A.B".into(), "x".into()), ("C".into(), String::new())], reason: "why" });
    let left_out = vec![LeftOut::new("e/v", "because")];
    let document = Document { head: vec!["Head.".into()], drafts: vec![draft], left_out };
    assert_eq!(document.lost(), 3);
    assert_eq!(
        document.text(),
        "# Head.\nversion: 1\nmonitors:\n  # One.\n  # Two.\n  # Not carried over:\n\
         \x20 #   nothing_of_the_kind 0 (this monitor has no such setting)\n  #   A.B x, C (why)\n\
         \x20 - name: churn\n    monitor: data-quality\n    enabled: false\n    every: day\n    at_hour: 7\n\
         \x20   endpoint_name: churn-prod\n    capture_uri: s3://captures/data\n# No entry for e/v: because."
    );
}

proptest! {
    /// Names, values, notes and whatever else is foreign: the document says what was drafted, and nothing else.
    #[test]
    fn no_text_changes_what_a_document_says(
        texts in prop::collection::vec(prop_oneof![any::<String>(), SIGNS], 6),
    ) {
        let draft = |name: &str| {
            let mut draft = Draft::new(name, DATA_QUALITY);
            draft.note(texts[1].clone());
            draft.pause(shown(&texts[2]));
            draft.set("endpoint_name", texts[3].clone());
            draft.set("unknown", texts[4].clone());
            draft.lose(Lost { values: vec![(texts[5].clone(), texts[0].clone())], reason: "why" });
            draft
        };
        let document = Document {
            head: vec![texts[4].clone()],
            drafts: vec![draft(&texts[0]), draft(&texts[0])],
            left_out: vec![LeftOut::new(&texts[1], texts[2].clone())],
        };
        let text = document.text();
        let read = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(read[0].as_mapping().expect("a mapping").len(), 2);
        let entries = read[0]["monitors"].as_vec().expect("a list");
        prop_assert_eq!(entries.len(), 2);
        for entry in entries {
            prop_assert_eq!(entry["endpoint_name"].as_str(), Some(texts[3].as_str()));
            prop_assert!(entry["name"].as_str().expect("a name").parse::<ScheduleName>().is_ok());
            prop_assert_eq!(entry.as_mapping().expect("a mapping").len(), 4);
        }
        prop_assert!(entries[0]["name"] != entries[1]["name"]);
        prop_assert!(!text.contains(|character| character != '\n' && bellwether_contract::printable::is_unprintable(character)));
    }
}
