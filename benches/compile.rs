//! How long each pass takes, and how the cost grows: `cargo bench`.

#[path = "generate/mod.rs"]
mod generate;

use deployc::backend::{Backend, Embedded, markdown::Markdown};
use deployc::source::{NoFiles, SourceId};
use deployc::{compile, syntax};
use divan::Bencher;
use divan::counter::BytesCount;

// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: &[usize] = &[1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn parse(bencher: Bencher, items: usize) {
    let text = generate::spec(items);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| syntax::parse(SourceId(0), &text));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn check(bencher: Bencher, items: usize) {
    let text = generate::spec(items);
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| text.clone())
        .bench_values(|text| compile::check("big.deploy", text, &NoFiles));
}

#[divan::bench(args = &[1_000, 10_000], sample_count = 5, sample_size = 1)]
fn markdown(bencher: Bencher, items: usize) {
    let text = generate::spec(items);
    let compilation = compile::check("big.deploy", text, &NoFiles);
    bencher.bench(|| {
        let plan = compile::plan(&compilation).expect("the generated spec is sound");
        Markdown
            .emit(&plan, "big", &Embedded)
            .expect("the embedded templates can be filled in")
    });
}
