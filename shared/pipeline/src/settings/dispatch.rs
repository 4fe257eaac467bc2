//! The settings of the dispatcher: which document, whose functions, and where the stack's reports and points lie.
//!
//! It opens nothing.

use super::declared::{Value, settings};
use super::values::Namespace;
use crate::metrics::StackMetrics;
use crate::monitors::TABLE;
use bellwether_contract::names::StackName;
use bellwether_storage::Location;
use std::collections::BTreeMap;

settings! {
    /// Settings of the dispatcher that were understood.
    pub struct DispatchSettings {
        /// The document of monitors
        MONITORS_URI "monitors" "URI" (required) => monitors: Location;
        /// Where reports go
        REPORTS_URI "reports" "URI" (required) => reports: Location;
        /// Stages, marks and attempts, outside the reports [default: reports URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, reports.as_ref()))
            => state: Location;
        /// Stack that the monitors belong to
        STACK_NAME "stack-name" "NAME" (required) => stack_name: StackName;
        /// CloudWatch namespace of the points of the stack [default: Bellwether]
        STACK_METRICS_NAMESPACE "stack-metrics-namespace" "NAME" (optional) => stack_metrics_namespace: Namespace;
        /// The function of each monitor, by its name or ARN: NAME=FUNCTION, separated by commas
        MONITOR_FUNCTIONS "functions" "NAME=FUNCTION" (required) => functions: MonitorFunctions;
    }
}

impl DispatchSettings {
    /// Where its points go.
    pub(crate) fn stack(&self) -> StackMetrics {
        StackMetrics::new(self.stack_name.clone(), self.stack_metrics_namespace.clone())
    }
}

/// Which function runs a monitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonitorFunctions(BTreeMap<&'static str, String>);

impl MonitorFunctions {
    /// The function of a monitor of the table.
    ///
    /// # Errors
    /// There is none in this stack; the text says so.
    pub fn of(&self, monitor: &str) -> Result<&str, String> {
        let found = self.0.get(monitor).map(String::as_str);
        found
            .ok_or_else(|| format!("this stack has no function for {monitor}; deploy a release that has one"))
    }
}

impl Value for MonitorFunctions {
    fn understood(text: &str) -> Result<Self, String> {
        let mut functions = BTreeMap::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, function) =
                pair.split_once('=').map_or((pair, ""), |(name, function)| (name.trim(), function.trim()));
            let known = TABLE.iter().find(|monitor| monitor.name == name).ok_or_else(|| {
                let all = TABLE.iter().map(|monitor| monitor.name).collect::<Vec<_>>().join(", ");
                format!("{name:?} is none of {all}")
            })?;
            if function.is_empty() {
                return Err(format!("{pair:?} names no function; write {name}=FUNCTION"));
            }
            if functions.insert(known.name, function.to_owned()).is_some() {
                return Err(format!("{name} stands there twice"));
            }
        }
        if functions.is_empty() { Err("names no monitor's function".to_owned()) } else { Ok(Self(functions)) }
    }

    fn spelt(&self) -> String {
        let pairs = self.0.iter().map(|(name, function)| format!("{name}={function}"));
        pairs.collect::<Vec<_>>().join(",")
    }

    fn needs_aws(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_monitor_has_one_function() {
        let [first, second] = [TABLE[0].name, TABLE[1].name];
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        let functions = MonitorFunctions::understood(&format!("{first}={arn}, {second}=g,")).unwrap();
        assert_eq!((functions.of(first), functions.of(second)), (Ok(arn), Ok("g")));
        assert_eq!(MonitorFunctions::understood(&functions.spelt()), Ok(functions));
        let one = MonitorFunctions::understood(&format!("{first}=f")).unwrap();
        assert!(one.of(second).unwrap_err().contains(second));
        for (text, told) in [
            ("nobody=f".to_owned(), "\"nobody\" is none of"),
            (format!("{first}"), "names no function"),
            (format!("{first}="), "names no function"),
            (format!("{first}=f,{first}=g"), "twice"),
            (" , ".to_owned(), "names no monitor's function"),
        ] {
            let error = MonitorFunctions::understood(&text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
