//! How each table is listed: its fields, what is read of a row, and how it becomes the model's.

mod clusters;
mod datastores;
mod hosts;
mod networks;
mod vms;
