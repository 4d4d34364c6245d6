//! What people see: pages, components and the server functions behind them. Compiled twice: for the server and for the browser.
//!
//! Whatever is decided, counted or stored is the engine's; this crate asks and draws.
#![recursion_limit = "512"]
// The component macro repeats `pub` on a function that nobody outside can name.
#![allow(unreachable_pub)]

mod app;
#[cfg(feature = "ssr")]
pub mod chart;
pub mod components;
mod drawn;
pub mod error;
#[cfg(feature = "ssr")]
mod flash;
mod focus;
mod frame;
#[cfg(feature = "ssr")]
pub mod guard;
pub mod live;
mod loading;
pub mod pages;
#[cfg(feature = "ssr")]
mod response;
pub mod server;
mod shell;
pub mod table;
mod visitor;

pub use app::App;
pub use shell::shell;
