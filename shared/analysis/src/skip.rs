//! What a walk through JSON does with a value that it did not come for: nothing.
//!
//! It skips scalars only; lists and objects are each walk's own business.

/// The methods of a `serde::de::Visitor` without a value that pass over scalars.
macro_rules! skips_scalars {
    () => {
        $crate::skip::skips_scalars!(
            visit_bool(bool), visit_unit(), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str)
        );
    };
    ($($method:ident($($scalar:ty)?)),+) => {
        $(fn $method<E>(self $(, _: $scalar)?) -> Result<(), E> {
            Ok(())
        })+
    };
}

pub(crate) use skips_scalars;
