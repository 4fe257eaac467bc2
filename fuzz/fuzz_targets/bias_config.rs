#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bellwether_fuzz::bias_config(data));
