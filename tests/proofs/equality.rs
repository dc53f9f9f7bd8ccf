//! What means nothing changes nothing: blanks, comments, names, files and the order of what has no order.

mod builds;
mod cases;
mod corpus;
mod generated;
mod layout;
mod moved;
mod outputs;
mod renamed;
