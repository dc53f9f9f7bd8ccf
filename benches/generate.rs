//! Prints a spec of a size: `cargo run --release --example generate -- 10000 > big.deploy`; with `nickel`
//! behind the size the same items in Nickel.

#[path = "generate/mod.rs"]
mod generate;
#[path = "generate/nickel.rs"]
mod nickel;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let items = arguments
        .next()
        .and_then(|items| items.parse().ok())
        .unwrap_or(1_000);
    match arguments.next().as_deref() {
        Some("nickel") => print!("{}", nickel::nickel(items)),
        Some(_) | None => print!("{}", generate::spec(items)),
    }
}
