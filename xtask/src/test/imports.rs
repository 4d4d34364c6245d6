//! Who may import whom: the edges between the workspace's crates, as ARCHITECTURE.md has them.

use anyhow::{Result, bail};

use super::metadata::{self, Package};

/// Crate, and the crates of the workspace that it may use. Tests keep to it as well.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("model", &[]),
    ("migrations", &[]),
    ("analysis", &["model"]),
    ("connectors", &["model"]),
    ("store", &["model", "migrations"]),
    ("engine", &["model", "analysis", "connectors", "store"]),
    ("app", &["model", "analysis", "engine"]),
    ("frontend", &["app"]),
    ("server", &["model", "app", "engine"]),
    ("xtask", &[]),
];

/// What keeps the pure crates pure.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    ("model", &["leptos", "sea-orm", "tokio", "reqwest"]),
    ("analysis", &["tokio", "reqwest", "sea-orm", "jiff"]),
    ("engine", &["axum", "http", "leptos"]),
];

pub(super) fn check() -> Result<()> {
    let metadata = metadata::members()?;
    let violations: Vec<String> = metadata.packages.iter().flat_map(violations).collect();
    if violations.is_empty() { Ok(()) } else { bail!("{}", violations.join("; ")) }
}

fn violations(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
        return vec![format!("{name} is not in the list of xtask/src/test/imports.rs")];
    };
    let forbidden = FORBIDDEN.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, forbidden)| forbidden);
    let mut found = Vec::new();
    for dependency in &package.dependencies {
        let other = dependency.name.as_str();
        if dependency.path.is_some() && !allowed.contains(&other) {
            found.push(format!("{name} may not import {other}"));
        }
        if forbidden.contains(&other) {
            found.push(format!("{name} may not know {other}"));
        }
        if name == "frontend" && dependency.target.as_deref() != Some("cfg(target_arch = \"wasm32\")") {
            found.push(format!("frontend needs {other} on wasm32 only: a native build must not turn on `hydrate`"));
        }
        if name == "app" && other == "engine" && !dependency.optional {
            found.push("app may import engine under `ssr` only".to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::metadata::Dependency;

    fn package(name: &str, other: &str) -> Package {
        let dependency = Dependency { name: other.into(), target: None, optional: false, path: Some("there".into()) };
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: None,
            source: None,
            dependencies: vec![dependency],
        }
    }

    #[test]
    fn a_connector_never_sees_the_store() {
        assert_eq!(violations(&package("connectors", "store")), ["connectors may not import store"]);
        assert!(violations(&package("connectors", "model")).is_empty());
    }

    #[test]
    fn the_frontend_imports_on_wasm_only() {
        assert_eq!(violations(&package("frontend", "app")).len(), 1);
    }

    #[test]
    fn a_new_crate_has_to_be_placed() {
        assert_eq!(violations(&package("helpers", "model")).len(), 1);
    }
}
