//! What a doctor says of a model that was asked once and gave no answer.

use super::{Diagnosis, Health};
use crate::RunError;
use crate::replay::endpoint::{CallFailure, Endpoint};

/// The failure of a call; `what` was sent, and `remedy` is for a model that refuses it.
pub(crate) fn of_failure(
    check: &'static str,
    endpoint: &Endpoint,
    failure: CallFailure,
    what: &str,
    remedy: &'static str,
) -> Diagnosis {
    let of = |health, told: &str, remedy| {
        Diagnosis::of(health, check, format!("{} {told}", endpoint.address()), remedy)
    };
    match failure {
        CallFailure::Overload => {
            of(Health::NotChecked, "is busy, and was not pressed", "look again in a quieter minute")
        }
        CallFailure::Transient(reason) => of(
            Health::Problem,
            &format!("did not answer {what} ({reason})"),
            "look at its log, and try again",
        ),
        CallFailure::Unanswered(reason) => of(Health::Problem, &format!("refused {what} ({reason})"), remedy),
        CallFailure::Rejected(told) => of(Health::Problem, &format!("refused {what}: {told}"), remedy),
        CallFailure::Unreachable(source) => {
            let error = RunError::EndpointUnreachable { endpoint: endpoint.address(), source };
            Diagnosis::failed(check, &error)
        }
        CallFailure::Fatal(error) => Diagnosis::failed(check, &error),
    }
}
