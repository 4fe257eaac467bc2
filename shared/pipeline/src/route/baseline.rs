//! A baseline below the floor, announced once a version.
//!
//! It measures nothing: what is below is said by [`BelowFloor`]. The claim is the outbox's, on an object of its own, so
//! that a baseline's news never waits for an hour's.

use crate::baseline::BelowFloor;
use crate::route::message::message_id;
use crate::route::outbox::{Claimant, Outlet, Turn, owner};
use crate::route::text::{plain, subject};
use crate::route::{Invocation, PATIENCE};
use crate::{RunError, swap};
use bellwether_analysis::verdict::description;
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::judged::Severity;
use bellwether_contract::keys::Key;
use bellwether_contract::routing::{Attributes, BaselineNotice, Message, RoutingState};
use bellwether_contract::violations::CheckType;
use bellwether_storage::Store;
use serde_json::json;
use tokio::time::Instant;

/// Announces a baseline that is below the floor, unless this baseline was announced before. The message, where this
/// call sent it.
pub async fn announce(
    below: &BelowFloor,
    state: &Store,
    outlet: &Outlet,
    invocation: &Invocation,
) -> Result<Option<Message>, RunError> {
    let key =
        Key::BaselineNotice(&below.endpoint_name, &below.target_variant, &below.model_version).to_string();
    let owner = owner(&invocation.request_id);
    let claimant = Claimant { state, key: &key, owner: &owner, outlet };
    let began = Instant::now();
    let mut round = 0;
    while began.elapsed() < PATIENCE {
        let now = invocation.now + began.elapsed();
        let (held, version) =
            swap::read::<BaselineNotice>(state, &key, RoutingState::MAX_BYTES).await?.unzip();
        let held = held.filter(|held| held.digest == below.digest);
        let outbox = held.as_ref().and_then(|held| held.outbox.as_ref());
        match (claimant.turn(outbox, now), outbox) {
            (Turn::Ours, Some(outbox)) => {
                claimant.deliver::<BaselineNotice>(outbox, now).await?;
                return Ok(Some(outbox.message.clone()));
            }
            (Turn::Theirs, _) => return Ok(None),
            (Turn::Free, _) if held.is_some() => return Ok(None),
            _ => {}
        }
        let outbox = Some(claimant.claim(claimant.queued(message(below), now), now));
        let claimed = BaselineNotice { digest: below.digest.clone(), outbox };
        if !swap::write(state, &key, &claimed, version.as_ref()).await? {
            swap::pause(round).await;
            round += 1;
        }
    }
    Err(RunError::Contended { object: state.uri(&key) })
}

/// The notification.
pub fn message(below: &BelowFloor) -> Message {
    let BelowFloor { endpoint_name, target_variant, model_version, .. } = below;
    let dedup_key = format!("{endpoint_name}/{target_variant}/baseline");
    let id = message_id(&[&dedup_key, model_version.as_str(), &below.digest]);
    let headline = format!(
        "CRITICAL: baseline of model {model_version} is below the floor on {endpoint_name}/{target_variant}"
    );
    let current = below.current.as_ref().map_or_else(
        || "No baseline is in force: only the floor is judged.".to_owned(),
        |current| format!("The baseline of {current} stays in force."),
    );
    let metric = plain(&below.metric_name, 120);
    let object = plain(&below.object, 1_024);
    let operator = ComparisonOperator::LessThanThreshold;
    let description = description(&metric, below.mean, &operator, below.floor);
    let text = format!(
        "{headline}\n\n{description}\nThe model recommends too uniformly on the validation set. Its baseline was kept \
         and not put in force. {current}\n\nBaseline   {object}\nMessage {id} of incident {dedup_key}."
    );
    let check = CheckType::from(operator);
    let body = json!({
        "message_id": id,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "text": text,
        "payload": {
            "summary": headline,
            "source": endpoint_name,
            "severity": Severity::Critical,
            "component": target_variant,
            "group": "baseline",
            "class": check,
            "custom_details": {
                "kind": "announced",
                "monitor": "diversity",
                "model_version": model_version,
                "current": below.current,
                "violations_total": 1,
                "violations": [{
                    "constraint_check_type": check,
                    "metric_name": metric,
                    "severity": Severity::Critical,
                    "description": description,
                    "value": below.mean,
                    "limit": below.floor,
                }],
                "baseline": object,
            },
        },
        "links": [],
    });
    let attributes = Attributes {
        severity: Severity::Critical,
        monitor: "diversity".to_owned(),
        endpoint: endpoint_name.to_string(),
        variant: target_variant.to_string(),
        schedule: "baseline".to_owned(),
        status: "CompletedWithViolations".to_owned(),
        check: vec![check.as_str().to_owned()],
    };
    Message { message_id: id, dedup_key, subject: subject(&headline), text, body, attributes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::message::{MOST_BYTES, size_bytes};

    #[test]
    fn a_baseline_below_the_floor() {
        let mut below = BelowFloor {
            endpoint_name: "recommender-prod".parse().unwrap(),
            target_variant: "AllTraffic".parse().unwrap(),
            model_version: "v8".parse().unwrap(),
            metric_name: "top10_category_diversity_mean".to_owned(),
            mean: 1.512,
            floor: 4.0,
            current: Some("v7".parse().unwrap()),
            object: "s3://ml/baselines/recommender-prod/AllTraffic/v8/diversity_baseline.json".to_owned(),
            digest: "d8".to_owned(),
        };
        let told = message(&below);
        insta::assert_snapshot!("baseline_text", format!("{}\n\n{}", told.subject, told.text));
        insta::assert_snapshot!("baseline_json", serde_json::to_string_pretty(&told.body).unwrap());
        assert_eq!(told.dedup_key, "recommender-prod/AllTraffic/baseline");
        assert_eq!(message(&below), told);
        below.current = None;
        below.endpoint_name = "e".repeat(63).parse().unwrap();
        below.target_variant = "v".repeat(63).parse().unwrap();
        below.model_version = "m".repeat(63).parse().unwrap();
        let told = message(&below);
        assert!(told.subject.len() < 100 && size_bytes(&told) < MOST_BYTES);
        assert!(told.text.contains("No baseline is in force"), "{}", told.text);
    }
}
