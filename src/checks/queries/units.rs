//! The unit of what a query returns, as the names of its series and its functions tell.

use promql_parser::parser::{BinaryExpr, Expr};

/// What a query returns, as far as the names of its series and its functions tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    Share,
    Percent,
    Seconds,
    Millis,
    Bytes,
    PerSecond,
    /// Seconds in each second.
    SecondsPerSecond,
    Count,
    /// A count since the start.
    Since,
    Number,
    Unknown,
}

impl Returns {
    pub fn in_words(self) -> &'static str {
        match self {
            Returns::Share => "a share (1 is 100%)",
            Returns::Percent => "a percentage (100 is 100%)",
            Returns::Seconds => "seconds",
            Returns::Millis => "milliseconds",
            Returns::Bytes => "bytes",
            Returns::PerSecond => "so many per second",
            Returns::SecondsPerSecond => "seconds in each second",
            Returns::Count => "a count",
            Returns::Since => "a count since the start",
            Returns::Number => "a number",
            Returns::Unknown => "something else",
        }
    }
}

fn of_name(name: &str) -> Returns {
    if name.ends_with("_seconds_total") || name.ends_with("_seconds_sum") {
        return Returns::Seconds;
    }
    if name.ends_with("_total") || name.ends_with("_count") {
        return Returns::Since;
    }
    let base = name.strip_suffix("_bucket").unwrap_or(name);
    let base = base.strip_suffix("_sum").unwrap_or(base);
    for (end, returns) in [
        ("_seconds", Returns::Seconds),
        ("_milliseconds", Returns::Millis),
        ("_ms", Returns::Millis),
        ("_bytes", Returns::Bytes),
        ("_ratio", Returns::Share),
        ("_percent", Returns::Percent),
    ] {
        if base.ends_with(end) {
            return returns;
        }
    }
    Returns::Unknown
}

/// What a query returns.
pub(super) fn returns(expression: &Expr) -> Returns {
    match expression {
        Expr::Aggregate(aggregate) => match aggregate.op.to_string().as_str() {
            "count" => Returns::Count,
            "stddev" | "stdvar" | "group" | "count_values" => Returns::Unknown,
            _ => returns(&aggregate.expr),
        },
        Expr::Unary(unary) => returns(&unary.expr),
        Expr::Paren(paren) => returns(&paren.expr),
        Expr::Subquery(subquery) => returns(&subquery.expr),
        Expr::MatrixSelector(matrix) => matrix.vs.name.as_deref().map_or(Returns::Unknown, of_name),
        Expr::VectorSelector(selector) => {
            selector.name.as_deref().map_or(Returns::Unknown, of_name)
        }
        Expr::NumberLiteral(_) => Returns::Number,
        Expr::StringLiteral(_) | Expr::Extension(_) => Returns::Unknown,
        Expr::Call(call) => {
            let inner = |at: usize| {
                call.args
                    .args
                    .get(at)
                    .map_or(Returns::Unknown, |one| returns(one))
            };
            match call.func.name {
                "rate" | "irate" | "deriv" => match inner(0) {
                    Returns::Since | Returns::Count | Returns::Bytes => Returns::PerSecond,
                    Returns::Seconds => Returns::SecondsPerSecond,
                    _ => Returns::Unknown,
                },
                "increase" | "delta" => match inner(0) {
                    Returns::Since => Returns::Count,
                    other => other,
                },
                // The quantile is one of the bounds of the buckets, not of their rates.
                "histogram_quantile" => match inner(1) {
                    Returns::SecondsPerSecond => Returns::Seconds,
                    Returns::PerSecond => Returns::Unknown,
                    other => other,
                },
                "quantile_over_time" => inner(1),
                "count_over_time" => Returns::Count,
                "abs" | "ceil" | "floor" | "round" | "clamp" | "clamp_max" | "clamp_min"
                | "max_over_time" | "min_over_time" | "avg_over_time" | "last_over_time"
                | "sort" | "sort_desc" | "label_replace" => inner(0),
                _ => Returns::Unknown,
            }
        }
        Expr::Binary(binary) => of_binary(binary),
    }
}

fn of_binary(binary: &BinaryExpr) -> Returns {
    let (left, right) = (returns(&binary.lhs), returns(&binary.rhs));
    let hundred = |one: &Expr| matches!(one, Expr::NumberLiteral(number) if (number.val - 100.0).abs() < f64::EPSILON);
    let thousand = |one: &Expr| matches!(one, Expr::NumberLiteral(number) if (number.val - 1000.0).abs() < f64::EPSILON);
    match binary.op.to_string().as_str() {
        "/" => match (left, right) {
            (Returns::Unknown, _) | (_, Returns::Unknown) => Returns::Unknown,
            (Returns::SecondsPerSecond, Returns::PerSecond)
            | (Returns::Seconds, Returns::Since | Returns::Count) => Returns::Seconds,
            (Returns::Seconds, Returns::Number) if thousand(&binary.rhs) => Returns::Unknown,
            (Returns::Percent, Returns::Number) if hundred(&binary.rhs) => Returns::Share,
            (_, Returns::Number) => Returns::Unknown,
            (left, right) if left == right => Returns::Share,
            _ => Returns::Unknown,
        },
        "*" => {
            let (factor, other) = match (left, right) {
                (Returns::Number, other) => (&binary.lhs, other),
                (other, Returns::Number) => (&binary.rhs, other),
                _ => return Returns::Unknown,
            };
            match other {
                Returns::Share if hundred(factor) => Returns::Percent,
                Returns::Seconds if thousand(factor) => Returns::Millis,
                _ => Returns::Unknown,
            }
        }
        "+" | "-" => match (left, right) {
            (Returns::Number, other) | (other, Returns::Number) => other,
            (left, right) if left == right => left,
            _ => Returns::Unknown,
        },
        ">" | "<" | ">=" | "<=" | "==" | "!=" | "and" | "or" | "unless" => left,
        _ => Returns::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use promql_parser::parser;

    use super::super::aggregated;
    use super::*;

    fn of(query: &str) -> Returns {
        returns(&parser::parse(query).expect("PromQL"))
    }

    #[test]
    fn units_follow_from_names_and_functions() {
        for (query, wanted) in [
            ("sum(rate(http_requests_total[5m]))", Returns::PerSecond),
            (
                "sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
                Returns::Share,
            ),
            (
                "100 * sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
                Returns::Unknown,
            ),
            (
                "100 * (sum(rate(a_total[5m])) / sum(rate(b_total[5m])))",
                Returns::Percent,
            ),
            (
                "1 - sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
                Returns::Share,
            ),
            (
                "histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))",
                Returns::Seconds,
            ),
            ("sum(increase(x_total[1h]))", Returns::Count),
            ("max(container_memory_working_set_bytes)", Returns::Bytes),
            (
                "sum(rate(x_seconds_sum[5m])) / sum(rate(x_seconds_count[5m]))",
                Returns::Seconds,
            ),
        ] {
            assert_eq!(of(query), wanted, "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            if let Ok(expression) = parser::parse(&text) {
                returns(&expression);
                aggregated(&expression);
            }
        }
    }
}
