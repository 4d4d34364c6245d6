//! Flags over environment over file over defaults, and messages for what is wrong.

use crate::support::command;

fn check(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("iroa.toml"), file).unwrap();
    let done = command(&folder).arg("check-config").args(flags).envs(environment.iter().copied()).output().unwrap();
    let printed = if done.status.success() { done.stdout } else { done.stderr };
    (done.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn each_layer_covers_the_one_below() {
    let (_, defaults) = check("", &[], &[]);
    assert!(defaults.contains("bind = \"127.0.0.1:3000\"") && defaults.contains("parallel_syncs = 2"), "{defaults}");
    let file = "bind = \"127.0.0.1:3001\"\nparallel_syncs = 3\nsession_idle_hours = 4\n";
    let environment = [("IROA_BIND", "127.0.0.1:3002"), ("IROA_PARALLEL_SYNCS", "5")];
    let (_, effective) = check(file, &environment, &["--bind", "127.0.0.1:3003"]);
    for line in ["bind = \"127.0.0.1:3003\"", "parallel_syncs = 5", "session_idle_hours = 4"] {
        assert!(effective.contains(line), "{line} in {effective}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let (_, printed) = check("", &[("DATABASE_URL", "postgres://iroa:s3cret@db/iroa")], &[]);
    assert!(printed.contains("postgres://iroa:hidden@db/iroa") && !printed.contains("s3cret"), "{printed}");
}

#[test]
fn mistakes_are_named() {
    for (file, told) in [
        ("bnid = \"127.0.0.1:1\"", "bnid"),
        ("bind = \"localhost\"", "bind"),
        ("public_url = \"https://example.org/iroa\"", "public_url"),
        ("trusted_proxies = [\"proxy\"]", "trusted_proxies"),
        ("tls_key = \"key.pem\"", "tls_certificate"),
        ("database_url = \"mysql://root:s3cret@db\"", "database_url"),
    ] {
        let (is_fine, message) = check(file, &[], &[]);
        assert!(!is_fine && message.contains(told) && !message.contains("s3cret"), "{file}: {message}");
    }
}
