//! The one part of a run that differs from attempt to attempt: its id, its duration, its cost.

use super::Invocation;
use crate::meter::Meter;
use crate::replay::Effort;
use bellwether_contract::execution::{Attempt, PartsTaken};

/// An id that is safe in a key, whatever the request id is.
pub(super) fn attempt_id(invocation: &Invocation) -> String {
    let id: String = invocation
        .request_id
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || *character == '-')
        .take(64)
        .collect();
    let began = invocation.now.strftime("%Y%m%dT%H%M%SZ");
    format!("{began}-{id}")
}

/// What differs from attempt to attempt.
pub(super) fn attempt(
    invocation: &Invocation,
    meter: Meter,
    effort: Effort,
    parts: Option<PartsTaken>,
    read_alone_bytes: Option<u64>,
) -> Attempt {
    let duration_seconds = meter.seconds();
    let of_parts = parts.as_ref().and_then(|parts| parts.estimated_cost_usd).unwrap_or_default();
    Attempt {
        bellwether_version: env!("CARGO_PKG_VERSION").to_owned(),
        request_id: invocation.request_id.clone(),
        started_at: invocation.now,
        duration_seconds,
        endpoint_calls: effort.calls,
        endpoint_retries: effort.retries,
        most_in_flight: effort.most_in_flight,
        estimated_cost_usd: meter.cost_usd(duration_seconds).map(|cost| cost + of_parts),
        parts,
        read_alone_bytes,
        profile_not_kept: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::trigger::Trigger;
    use bellwether_contract::window::Window;

    #[test]
    fn an_attempts_id_is_safe_in_a_key() {
        let trigger = Trigger {
            window: Window::new(
                "2026-10-31T08:00:00Z".parse().unwrap(),
                "2026-10-31T09:00:00Z".parse().unwrap(),
            )
            .unwrap(),
            reopen: false,
        };
        let invocation = Invocation {
            trigger,
            now: "2026-10-31T09:10:00Z".parse().unwrap(),
            began: tokio::time::Instant::now(),
            deadline: None,
            request_id: "../../x\n".repeat(100),
            memory_mb: None,
        };
        assert_eq!(attempt_id(&invocation), format!("20261031T091000Z-{}", "x".repeat(64)));
    }
}
