#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deployc_fuzz::libfuzzer::hold("format", bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    deployc_fuzz::libfuzzer::change("format", bytes, size, most, seed)
});
