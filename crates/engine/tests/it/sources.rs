//! What is kept of a source, and what becomes of its password.

use engine::Error;
use model::source::{InventoryFate, SchedulePause, SourceSettings};

use crate::support::{place, settings};

#[tokio::test]
async fn a_source_shows_its_settings_and_never_its_password() {
    let place = place().await;
    let id = place.engine.add_source(&place.admin, settings("lab"), " secret ".into()).await.unwrap();
    let view = place.engine.source(&place.admin, id).await.unwrap();
    assert!(view.has_password);
    assert_eq!(view.settings, settings("lab"));
    assert_eq!(view.pause, Some(SchedulePause::Off));
    assert!(!serde_json::to_string(&view).unwrap().contains("secret"));
    let twice = place.engine.add_source(&place.admin, settings("lab"), "secret".into()).await.unwrap_err();
    assert!(matches!(twice, Error::Invalid { ref field, .. } if field.as_deref() == Some("name")), "{twice:?}");
}

#[tokio::test]
async fn a_stored_password_goes_only_where_it_was_meant_to() {
    let place = place().await;
    let id = place.engine.add_source(&place.admin, settings("lab"), "secret".into()).await.unwrap();
    let elsewhere = SourceSettings { endpoint: "evil.example".into(), ..settings("lab") };
    let refused = place.engine.check_source(&place.admin, elsewhere, None, Some(id)).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { ref field, .. } if field.as_deref() == Some("password")), "{refused:?}");
    let moved = SourceSettings { endpoint: "evil.example".into(), ..settings("lab") };
    let refused = place.engine.update_source(&place.admin, id, moved, None).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { ref field, .. } if field.as_deref() == Some("password")), "{refused:?}");
}

#[tokio::test]
async fn a_deleted_source_is_gone() {
    let place = place().await;
    for fate in [InventoryFate::Keep, InventoryFate::Remove] {
        let id = place.engine.add_source(&place.admin, settings("lab"), "secret".into()).await.unwrap();
        place.engine.delete_source(&place.admin, id, fate).await.unwrap();
        assert!(matches!(place.engine.source(&place.admin, id).await, Err(Error::NotFound)));
        assert!(matches!(place.engine.start_sync(&place.admin, id).await, Err(Error::NotFound)));
    }
}
