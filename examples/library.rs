//! Checks a spec, shows what was found, and prints its runbook.
//!
//! `cargo run --example library -- examples/checkout.deploy`

use std::process::ExitCode;

use deployc::{Checked, Embedded, Format, Level, Look, NoFiles, Report};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "examples/checkout.deploy".to_owned());
    let text = std::fs::read_to_string(&path)?;

    // Mistakes are findings, so reading never fails. `NoFiles` brings in no other file.
    let compilation = deployc::check(&path, text, &NoFiles);
    let checked = Checked {
        path: &path,
        sources: &compilation.sources,
        findings: &compilation.diagnostics,
    };
    let report = Report::new([checked], &[], Level::Warning);
    eprint!("{}", report.render(Format::Human(Look::default())));

    // A spec with an error, or without a deployment, has no plan.
    let Some(plan) = deployc::plan(&compilation) else {
        return Ok(ExitCode::FAILURE);
    };
    let markdown = deployc::backend("markdown").ok_or("there is a target `markdown`")?;
    for file in markdown.emit(&plan, "checkout", &Embedded)? {
        print!("{}", file.text);
    }
    Ok(ExitCode::SUCCESS)
}
