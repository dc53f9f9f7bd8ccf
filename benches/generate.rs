//! Prints a spec of a size: `cargo run --release --example generate -- 10000 > big.deploy`.

#[path = "generate/mod.rs"]
mod generate;

fn main() {
    let items = std::env::args()
        .nth(1)
        .and_then(|items| items.parse().ok())
        .unwrap_or(1_000);
    print!("{}", generate::spec(items));
}
