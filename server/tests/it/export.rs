//! Tables as files.

use reqwest::{StatusCode, header};

use crate::support::Server;

#[tokio::test]
async fn a_table_is_downloaded_with_the_columns_that_were_asked_for() {
    let (server, root) = Server::set_up().await;
    let answer = root.get("/export/vms.csv?cols=name,power,mem&q=power:on&sort=mem&dir=desc").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    assert!(answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().contains("filename=\"vms-"));
    assert_eq!(answer.text().await.unwrap(), "Name,Power,Memory (bytes)\r\n");

    for table in ["hosts", "clusters", "storage", "networks"] {
        assert_eq!(root.get(&format!("/export/{table}.csv")).await.status(), StatusCode::OK, "{table}");
    }
    assert_eq!(root.get("/export/users.csv").await.status(), StatusCode::NOT_FOUND);
    for mistake in ["cols=nothing", "q=nothing:x", "q=name:%22x", "sort=nothing"] {
        let status = root.get(&format!("/export/vms.csv?{mistake}")).await.status();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{mistake}");
    }
    for mistake in ["kind=vm&id=1&metric=x&from=0&to=1", "kind=x&id=1&metric=cpu_usage_percent&from=0&to=1"] {
        let status = root.get(&format!("/export/series.csv?{mistake}")).await.status();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{mistake}");
    }
    let backwards = "/export/series.csv?kind=vm&id=1&metric=cpu_usage_percent&from=2&to=1";
    assert_eq!(root.get(backwards).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = "/export/series.csv?kind=vm&id=99&metric=cpu_usage_percent&from=1&to=2";
    assert_eq!(root.get(nobody).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.browser().get(nobody).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.browser().get("/export/vms.csv").await.status(), StatusCode::SEE_OTHER);
}
