//! What must hold for every input of a kind: specs made at random, faults put into good ones, every place of the
//! language in turn, and what is built followed by machines of its own. Slow beside the rest.

mod blanks;
mod bounds;
mod engine;
mod equality;
mod faults;
mod format;
mod found;
mod generator;
mod mutation;
mod nesting;
mod operators;
mod patterns;
mod seeded;
mod step_machines;
mod temporal;
mod texts;
mod vanish;
