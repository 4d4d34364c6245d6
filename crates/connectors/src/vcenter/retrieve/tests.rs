//! Pages that are larger than what may be kept.

use tokio::sync::watch;

use super::*;
use crate::CollectProgress;

fn page(objects: usize, text: usize) -> String {
    let value = "x".repeat(text);
    let object = format!(
        r#"<objects><obj type="VirtualMachine">vm-1</obj><propSet><name>config.annotation</name><val>{value}</val></propSet></objects>"#
    );
    let token = "<token>1</token>";
    let objects = object.repeat(objects);
    format!(r#"<e:Envelope xmlns:e="e"><e:Body><R><returnval>{token}{objects}</returnval></R></e:Body></e:Envelope>"#)
}

fn read(page: &str, budget: &Budget) -> (Vec<usize>, Result<(), AnswerError>, Option<String>) {
    let observer = Observer::new(watch::Sender::new(CollectProgress::default()), CancellationToken::new());
    let (seen, mut token) = oneshot::channel();
    let take = |object: Object<'_>| object.properties().map(|(_, value)| value.text().len()).next();
    let (objects, end) = read_page(page.as_bytes(), &take, &|_: &usize| None, (&observer, budget), seen);
    (objects, end, token.try_recv().ok().flatten())
}

#[test]
fn a_scope_keeps_no_more_than_its_budget() {
    let budget = Budget::new(100_000);
    let (objects, end, _) = read(&page(4, 10_000), &budget);
    assert_eq!(objects, [10_000; 4]);
    assert!(end.is_ok() && !budget.is_spent(), "{end:?}");

    // The next page of the same scope.
    let (objects, end, token) = read(&page(500, 10_000), &budget);
    assert!((3..=5).contains(&objects.len()), "{}", objects.len());
    assert!(matches!(end, Err(AnswerError::TooLarge)) && budget.is_spent(), "{end:?}");
    assert_eq!(token.as_deref(), Some("1"), "the server can be told that the rest is not wanted");
    assert!(read(&page(1, 1), &budget).0.is_empty(), "spent is spent");
}

#[test]
fn many_small_elements_weigh_something_too() {
    let items = "<a/>".repeat(10_000);
    let page = page(1, 0).replace("<val></val>", &format!("<val>{items}</val>"));
    let (objects, end, _) = read(&page, &Budget::new(100_000));
    assert!(objects.is_empty() && matches!(end, Err(AnswerError::TooLarge)), "{end:?}");
}
