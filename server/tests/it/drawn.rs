//! Forms that the server draws, sent as a browser without script sends them: what was wrong is said, what was typed stays.

use reqwest::{StatusCode, header};

use crate::support::{Browser, Server};

/// Sends a form and follows it to the page that it leads to.
async fn send(browser: &Browser, function: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit(function, fields).await;
    assert!(answer.status().is_redirection(), "{function}: {}", answer.status());
    let next = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert!(next.starts_with('/'), "{function} leads to {next}");
    let (status, page) = browser.page(&next).await;
    assert_eq!(status, StatusCode::OK);
    page
}

#[tokio::test]
async fn how_long_measurements_are_kept_is_an_administrators_choice() {
    let (_server, root) = Server::set_up().await;
    let (_, page) = root.page("/admin").await;
    assert!(page.contains(r#"name="base" min="2" max="18250" step="1" required value="35""#), "{page}");
    let wrong = send(&root, "set_retention", &[("base", "60"), ("hourly", "30"), ("daily", "900")]).await;
    assert!(wrong.contains("Hours are kept at least as long as samples."));
    assert!(wrong.contains(r#"value="60""#) && wrong.contains(r#"value="900""#), "what was typed is still there");
    let nonsense = send(&root, "set_retention", &[("base", "<b>"), ("hourly", "30"), ("daily", "900")]).await;
    assert!(nonsense.contains("A number of days from 2 to 18,250.") && !nonsense.contains("<b>"));
    let right = send(&root, "set_retention", &[("base", "60"), ("hourly", "90"), ("daily", "900")]).await;
    assert!(right.contains("Saved."));
    let (_, page) = root.page("/admin").await;
    assert!(page.contains(r#"value="60""#) && page.contains(r#"value="90""#) && page.contains(r#"value="900""#));
}

#[tokio::test]
async fn a_metric_is_wanted_from_a_kind_of_source_until_it_is_not() {
    let (_server, root) = Server::set_up().await;
    let wish = [("metric", "cpu_usage_percent"), ("preferred", "kind:zabbix")];
    assert!(send(&root, "set_metric_preference", &wish).await.contains("any Zabbix"));
    let unknown = [("metric", "cpu_usage_percent"), ("preferred", "source:99")];
    assert!(send(&root, "set_metric_preference", &unknown).await.contains("There is nothing here"));
    let default = [("metric", "cpu_usage_percent"), ("preferred", "")];
    assert!(!send(&root, "set_metric_preference", &default).await.contains("any Zabbix"));
}

#[tokio::test]
async fn an_own_measurement_is_added_refused_and_removed() {
    let (_server, root) = Server::set_up().await;
    let source = [
        ("form[kind]", "zabbix"),
        ("form[name]", "zbx"),
        ("form[endpoint]", "127.0.0.1:9"),
        ("form[username]", "Admin"),
        ("form[password]", "zabbix"),
        ("form[tls]", "system"),
        ("form[interval]", "0"),
    ];
    assert!(root.submit("save_source", &source).await.status().is_redirection());
    let (_, page) = root.page("/sources/1").await;
    assert!(page.contains("Own measurements") && !page.contains("<details class=\"more\" id=\"mappings\" open"));

    let mapping = |selector: &'static str| {
        [("source", "1"), ("metric", "memory_used_bytes"), ("selector", selector), ("factor", "1024")]
    };
    let wrong = send(&root, "add_mapping", &mapping("app memory <i>")).await;
    assert!(wrong.contains("is no item key") && wrong.contains("app memory &lt;i></textarea>"), "{wrong}");
    assert!(wrong.contains(r#"value="1024""#));
    let right = send(&root, "add_mapping", &mapping("app.memory[*]")).await;
    assert!(right.contains("<code>app.memory[*]") && right.contains("Mappings: 1"));
    let gone = send(&root, "remove_mapping", &[("source", "1"), ("mapping", "1")]).await;
    assert!(gone.contains("Removed.") && !gone.contains("<code>app.memory"));
}
