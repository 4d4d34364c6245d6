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

use crate::{
    Engine,
    error::{Error, Result},
};

macro_rules! questions {
    ($($list:ident -> $row:ident, $one:ident -> $detail:ident;)*) => {
        impl Engine {$(
            pub async fn $list(&self, actor: &Actor, query: &TableQuery) -> Result<Page<$row>> {
                Self::allow(actor, Role::Viewer)?;
                let _ = query;
                Err(Error::internal("not available yet"))
            }

            pub async fn $one(&self, actor: &Actor, id: ObjectId) -> Result<$detail> {
                Self::allow(actor, Role::Viewer)?;
                let _ = id;
                Err(Error::internal("not available yet"))
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
        let _ = text;
        Err(Error::internal("not available yet"))
    }

    pub async fn overview(&self, actor: &Actor) -> Result<Overview> {
        Self::allow(actor, Role::Viewer)?;
        Err(Error::internal("not available yet"))
    }

    pub async fn changes(&self, actor: &Actor, query: ChangeQuery) -> Result<Page<ChangeView>> {
        Self::allow(actor, Role::Viewer)?;
        let _ = query;
        Err(Error::internal("not available yet"))
    }
}
