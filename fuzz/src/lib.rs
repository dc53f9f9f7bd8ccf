//! What must hold for any bytes, inputs that are likely to break it, and the driver that runs both.
//! `docs/reliability.md` says how it is used.

#[path = "../../tests/proofs/faults/mod.rs"]
pub mod faults;

pub mod corpus;
pub mod driver;
pub mod libfuzzer;
pub mod mutate;
pub mod oracles;
