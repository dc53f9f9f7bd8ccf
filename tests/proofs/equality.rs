//! What means nothing changes nothing: blanks, comments, names, files and the order of what has no order.

mod cases;
mod outputs;
