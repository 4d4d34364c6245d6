//! The pieces that pages are composed of. A component draws what it is given; none of them calls the server.

mod advice;
mod breadcrumbs;
mod card;
mod empty;
mod field;
mod icon;
mod meter;
mod page_head;
mod pager;
mod plain_table;
mod state;
mod time;

pub use advice::Advice;
pub use breadcrumbs::Breadcrumbs;
pub use card::Card;
pub use empty::{EmptyState, ErrorPage, ErrorState, Skeleton};
pub use field::{Field, FormError, FormResult, PasswordField, area_text, errors_of};
pub use icon::{Glyph, Icon};
pub use meter::Meter;
pub use page_head::PageHead;
pub use pager::Pager;
pub use plain_table::{Head, PlainTable};
pub use state::{Dot, StatePill, Tone, Unknown};
pub use time::{Age, Clock, Timestamp, Zone, age_words};
