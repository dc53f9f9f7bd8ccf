#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deployc_fuzz::libfuzzer::hold("fix", bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    deployc_fuzz::libfuzzer::change("fix", bytes, size, most, seed)
});
