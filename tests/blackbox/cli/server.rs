//! `deployc lsp` on its standard streams: how it ends, and what it says of it.

use super::bench::{Bench, Run};

fn frame(text: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

fn talk(said: &[String]) -> Run {
    let bench = Bench::new();
    bench.run_with(&["lsp"], said.concat())
}

fn hello() -> String {
    frame(r#"{"id":1,"method":"initialize","params":{"capabilities":{}}}"#)
}

#[test]
fn it_ends_with_0_when_it_is_asked_to() {
    let run = talk(&[
        hello(),
        frame("{nonsense"),
        frame("[]"),
        frame(r#"{"id":2,"method":"shutdown"}"#),
        frame(r#"{"method":"exit"}"#),
    ])
    .ends(0)
    .silent();
    for answer in ["\"code\":-32700", "\"code\":-32600", "\"id\":2"] {
        assert!(run.out.contains(answer), "{answer}: {run:#?}");
    }
}

#[test]
fn it_ends_with_1_and_a_reason_where_the_client_goes_or_can_t_be_followed() {
    for said in [
        vec![],
        vec![hello()],
        vec![hello(), "Content-Length: 9\r\n\r\n{".to_owned()],
    ] {
        let run = talk(&said).ends(1);
        assert!(run.err.contains("without `shutdown`"), "{run:#?}");
    }
    for length in ["100000000000", "-1", "nonsense"] {
        let header = format!("Content-Length: {length}\r\n\r\n");
        let run = talk(&[hello(), header]).ends(1);
        let reason = format!("`{length}` is no length of a message");
        assert!(run.err.contains(&reason), "{run:#?}");
    }
}
