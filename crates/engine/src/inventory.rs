//! Questions about the inventory: tables, details, search, overview and changes. All of them for viewers.

use model::{
    account::{Actor, Role},
    change::{ChangeQuery, ChangeView},
    ids::ObjectId,
    overview::Overview,
    table::{
        ClusterDetail, ClusterRow, DatastoreDetail, DatastoreRow, HostDetail, HostRow, NetworkDetail, NetworkRow, Page,
        SearchHit, TableQuery, VmDetail, VmRow,
    },
};
use store::inventory;

use crate::{
    Engine,
    error::{Error, Result},
};

/// Hits that a search shows at most.
const HITS: u64 = 50;

/// A table and a page of each kind are asked for in the same way.
macro_rules! questions {
    ($($list:ident -> $row:ident, $one:ident -> $detail:ident;)*) => {
        impl Engine {$(
            pub async fn $list(&self, actor: &Actor, query: &TableQuery) -> Result<Page<$row>> {
                Self::allow(actor, Role::Viewer)?;
                Ok(inventory::$list(self.db(), query).await?)
            }

            pub async fn $one(&self, actor: &Actor, id: ObjectId) -> Result<$detail> {
                Self::allow(actor, Role::Viewer)?;
                inventory::$one(self.db(), id).await?.ok_or(Error::NotFound)
            }
        )*}
    };
}

questions! {
    list_vms -> VmRow, vm -> VmDetail;
    list_hosts -> HostRow, host -> HostDetail;
    list_clusters -> ClusterRow, cluster -> ClusterDetail;
    list_datastores -> DatastoreRow, datastore -> DatastoreDetail;
    list_networks -> NetworkRow, network -> NetworkDetail;
}

impl Engine {
    /// The best hits over all kinds, bounded.
    pub async fn search(&self, actor: &Actor, text: &str) -> Result<Vec<SearchHit>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(inventory::search(self.db(), text, HITS).await?)
    }

    pub async fn overview(&self, actor: &Actor) -> Result<Overview> {
        Self::allow(actor, Role::Viewer)?;
        let mut overview = inventory::overview(self.db()).await?;
        overview.sources = self.list_sources(actor).await?;
        Ok(overview)
    }

    pub async fn changes(&self, actor: &Actor, query: ChangeQuery) -> Result<Page<ChangeView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(inventory::changes(self.db(), &query).await?)
    }
}
