//! Wide hours in an account of somebody's bad days, by seeds: one verdict, whatever is throttled, fails, or answers nothing.
//!
//! By a model of the functions for hours of 36 GB and of 1 TB, and by the real ones for an hour of a few parts.

use super::{SMALL, later, monitor, planned};
use crate::harness::{Harness, assert_same, nine};
use crate::side_by_side::{File, Way, of_columns};
use bellwether_contract::parts::PART_BYTES;
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::HandedOver;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::Scheduled;
use bellwether_tests::wide_hours::{Account, Planned, Work, live, live_with};
use futures::future::LocalBoxFuture;
use std::cell::Cell;
use std::rc::Rc;
use tokio::task::LocalSet;

const GB: u64 = 1_000_000_000;

/// One verdict, of all parts or of none.
fn assert_one_verdict(planned: &Planned, account: Account, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (lived, verdicts) = live(planned, account, seed);
        let of = if lived.is_given_up { 0 } else { planned.parts() };
        assert_eq!(verdicts, [of], "seed {seed}: {lived:?}");
        assert!(
            lived.executions <= 4 && lived.seconds > 0.0 && lived.cost_usd() > 0.0,
            "seed {seed}: {lived:?}"
        );
    }
}

#[test]
fn an_hour_of_36_gb_has_one_verdict_by_any_seed() {
    let planned = Planned::hour(36 * GB, 1);
    assert!((135..150).contains(&planned.parts()), "{}", planned.parts());
    let usual = Account::default();
    let small = Account { concurrency: 10, ..usual };
    let ill = Account { failing_percent: 30.0, throttled_starts_percent: 60.0, ..usual };
    for account in [usual, small, ill, Account { failing_percent: 100.0, ..usual }] {
        assert_one_verdict(&planned, account, 0..6);
    }
    // Where nothing fails, nothing is tried again, and nothing is a dead letter.
    let well = Account { failing_percent: 0.0, throttled_starts_percent: 0.0, ..usual };
    let (lived, _) = live(&planned, well, 0);
    assert_eq!((lived.executions, lived.dead_letters, lived.throttled, lived.failed), (1, 0, 0, 0));
    let (dead, verdicts) = live(&planned, Account { failing_percent: 100.0, ..usual }, 0);
    assert_eq!((dead.is_given_up, verdicts), (true, vec![0]), "nothing is judged by what nobody read");
    assert!(dead.dead_letters >= 4, "somebody hears of each hour: {dead:?}");
}

#[test]
fn an_hour_of_a_terabyte_has_one_verdict_in_a_small_account() {
    let planned = Planned::hour(1_000 * GB, 1);
    assert!((1_000..1_010).contains(&planned.parts()), "{}", planned.parts());
    let small = Account { concurrency: 10, ..Account::default() };
    for account in [small, Account { parts_at_once: 8, ..small }] {
        assert_one_verdict(&planned, account, 0..2);
        assert!(!live(&planned, account, 0).0.is_given_up, "what waits for a place is not ill: {account:?}");
    }
}

/// The monitor itself.
struct Real {
    monitor: Scheduled<DataQuality>,
    job: String,
    has_verdict: Cell<bool>,
}

impl Work for Real {
    fn read_part(&self, part: usize) -> LocalBoxFuture<'_, Result<bool, String>> {
        Box::pin(async move {
            let read = self.monitor.read_part(&later(1 + part), &self.job, part, &nobody).await;
            read.map(|()| true).map_err(named)
        })
    }

    fn judge(&self) -> LocalBoxFuture<'_, Result<(), String>> {
        Box::pin(async {
            self.monitor.judge_parts(&later(40), &self.job, &nobody).await.map_err(named)?;
            self.has_verdict.set(true);
            Ok(())
        })
    }

    fn give_up(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(async { panic!("of fifteen in a hundred that fail nobody gives up") })
    }

    fn has_verdict(&self) -> bool {
        self.has_verdict.get()
    }
}

fn named(error: RunError) -> String {
    error.error_type().to_owned()
}

/// The real functions, by the same definition and on the same clock: same bytes as one run that reads all.
#[test]
fn the_real_parts_and_judge_come_to_the_same_bytes_by_any_seed() {
    let clock = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let clock = clock.expect("a clock");
    LocalSet::new().block_on(&clock, async {
        let mut hour = of_columns().await;
        let files: Vec<File> =
            (0..10).map(|file| (0..40).map(|n| (40 * file + n, Way::Whole)).collect()).collect();
        hour.capture(&files).await;
        let alone = async |site: &Harness| {
            let monitor = site.monitor::<DataQuality>()?.cut_at(SMALL);
            monitor.run(&nine(), &nobody).await.map(|_| ())
        };
        let alone = hour.report_of("alone", alone).await;
        for seed in 0..4 {
            let shared = async |site: &Harness| {
                let HandedOver { job, parts, .. } =
                    planned::<DataQuality>(site).await?.expect("a wide window");
                // As many parts; how long each takes is drawn as if it were full.
                let full = Planned::of(&vec![PART_BYTES; parts]);
                let work = Rc::new(Real { monitor: monitor(site), job, has_verdict: Cell::new(false) });
                let account = Account { failing_percent: 15.0, concurrency: 4, ..Account::default() };
                live_with(&full, account, seed, Rc::clone(&work)).await;
                assert!(work.has_verdict(), "seed {seed}");
                Ok(())
            };
            assert_same(&hour.report_of("shared", shared).await, &alone);
        }
    });
}
