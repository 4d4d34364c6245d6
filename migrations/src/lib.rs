//! Every change of the database schema, in order; a migration is frozen once landed.
//!
//! The same statements run on SQLite and PostgreSQL. Locking, copying and refusing newer schemas is `store::Database::migrate`.

mod hyperv;
mod initial;
mod links;
mod mappings;
mod measuring;
mod samples;

use sea_orm_migration::prelude::{MigrationTrait, async_trait};

pub use sea_orm_migration::MigratorTrait;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(initial::Initial),
            Box::new(hyperv::Hyperv),
            Box::new(samples::Samples),
            Box::new(measuring::Measuring),
            Box::new(links::Links),
            Box::new(mappings::Mappings),
        ]
    }
}

/// The names of all migrations that this build knows, oldest first.
pub fn known_versions() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}
