//! Queries asked of a made-up world, as far as the manifests ask them: a metric by its name, arithmetic,
//! comparisons, and the worst or best value of a while.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use promql_parser::parser::{self, Expr, token};

/// What a metric shows at a moment, in seconds from `T`; nothing where there are no data.
pub type World<'a> = &'a dyn Fn(&str, i64) -> Option<f64>;

/// What Prometheus would answer: one value, or none.
pub fn ask(query: &str, at: i64, world: World<'_>) -> Option<f64> {
    thread_local! {
        static READ: RefCell<HashMap<String, Rc<Expr>>> = RefCell::default();
    }
    let tree = READ.with_borrow_mut(|read| {
        let tree = read.entry(query.to_owned()).or_insert_with(|| {
            Rc::new(parser::parse(query).unwrap_or_else(|error| panic!("{query}: {error}")))
        });
        Rc::clone(tree)
    });
    value(&tree, at, world)
}

fn value(tree: &Expr, at: i64, world: World<'_>) -> Option<f64> {
    match tree {
        Expr::Paren(inner) => value(&inner.expr, at, world),
        Expr::NumberLiteral(number) => Some(number.val),
        Expr::VectorSelector(selector) => world(selector.name.as_deref().expect("a name"), at),
        Expr::Binary(binary) if binary.op.id() == token::T_LOR => {
            value(&binary.lhs, at, world).or_else(|| value(&binary.rhs, at, world))
        }
        Expr::Binary(binary) => {
            let left = value(&binary.lhs, at, world)?;
            let right = value(&binary.rhs, at, world)?;
            let holds = match binary.op.id() {
                token::T_ADD => return Some(left + right),
                token::T_SUB => return Some(left - right),
                token::T_MUL => return Some(left * right),
                token::T_DIV => return Some(left / right),
                token::T_LSS => left < right,
                token::T_LTE => left <= right,
                token::T_GTR => left > right,
                token::T_GTE => left >= right,
                token::T_EQLC => left == right,
                token::T_NEQ => left != right,
                other => panic!("no manifest asks with the operator {other}"),
            };
            if binary.return_bool() {
                Some(f64::from(u8::from(holds)))
            } else {
                holds.then_some(left)
            }
        }
        Expr::Call(call) => {
            let [argument] = call.args.args.as_slice() else {
                panic!("no manifest calls {} so", call.func.name);
            };
            let Expr::Subquery(subquery) = argument.as_ref() else {
                return match call.func.name {
                    "abs" => value(argument, at, world).map(f64::abs),
                    "vector" => value(argument, at, world),
                    other => panic!("no manifest calls {other} so"),
                };
            };
            let length = i64::try_from(subquery.range.as_secs()).expect("small");
            let step = subquery.step.map_or(60, |step| step.as_secs());
            let step = i64::try_from(step).expect("small").max(1);
            // The begin of the stretch does not belong to it; moments are multiples of the step.
            let first = (at - length).div_euclid(step) * step + step;
            let all: Vec<f64> = (0..)
                .map(|count| first + count * step)
                .take_while(|moment| *moment <= at)
                .filter_map(|moment| value(&subquery.expr, moment, world))
                .collect();
            if all.is_empty() {
                return None;
            }
            let all = all.into_iter();
            match call.func.name {
                "min_over_time" => all.reduce(f64::min),
                "max_over_time" => all.reduce(f64::max),
                "sum_over_time" => Some(all.sum()),
                other => panic!("no manifest calls {other} so"),
            }
        }
        other => panic!("no manifest asks so: {other}"),
    }
}
