//! How a request ends that has no answer at once: refused, put aside, or given to another thread.

use lsp_server::{ErrorCode, RequestId, Response};
use serde_json::Value;

use crate::parallel::panic_message;

/// What is done in another thread, over texts and checks that no edit changes any more.
pub(super) type Errand = Box<dyn FnOnce() -> Result<Value, Refusal> + Send>;

/// Why a request has no answer yet, or will never have one.
pub(super) enum Refusal {
    /// It is about a whole file and takes its time: another thread answers.
    Beside(Errand),
    /// A check of this file must be finished first.
    NotYet(String),
    /// The parameters can't be read.
    Parameters(String),
    /// There is no such method.
    Unknown(String),
    /// It can't be done; the text is for people.
    Failed(String),
}

/// The response to a request that was answered, or refused for good.
pub(super) fn response(
    id: RequestId,
    answer: std::thread::Result<Result<Value, Refusal>>,
) -> Response {
    let (code, why) = match answer {
        // Not by `new_ok`, which would copy the whole answer once more.
        Ok(Ok(value)) => {
            return Response {
                id,
                response_result: Ok(value),
            };
        }
        Ok(Err(Refusal::Parameters(why))) => (ErrorCode::InvalidParams, why),
        Ok(Err(Refusal::Failed(why))) => (ErrorCode::RequestFailed, why),
        Ok(Err(Refusal::Unknown(method))) => (
            ErrorCode::MethodNotFound,
            format!("there is no method `{method}`"),
        ),
        Ok(Err(Refusal::NotYet(_) | Refusal::Beside(_))) => (
            ErrorCode::RequestFailed,
            "it can't be answered now".to_owned(),
        ),
        Err(panic) => (
            ErrorCode::InternalError,
            format!(
                "it failed because of a bug in deployc, please report it: {}",
                panic_message(panic.as_ref())
            ),
        ),
    };
    Response::new_err(id, code as i32, why)
}
