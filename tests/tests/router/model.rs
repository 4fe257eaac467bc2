//! Outages and outlets in turns change when a message comes, and nothing else: random weeks, against a router of the same
//! reports that nothing ever disturbs.
//!
//! What a person must hear of which verdicts is held by the decision's own model; this one holds the way to them.

use crate::desk::{Desk, Hour, TOPIC, at};
use bellwether_contract::execution::Status;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::routing::Message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Invocation, Router};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use fastrand::Rng;
use jiff::SignedDuration;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

const HOURS: i64 = 48;

thread_local! {
    static PRINTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static IS_FULL: Cell<bool> = const { Cell::new(false) };
}

fn print(message: &Message) -> std::io::Result<()> {
    if IS_FULL.get() {
        return Err(std::io::Error::other("no space left on device"));
    }
    PRINTED.with_borrow_mut(|printed| printed.push(message.message_id.clone()));
    Ok(())
}

/// Where reports and state lie.
enum Place {
    Folder(TempDir),
    Bucket(String),
}

impl Place {
    async fn new(seed: u64, desk: &Desk) -> Self {
        if seed < 1_000 {
            let memory = Path::new("/dev/shm");
            let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
            return Self::Folder(folder.unwrap());
        }
        let name = format!("model-{seed}");
        desk.aws.create_bucket(&name).await.unwrap();
        Self::Bucket(name)
    }

    fn uri(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().display().to_string(),
            Self::Bucket(name) => format!("s3://{name}"),
        }
    }

    async fn publish(&self, hour: &Hour, desk: &Desk) {
        for (key, bytes) in hour.files() {
            match self {
                Self::Folder(folder) => {
                    let path = folder.path().join(key);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, bytes).unwrap();
                }
                Self::Bucket(name) => {
                    let put = desk.aws.s3().put_object().bucket(name).key(key).body(bytes.into());
                    put.send().await.unwrap();
                }
            }
        }
    }

    fn router(&self, desk: &Desk, state: &str, outlet: Outlet) -> Router {
        let lookup = |name: &str| match name {
            "REPORTS_URI" => Some(format!("{}/reports", self.uri())),
            "STATE_URI" => Some(format!("{}/{state}", self.uri())),
            _ => None,
        };
        let settings = RouterSettings::read(lookup).unwrap();
        Router::new(settings, Some(&desk.clients())).unwrap().with_outlet(outlet)
    }
}

#[tokio::test]
async fn whatever_fails_meanwhile_each_message_comes_once_in_its_order_by_its_own_outlet() {
    let named = std::env::var("ROUTER_SEED").ok().map(|seed| vec![seed.parse::<u64>().unwrap()]);
    let desk = Desk::open().await;
    for seed in named.unwrap_or_else(|| (0..24).chain(1_000..1_002).collect()) {
        println!("ROUTER_SEED={seed}");
        live(seed, &desk).await;
    }
}

async fn live(seed: u64, desk: &Desk) {
    let mut rng = Rng::with_seed(seed);
    let place = Place::new(seed, desk).await;
    let topic = Outlet::new(Some(&desk.clients()), Some(TOPIC.parse().unwrap()));
    let by_topic = place.router(desk, "state", topic);
    let by_print = place.router(desk, "state", Outlet::Printed(print));
    let undisturbed = place.router(desk, "undisturbed", Outlet::Printed(|_| Ok(())));
    let sent_before = desk.aws.published().len();
    PRINTED.take();
    let mut expected: [Vec<String>; 2] = Default::default();
    for number in 1..=HOURS + 2 {
        let is_last = number > HOURS;
        let hour = drawn(&mut rng, number, is_last);
        place.publish(&hour, desk).await;
        disturb(&mut rng, desk, is_last);
        let prints = if is_last { number == HOURS + 1 } else { rng.u8(0..4) == 0 };
        let invocation =
            Invocation { now: hour.end() + SignedDuration::from_mins(10), request_id: "m".to_owned() };
        let run: RunFolder = hour.run();
        let reference = undisturbed.route(&run, &invocation).await.unwrap().sent;
        expected[usize::from(prints)].extend(reference.into_iter().map(|message| message.message_id));
        let router = if prints { &by_print } else { &by_topic };
        for retry in 0..1 + rng.i32(0..3) {
            let now = invocation.now + SignedDuration::from_mins(1) * retry;
            drop(router.route(&run, &Invocation { now, ..invocation.clone() }).await);
        }
    }
    let sent: Vec<String> = desk.queue()[sent_before..]
        .iter()
        .map(|body| body["message_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent, expected[0], "seed {seed}: sent");
    assert_eq!(PRINTED.take(), expected[1], "seed {seed}: printed");
    let times: BTreeMap<&String, usize> = sent.iter().map(|id| (id, 1)).collect();
    assert_eq!(times.len(), sent.len(), "seed {seed}: no message twice");
}

fn drawn(rng: &mut Rng, number: i64, is_last: bool) -> Hour {
    if is_last {
        return at(number).mean(6.5);
    }
    match rng.u8(0..8) {
        0 => at(number).status(Status::Inconclusive),
        1 => at(number).status(Status::CompletedNoData),
        2 => at(number).mean(6.5).unseen(),
        3 => at(number).mean(4.5),
        4 | 5 => at(number).mean(2.0),
        _ => at(number).mean(6.5),
    }
}

/// The topic refuses, or the disk is full, for hours on end; at the end neither.
fn disturb(rng: &mut Rng, desk: &Desk, is_last: bool) {
    if is_last || rng.u8(0..5) == 0 {
        desk.aws.clear_faults();
        IS_FULL.set(false);
    } else if rng.u8(0..4) == 0 {
        desk.aws.inject(Fault::before("sns:Publish", Answer::status(403)));
        IS_FULL.set(rng.bool());
    }
}
