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
    assert_eq!(server.browser().get("/export/vms.csv").await.status(), StatusCode::SEE_OTHER);
}
