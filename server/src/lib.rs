//! The IROA server: command line, configuration, router, sessions, websocket, assets.
//!
//! A library so that the integration tests can serve the very router that the binary serves. What the application does is
//! `engine`'s, what it looks like `app`'s.

// A page is one nested type; its layout goes deeper than the compiler looks by itself.
#![recursion_limit = "512"]

pub mod assets;
pub mod cli;
pub mod commands;
pub mod configuration;
mod export;
mod headers;
mod live;
pub mod logs;
mod origin;
mod requests;
pub mod router;
mod serve;
mod sessions;
mod shutdown;
mod sole;
mod tls;
