//! A person's own measurements of a Prometheus or Zabbix: checked, tried, kept.

use model::{
    account::{Actor, Role},
    failure::Failure,
    ids::SourceId,
    mapping::{FACTOR, MAPPINGS_MAX, MappingTrial, MappingView, MetricMapping, SELECTOR_MAX},
    source::SourceKind,
};
use store::mappings;

use super::endpoint;
use crate::{
    Engine,
    error::{Error, Result},
    sync::password,
};

impl Engine {
    pub async fn mappings(&self, actor: &Actor, source: SourceId) -> Result<Vec<MappingView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(mappings::list(self.db(), source).await?)
    }

    /// The next read takes it along, with its history.
    pub async fn add_mapping(&self, actor: &Actor, source: SourceId, mapping: MetricMapping) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let kind = self.stored_source(source).await?.settings.kind;
        let mapping = checked(kind, mapping)?;
        if !mappings::add(self.db(), source, &mapping, MAPPINGS_MAX).await? {
            return Err(Error::Conflict(format!("a source has {MAPPINGS_MAX} mappings at most; remove one first")));
        }
        tracing::info!(source.id = source.0, metric = mapping.metric.key(), "a mapping was added");
        Ok(())
    }

    pub async fn remove_mapping(&self, actor: &Actor, source: SourceId, id: i64) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        mappings::remove(self.db(), source, id).await?;
        tracing::info!(source.id = source.0, "a mapping was removed");
        Ok(())
    }

    /// Asks for a mapping once, with the source's own account; keeps nothing. `Ok(None)` where only a read can tell.
    pub async fn try_mapping(
        &self,
        actor: &Actor,
        source: SourceId,
        mapping: MetricMapping,
    ) -> Result<std::result::Result<Option<MappingTrial>, Failure>> {
        Self::allow(actor, Role::Manager)?;
        let settings = self.stored_source(source).await?.settings;
        let mapping = checked(settings.kind, mapping)?;
        Ok(match password(self, source).await {
            Ok(password) => connectors::try_mapping(&endpoint(settings, password), &mapping).await,
            Err(failure) => Err(failure),
        })
    }
}

/// The mapping as it is kept, or what is wrong with it at which field.
fn checked(kind: SourceKind, mut mapping: MetricMapping) -> Result<MetricMapping> {
    if !kind.is_monitoring() {
        return Err(Error::Conflict("only Prometheus and Zabbix take mappings".to_owned()));
    }
    // Queries are written in several lines and mean the same in one.
    mapping.selector = mapping.selector.split_whitespace().collect::<Vec<_>>().join(" ");
    if mapping.selector.is_empty() {
        return Err(Error::invalid("selector", "this is needed"));
    }
    if mapping.selector.len() > SELECTOR_MAX || mapping.selector.chars().any(char::is_control) {
        let message = format!("this is longer than {SELECTOR_MAX} bytes or cannot be printed");
        return Err(Error::invalid("selector", message));
    }
    if !FACTOR.contains(&mapping.factor) {
        return Err(Error::invalid("factor", "the factor is a number above 0, for example 1024"));
    }
    connectors::check_mapping(kind, &mapping).map_err(|message| Error::invalid("selector", message))?;
    Ok(mapping)
}

#[cfg(test)]
mod tests {
    use model::metric::Metric;

    use super::*;

    fn mapping(selector: &str, factor: f64) -> MetricMapping {
        MetricMapping { metric: Metric::MemoryUsed, selector: selector.to_owned(), factor }
    }

    fn field_of(kind: SourceKind, mapping: MetricMapping) -> Option<String> {
        match checked(kind, mapping) {
            Err(Error::Invalid { field, .. }) => field,
            _ => None,
        }
    }

    #[test]
    fn a_query_of_several_lines_is_kept_as_one() {
        let kept = checked(SourceKind::Prometheus, mapping("sum by (instance) (\n  app_bytes\n)", 1.0)).unwrap();
        assert_eq!(kept.selector, "sum by (instance) ( app_bytes )");
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let zabbix = |selector: &str| field_of(SourceKind::Zabbix, mapping(selector, 1.0));
        assert_eq!(zabbix("app.memory[*]"), None);
        assert_eq!(zabbix("app memory").as_deref(), Some("selector"));
        assert_eq!(zabbix(" ").as_deref(), Some("selector"));
        assert_eq!(zabbix(&"a".repeat(SELECTOR_MAX + 1)).as_deref(), Some("selector"));
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let field = field_of(SourceKind::Prometheus, mapping("app_bytes", factor));
            assert_eq!(field.as_deref(), Some("factor"), "{factor}");
        }
        assert!(checked(SourceKind::Vcenter, mapping("x", 1.0)).is_err());
    }
}
