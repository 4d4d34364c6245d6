//! What the pages of all kinds of objects share: loading, head, facts, alarms, labels, measurements and the history of changes.

mod alarms;
mod facts;
mod head;
mod history;
mod labels;
pub(crate) mod measurements;
mod page;
mod share;

pub(super) use alarms::{AlarmCard, AlarmList};
pub(super) use facts::{Fact, Facts, bytes, count, flag, mhz, object, since, text, time, unknown};
pub(super) use head::{crumbs, object_head};
pub(super) use history::{History, field_words, side_of_change, value_words};
pub(super) use labels::{Labels, links};
pub(super) use measurements::{Measurements, load_measurements};
pub(super) use page::ObjectPage;
pub(crate) use page::object_id;
pub(super) use share::{Share, ShareLine};
