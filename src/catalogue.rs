//! In: nothing. Out: every rule and every backend, each in one list.
//! Knows nothing of what they do.

use crate::backend::{Backend, markdown, plan_json, shell};
use crate::diagnostic::Rule;
use crate::{allow, checks, graph, model, syntax};

/// Every rule, by code.
pub static RULES: &[&Rule] = &[
    &syntax::SYNTAX,
    &syntax::UNKNOWN_WORD,
    &syntax::UNCLOSED_BRACE,
    &syntax::STRAY_BRACE,
    &syntax::MISSING_BRACE,
    &syntax::UNCLOSED_TEXT,
    &syntax::MERGE_CONFLICT,
    &syntax::HIDDEN_CHARACTER,
    &syntax::TOO_DEEP,
    &syntax::EDITION,
    &model::UNKNOWN_NAME,
    &model::DUPLICATE_NAME,
    &model::UNUSED,
    &model::IMPORT,
    &model::SHADOWED,
    &model::QUANTITY,
    &model::DIMENSION,
    &model::TIME,
    &model::TYPE,
    &graph::CYCLE,
    &model::MISPLACED,
    &model::REPEATED,
    &model::INCOMPLETE,
    &model::ENDLESS,
    &checks::BAND_OVERLAP,
    &checks::BAND_GAP,
    &checks::BAND_BOUNDARY,
    &checks::PASSES_WHAT_ROLLS_BACK,
    &checks::LOOSER_LATER,
    &checks::UNCHECKED_SUCCESS,
    &checks::BOUND_MISMATCH,
    &checks::POLARITY,
    &checks::DECIDES_NOTHING,
    &checks::NO_ROLLBACK,
    &checks::UNUSED_ROLLBACK,
    &checks::EMPTY_ROLLBACK,
    &checks::UNVERIFIED_ROLLBACK,
    &checks::UNAPPROVED,
    &checks::SLOWER_THAN_RTO,
    &checks::BACKUP_TOO_RARE,
    &checks::NO_BAKE,
    &checks::SHARE_NOT_GROWING,
    &checks::NOT_ALL_TRAFFIC,
    &checks::SHARE_BY_REPLICAS,
    &checks::SCALED_BY_HAND,
    &checks::NOBODY_DECIDES,
    &checks::SAME_PERSON,
    &checks::NO_ACTION,
    &checks::NO_TRIGGER,
    &checks::NO_GATE,
    &checks::UNREACHABLE,
    &checks::OVERLAP,
    &checks::DOES_NOT_FIT,
    &checks::DUE_TOO_EARLY,
    &checks::NOT_AS_NAMED,
    &checks::NO_ZONE,
    &checks::NO_START,
    &checks::HOLD_TOO_SHORT,
    &checks::ROLLBACK_EXPIRES,
    &checks::FROZEN,
    &checks::FEW_SAMPLES,
    &checks::SHELL_SYNTAX,
    &checks::ENDLESS_COMMAND,
    &checks::INTERACTIVE,
    &checks::NAMES_NOTHING,
    &checks::NOT_REPEATABLE,
    &checks::PLACEHOLDER,
    &checks::UNDECLARED_VARIABLE,
    &checks::ALTERNATIVES,
    &checks::WRONG_ENVIRONMENT,
    &checks::NEVER_FAILS,
    &checks::SECRET_IN_SIGHT,
    &checks::SHORT_WAIT,
    &checks::OUTAGE,
    &allow::ALLOWANCE,
    &allow::UNUSED_ALLOWANCE,
];

/// Every backend, by name.
pub static BACKENDS: &[&dyn Backend] = &[&markdown::Markdown, &plan_json::PlanJson, &shell::Shell];

/// The rule with this code or name.
pub fn rule(code_or_name: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .copied()
        .find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

/// The backend with this name.
pub fn backend(name: &str) -> Option<&'static dyn Backend> {
    BACKENDS
        .iter()
        .copied()
        .find(|backend| backend.name() == name)
}
