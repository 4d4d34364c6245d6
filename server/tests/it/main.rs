//! The server as its users meet it: the binary, over HTTP.

mod configuration;
mod export;
mod guard;
mod live;
mod pages;
mod process;
mod support;
