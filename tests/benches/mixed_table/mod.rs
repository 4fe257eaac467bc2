//! A table of 20 columns as training data has them: numbers of all kinds, few texts, many texts, gaps and quotes.
//!
//! | columns | cells |
//! |---|---|
//! | `id` | 0, 1, 2, ... |
//! | `age`, `visits`, `cents` | whole numbers below 100, 10,000 and 10,000,000; `visits` missing in 5 % |
//! | `balance` | whole numbers, half of them negative |
//! | `label` | 0 or 1, one in seven is 1 |
//! | `price`, `discount`, `ratio` | 2, 1 and 4 decimals |
//! | `latitude`, `longitude` | 5 decimals, with signs |
//! | `score` | 6 decimals, missing in 10 % |
//! | `tiny` | 3 digits and an exponent |
//! | `country`, `plan`, `device`, `shelf` | 30, 4, 3 and 100 texts; `plan` missing in 2 % |
//! | `active` | `true` or `false` |
//! | `day` | a date of 3,650 |
//! | `token` | 8 hexadecimal digits, all different |
//!
//! Same seed, same bytes. Some 118 bytes a row.

use fastrand::Rng;
use std::io::{self, Write};

const SEED: u64 = 2026;
const HEADER: &str = "id,age,visits,cents,balance,label,price,discount,ratio,latitude,longitude,score,tiny,country,plan,device,shelf,active,day,token";
const PLANS: [&str; 4] = ["free", "basic", "\"plus, yearly\"", "enterprise"];
const DEVICES: [&str; 3] = ["phone", "tablet", "desktop"];

/// Writes the header and so many rows.
pub(crate) fn write(out: &mut impl Write, rows: u64) -> io::Result<()> {
    let mut rng = Rng::with_seed(SEED);
    writeln!(out, "{HEADER}")?;
    for id in 0..rows {
        row(out, &mut rng, id)?;
    }
    Ok(())
}

fn row(out: &mut impl Write, rng: &mut Rng, id: u64) -> io::Result<()> {
    write!(out, "{id},{},", rng.u32(18..100))?;
    if rng.u32(..20) > 0 {
        write!(out, "{}", rng.u32(..10_000))?;
    }
    write!(out, ",{},{},", rng.u32(..10_000_000), rng.i32(-50_000..50_000))?;
    write!(out, "{},{:.2},", u32::from(rng.u32(..7) == 0), 1_000.0 * rng.f64() * rng.f64())?;
    write!(out, "{:.1},{:.4},", 50.0 * rng.f64(), rng.f64())?;
    write!(out, "{:.5},{:.5},", 180.0 * rng.f64() - 90.0, 360.0 * rng.f64() - 180.0)?;
    if rng.u32(..10) > 0 {
        write!(out, "{:.6}", rng.f64())?;
    }
    write!(out, ",{:.2e},C{:02},", rng.f64() * 1e-6, rng.u32(..30))?;
    if rng.u32(..50) > 0 {
        out.write_all(PLANS[rng.usize(..PLANS.len())].as_bytes())?;
    }
    write!(out, ",{},shelf-{:02},{},", DEVICES[rng.usize(..DEVICES.len())], rng.u32(..100), rng.bool())?;
    let (year, month, day) = (2016 + rng.u32(..10), 1 + rng.u32(..12), 1 + rng.u32(..30));
    writeln!(out, "{year}-{month:02}-{day:02},{:08x}", (id as u32).wrapping_mul(2_654_435_761))
}
