//! The rule of a composite alarm: `ALARM("a") OR (OK(b) AND NOT INSUFFICIENT_DATA(c))`.
//!
//! It knows no action suppression and no `AT_LEAST`. Source: `AlarmRule` of `PutCompositeAlarm` in the CloudWatch API
//! reference. `NOT` binds closest, then `AND`, then `OR`; names may be quoted, and may be ARNs.

use super::State;

/// A rule that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `TRUE` or `FALSE`.
    Constant(bool),
    /// Whether the named alarm is in this state.
    Is(State, String),
    /// The opposite.
    Not(Box<Rule>),
    /// Both.
    And(Box<Rule>, Box<Rule>),
    /// One of them, or both.
    Or(Box<Rule>, Box<Rule>),
}

impl Rule {
    /// Reads a rule. The error is one sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { tokens: tokens(text)?, next: 0 };
        let rule = reader.any()?;
        match reader.take() {
            None => Ok(rule),
            Some(token) => Err(format!("{token:?} after the end of the rule {text:?}")),
        }
    }

    /// Whether the rule holds, given what each alarm says. An alarm that does not exist is in no state.
    pub fn holds(&self, state: &dyn Fn(&str) -> Option<State>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, name) => state(name) == Some(*wanted),
            Self::Not(rule) => !rule.holds(state),
            Self::And(one, other) => one.holds(state) && other.holds(state),
            Self::Or(one, other) => one.holds(state) || other.holds(state),
        }
    }

    /// Names of the alarms that the rule asks.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Is(_, name) => vec![name],
            Self::Not(rule) => rule.names(),
            Self::And(one, other) | Self::Or(one, other) => [one.names(), other.names()].concat(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    Quoted(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' => {
                let end = rest[1..].find('"').ok_or_else(|| format!("a quote is open in {text:?}"))?;
                (Token::Quoted(rest[1..=end].to_owned()), end + 2)
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()\"".contains(c)).unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<Token>,
    next: usize,
}

impl Reader {
    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = matches!(self.tokens.get(self.next), Some(Token::Word(text)) if text == word);
        self.next += usize::from(is);
        is
    }

    fn any(&mut self) -> Result<Rule, String> {
        let mut rule = self.all()?;
        while self.takes_word("OR") {
            rule = Rule::Or(Box::new(rule), Box::new(self.all()?));
        }
        Ok(rule)
    }

    fn all(&mut self) -> Result<Rule, String> {
        let mut rule = self.one()?;
        while self.takes_word("AND") {
            rule = Rule::And(Box::new(rule), Box::new(self.one()?));
        }
        Ok(rule)
    }

    fn one(&mut self) -> Result<Rule, String> {
        // A chain of NOTs is read in a loop, so that no rule is too deep by them.
        let mut negated = false;
        while self.takes_word("NOT") {
            negated = !negated;
        }
        let rule = match self.take() {
            Some(Token::Open) => {
                let rule = self.any()?;
                self.expect(&Token::Close)?;
                rule
            }
            Some(Token::Word(word)) => self.function(&word)?,
            other => return Err(format!("expected a condition, found {other:?}")),
        };
        Ok(if negated { Rule::Not(Box::new(rule)) } else { rule })
    }

    fn function(&mut self, word: &str) -> Result<Rule, String> {
        let state = match word {
            "TRUE" => return Ok(Rule::Constant(true)),
            "FALSE" => return Ok(Rule::Constant(false)),
            "ALARM" => State::Alarm,
            "OK" => State::Ok,
            "INSUFFICIENT_DATA" => State::InsufficientData,
            other => return Err(format!("{other} is neither ALARM, OK, INSUFFICIENT_DATA, TRUE nor FALSE")),
        };
        self.expect(&Token::Open)?;
        let name = match self.take() {
            Some(Token::Word(name) | Token::Quoted(name)) => name,
            other => return Err(format!("expected the name of an alarm, found {other:?}")),
        };
        self.expect(&Token::Close)?;
        let name = name.split_once(":alarm:").map_or(name.clone(), |(_, name)| name.to_owned());
        Ok(Rule::Is(state, name))
    }

    fn expect(&mut self, token: &Token) -> Result<(), String> {
        match self.take() {
            Some(found) if found == *token => Ok(()),
            found => Err(format!("expected {token:?}, found {found:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(rule: &str) -> bool {
        let state = |name: &str| match name {
            "up" => Some(State::Ok),
            "down" | "really down" => Some(State::Alarm),
            "new" => Some(State::InsufficientData),
            _ => None,
        };
        Rule::parse(rule).unwrap().holds(&state)
    }

    #[test]
    fn rules_hold_or_do_not() {
        // The forms of the API reference's examples, with names whose states are known.
        let cases = [
            ("ALARM(down)", true),
            (r#"ALARM("really down")"#, true),
            ("ALARM(up)", false),
            ("OK(up) AND INSUFFICIENT_DATA(new)", true),
            ("ALARM(down) AND ALARM(up)", false),
            ("ALARM(down) AND NOT ALARM(up)", true),
            ("(ALARM(up) OR ALARM(down)) AND OK(up)", true),
            (r#"ALARM("up") OR ALARM("down") OR ALARM("new")"#, true),
            ("NOT (ALARM(down) OR FALSE)", false),
            ("TRUE OR FALSE AND FALSE", true),
            ("(TRUE OR FALSE) AND FALSE", false),
            ("NOT NOT TRUE", true),
            ("ALARM(arn:aws:cloudwatch:eu-west-1:000000000000:alarm:down)", true),
            ("ALARM(nobody) OR OK(nobody) OR INSUFFICIENT_DATA(nobody)", false),
        ];
        for (rule, expected) in cases {
            assert_eq!(holds(rule), expected, "{rule}");
        }
    }

    #[test]
    fn a_rule_names_its_alarms() {
        let rule = Rule::parse(r#"ALARM("a") OR NOT (OK(b) AND TRUE)"#).unwrap();
        assert_eq!(rule.names(), ["a", "b"]);
    }

    #[test]
    fn nonsense_is_refused() {
        for rule in [
            "",
            "ALARM",
            "ALARM(",
            "ALARM()",
            "ALARM(a",
            "ALARM(a) OR",
            "XOR(a)",
            "(TRUE",
            "TRUE)",
            "TRUE FALSE",
        ] {
            assert!(Rule::parse(rule).is_err(), "{rule}");
        }
        assert!(Rule::parse("ALARM(\"a)").unwrap_err().contains("quote"));
    }
}
