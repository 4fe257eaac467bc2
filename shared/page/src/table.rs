//! What fits: rows of a table, cards and figures are drawn while there is room, and the rest is counted.

use crate::words::counted;
use maud::{Markup, html};

/// Rows of a table at most.
pub const MOST_ROWS: usize = 500;

/// How much room there is for pieces of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Pieces at most.
    pub most: usize,
    /// Their bytes at most.
    pub bytes: usize,
}

/// Pieces that were drawn, and how many were not.
#[derive(Debug, Clone, Default)]
pub struct Fitted {
    /// Those for which there was room, in order.
    pub drawn: Vec<Markup>,
    /// How many more there are.
    pub left_out: usize,
}

impl Room {
    /// Draws pieces while there is room. One that is too large ends it: what comes after it matters less.
    #[must_use]
    pub fn fit<T>(self, items: impl IntoIterator<Item = T>, mut draw: impl FnMut(T) -> Markup) -> Fitted {
        let (mut drawn, mut bytes, mut left_out) = (Vec::new(), 0, 0);
        for item in items {
            if left_out > 0 || drawn.len() == self.most {
                left_out += 1;
                continue;
            }
            let markup = draw(item);
            bytes += markup.0.len();
            if bytes > self.bytes {
                left_out += 1;
            } else {
                drawn.push(markup);
            }
        }
        Fitted { drawn, left_out }
    }
}

impl Fitted {
    /// The pieces.
    #[must_use]
    pub fn markup(&self) -> Markup {
        html! { @for piece in &self.drawn { (piece) } }
    }

    /// `1,500 columns more in evaluation.json`; nothing where all are there.
    #[must_use]
    pub fn rest(&self, noun: &str, place: &str) -> Markup {
        let words = counted(self.left_out as u64, noun);
        html! { @if self.left_out > 0 { p { (words) " more; all of them stand in " (place) "." } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let fit = |most, bytes| {
            let fitted = Room { most, bytes }.fit(0..10, |n| html! { (n) });
            (fitted.markup().into_string(), fitted.left_out)
        };
        assert_eq!(fit(10, 10), ("0123456789".to_owned(), 0));
        assert_eq!(fit(4, 10), ("0123".to_owned(), 6));
        assert_eq!(fit(10, 3), ("012".to_owned(), 7));
        assert_eq!(fit(0, 0), (String::new(), 10));
        let fitted = Room { most: 1, bytes: 9 }.fit(0..1_001, |n| html! { (n) });
        assert_eq!(
            fitted.rest("column", "evaluation.json").into_string(),
            "<p>1,000 columns more; all of them stand in evaluation.json.</p>"
        );
    }
}
