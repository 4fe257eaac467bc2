//! How long wide hours take, and what they cost, by the simulation of `tests/src/wide_hours.rs`: the table of docs/cost.md.
//! `cargo run -p bellwether-tests --example wide_hours`, or with the number of seeds behind `--`.

#![expect(clippy::print_stdout, reason = "it prints the table")]

use bellwether_tests::wide_hours::{Account, Lived, Planned, live};

/// The first seed; the others follow it.
const SEED: u64 = 20_261_129;
const SEEDS: u64 = 1_000;
const GB: u64 = 1_000_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds = std::env::args().nth(1).map(|number| number.parse()).transpose()?.unwrap_or(SEEDS);
    println!("{seeds} seeds from {SEED}\n");
    println!(
        "| hour | functions at once | `PartConcurrency` | failing | minutes to the verdict: p50, p90, p99, most | USD: p50, p90, p99 | of that Lambda, Step Functions, S3 | executions: most | given up | verdicts |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for size_bytes in [36 * GB, 1_000 * GB] {
        let planned = Planned::hour(size_bytes, SEED);
        for account in accounts() {
            println!("{}", row(size_bytes, &planned, account, seeds));
        }
    }
    Ok(())
}

fn accounts() -> [Account; 5] {
    let usual = Account::default();
    let small = Account { concurrency: 10, ..usual };
    [
        usual,
        Account { failing_percent: 5.0, ..usual },
        small,
        Account { parts_at_once: 8, ..small },
        Account { parts_at_once: 8, failing_percent: 5.0, ..small },
    ]
}

fn row(size_bytes: u64, planned: &Planned, account: Account, seeds: u64) -> String {
    let lived: Vec<(Lived, Vec<usize>)> =
        (SEED..SEED + seeds).map(|seed| live(planned, account, seed)).collect();
    let verdicts: Vec<usize> = lived.iter().map(|(_, verdicts)| verdicts.len()).collect();
    let lived: Vec<Lived> = lived.into_iter().map(|(lived, _)| lived).collect();
    let of = |what: fn(&Lived) -> f64| {
        let mut values: Vec<f64> = lived.iter().map(what).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let at = |values: &[f64], percent: usize| values[(values.len() * percent / 100).min(values.len() - 1)];
    let (minutes, usd) = (of(|it| it.seconds / 60.0), of(Lived::cost_usd));
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    format!(
        "| {} GB, {} parts, {} files | {} | {} | {} % | {:.1}, {:.1}, {:.1}, {:.1} | {:.3}, {:.3}, {:.3} | {:.3}, {:.3}, {:.3} | {} | {} | {} to {} |",
        size_bytes / GB,
        planned.parts(),
        planned.files(),
        account.concurrency,
        account.parts_at_once,
        account.failing_percent,
        at(&minutes, 50),
        at(&minutes, 90),
        at(&minutes, 99),
        at(&minutes, 100),
        at(&usd, 50),
        at(&usd, 90),
        at(&usd, 99),
        mean(of(|it| it.lambda_usd)),
        mean(of(|it| it.transitions_usd)),
        mean(of(|it| it.requests_usd)),
        lived.iter().map(|it| it.executions).max().unwrap_or_default(),
        lived.iter().filter(|it| it.is_given_up).count(),
        verdicts.iter().min().unwrap_or(&0),
        verdicts.iter().max().unwrap_or(&0),
    )
}
