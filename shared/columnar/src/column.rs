//! The values of a column, as tokens and texts of JSON.

use super::line::quoted;
use super::shape::{Column, Meaning};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};

/// Most bytes of a decimal: what 38 digits need.
const DECIMAL_BYTES: usize = 16;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A value that is there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A number or a truth value, as it stands in JSON.
    Bare(String),
    Text(String),
}

/// Values of a batch, with `None` for null.
#[derive(Debug)]
pub(crate) struct Values(Vec<Option<Value>>);

impl IntoIterator for Values {
    type Item = Option<Value>;
    type IntoIter = std::vec::IntoIter<Option<Value>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Values {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads the next values of a column, at most so many.
    pub(crate) fn read(reader: &mut ColumnReader, column: &Column, most: usize) -> Result<Self, String> {
        let meaning = column.meaning;
        let read = match reader {
            ColumnReader::BoolColumnReader(reader) => next(reader, most, |value| Ok(bare(value))),
            ColumnReader::Int32ColumnReader(reader) => next(reader, most, |value| match meaning {
                Meaning::Unsigned => Ok(bare(value.cast_unsigned())),
                _ => number(i64::from(value), meaning),
            }),
            ColumnReader::Int64ColumnReader(reader) => next(reader, most, |value| number(value, meaning)),
            ColumnReader::Int96ColumnReader(reader) => next(reader, most, |value| of_int96(&value)),
            ColumnReader::FloatColumnReader(reader) => {
                next(reader, most, |value| Ok(float(f64::from(value), value)))
            }
            ColumnReader::DoubleColumnReader(reader) => next(reader, most, |value| Ok(float(value, value))),
            ColumnReader::ByteArrayColumnReader(reader) => {
                next(reader, most, |value: ByteArray| of_bytes(value.data(), meaning))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                next(reader, most, |value: FixedLenByteArray| of_bytes(value.data(), meaning))
            }
        };
        read.map(Self).map_err(|reason| format!("column {}: {reason}", quoted(&column.name)))
    }
}

/// The next values: one for each definition level, which is the column's greatest where a value is there.
fn next<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most: usize,
    of: impl Fn(T::T) -> Result<Value, String>,
) -> Result<Vec<Option<Value>>, String> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let read = reader.read_records(most, Some(&mut levels), None, &mut values);
    let (records, count, _) = read.map_err(|error| format!("{error}; write the file again"))?;
    if count != values.len() || count > records || (!levels.is_empty() && levels.len() != records) {
        return Err(format!("{count} values in {records} rows; write the file again"));
    }
    let known = if levels.is_empty() { records } else { levels.iter().filter(|level| **level > 0).count() };
    if known != count {
        return Err(format!("{count} values in the place of {known}; write the file again"));
    }
    let mut values = values.into_iter();
    if levels.is_empty() {
        return values.map(|value| of(value).map(Some)).collect();
    }
    let mut cell = |level: i16| if level == 0 { Ok(None) } else { values.next().map(&of).transpose() };
    levels.into_iter().map(&mut cell).collect()
}

fn bare(value: impl ToString) -> Value {
    Value::Bare(value.to_string())
}

/// The shortest text of a floating number that tells it from others of its width.
fn float(wide: f64, value: impl std::fmt::Debug) -> Value {
    match wide {
        wide if wide.is_nan() => bare("NaN"),
        wide if wide.is_infinite() => bare(if wide > 0.0 { "Infinity" } else { "-Infinity" }),
        _ => Value::Bare(format!("{value:?}")),
    }
}

fn number(value: i64, meaning: Meaning) -> Result<Value, String> {
    match meaning {
        Meaning::Unsigned => Ok(bare(value.cast_unsigned())),
        Meaning::Decimal(scale) => Ok(decimal(i128::from(value), scale)),
        Meaning::Date => of_days(value),
        Meaning::Time(nanos) => of_midnight(value, nanos),
        Meaning::Timestamp(nanos) => of_epoch(i128::from(value) * i128::from(nanos)),
        _ => Ok(bare(value)),
    }
}

/// A number without its last digits, and those behind a point.
fn decimal(value: i128, scale: u32) -> Value {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale as usize + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale as usize);
    let (sign, point) = (if value < 0 { "-" } else { "" }, if rest.is_empty() { "" } else { "." });
    Value::Bare(format!("{sign}{whole}{point}{rest}"))
}

fn of_days(days: i64) -> Result<Value, String> {
    let wrong = || format!("{days} days since 1970 are no date; write the column as text");
    let days = i32::try_from(days).map_err(|_| wrong())?;
    let day: Date = date(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).map_err(|_| wrong())?)
        .map_err(|_| wrong())?;
    Ok(Value::Text(day.to_string()))
}

fn of_midnight(value: i64, nanos: i64) -> Result<Value, String> {
    let wrong = || format!("{value} is no time of a day; write the column as text");
    let since = value.checked_mul(nanos).map(SignedDuration::from_nanos).ok_or_else(wrong)?;
    let time = jiff::civil::Time::midnight().checked_add(since).map_err(|_| wrong())?;
    Ok(Value::Text(time.to_string()))
}

fn of_epoch(nanos: i128) -> Result<Value, String> {
    let wrong = |_| format!("{nanos} nanoseconds since 1970 are no time; write the column as text");
    let time = Timestamp::from_nanosecond(nanos).map_err(wrong)?.to_zoned(TimeZone::UTC).datetime();
    Ok(Value::Text(format!("{} {}", time.date(), time.time())))
}

/// Nanoseconds of a day, and the Julian day.
fn of_int96(value: &Int96) -> Result<Value, String> {
    let [low, high, day] = value.data() else { return Err("a timestamp of other than 12 bytes".to_owned()) };
    let of_day = i128::from(*high) << 32 | i128::from(*low);
    let days = i128::from(*day) - 2_440_588;
    of_epoch(days * 86_400 * NANOS_PER_SECOND + of_day)
}

fn of_bytes(bytes: &[u8], meaning: Meaning) -> Result<Value, String> {
    match meaning {
        Meaning::Decimal(scale) => match bytes.len() {
            1..=DECIMAL_BYTES => Ok(decimal(signed(bytes), scale)),
            length => Err(format!("a decimal of {length} bytes; write at most 38 digits")),
        },
        Meaning::Uuid => of_uuid(bytes),
        Meaning::Half => match bytes {
            [low, high] => Ok(half(u16::from_le_bytes([*low, *high]))),
            _ => Err(format!("a half of {} bytes; write the file again", bytes.len())),
        },
        _ => std::str::from_utf8(bytes)
            .map(|text| Value::Text(text.to_owned()))
            .map_err(|_| "bytes that are no text in UTF-8; leave the column out".to_owned()),
    }
}

/// Two's complement, the greatest byte first.
fn signed(bytes: &[u8]) -> i128 {
    let sign: i128 = if bytes.first().is_some_and(|byte| *byte >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte))
}

fn of_uuid(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() != 16 {
        return Err(format!("a UUID of {} bytes; write the file again", bytes.len()));
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(Value::Text(parts.join("-")))
}

/// IEEE 754 binary16.
fn half(bits: u16) -> Value {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let wide = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1_024.0) * 2f64.powi(exponent - 15),
    };
    float(sign * wide, sign * wide)
}
