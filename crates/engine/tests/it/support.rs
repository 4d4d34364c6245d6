//! An engine on a fresh database, and people to use it.

use std::net::{IpAddr, Ipv4Addr};

use engine::{Engine, Options};
use model::{
    account::{Actor, Role},
    ids::UserId,
    source::{SourceKind, SourceSettings, TlsMode},
};
use tempfile::TempDir;

pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) admin: Actor,
    _folder: TempDir,
}

pub(crate) async fn empty() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        database_url: format!("sqlite://{}", folder.path().join("iroa.db").display()).into(),
        secret_key_file: folder.path().join("secret.key"),
        parallel_syncs: 2,
    };
    (folder, Engine::open(&options).await.unwrap())
}

/// An engine with one administrator, `root`.
pub(crate) async fn place() -> Place {
    let (folder, engine) = empty().await;
    let token = engine.setup_token().await.unwrap().unwrap();
    let admin = engine.create_first_admin(&token, "root", PASSWORD.into()).await.unwrap();
    Place { engine, admin, _folder: folder }
}

impl Place {
    pub(crate) async fn add(&self, name: &str, role: Role) -> Actor {
        let id = self.engine.add_user(&self.admin, name, role, PASSWORD.into()).await.unwrap();
        Actor::User { id, name: name.to_owned(), role }
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> engine::Result<Actor> {
        self.engine.sign_in(name, password.into(), HOME).await
    }
}

pub(crate) fn id_of(actor: &Actor) -> UserId {
    actor.user_id().unwrap()
}

/// A vCenter at which nothing listens.
pub(crate) fn settings(name: &str) -> SourceSettings {
    SourceSettings {
        kind: SourceKind::Vcenter,
        name: name.to_owned(),
        endpoint: "127.0.0.1:9".to_owned(),
        username: "reader@vsphere.local".to_owned(),
        tls: TlsMode::Unverified,
        sync_interval_s: None,
        enabled: true,
    }
}
