//! The server as its users meet it: the binary, over HTTP.

// Helpers of tests may unwrap as the tests themselves do.
#![allow(clippy::unwrap_used)]
// A page is one nested type; its layout goes deeper than the compiler looks by itself.
#![recursion_limit = "512"]

mod configuration;
mod drawn;
mod export;
mod guard;
mod live;
mod pages;
mod process;
mod support;
