//! x
use diversity_check as _; use lambda_runtime as _; use bellwether as _; use bellwether_tests as _;
