//! When things happen, as it adds up.
