//! What is left when a write doesn't end well.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use arrow_array::RecordBatch;
use futures::stream;
use lake::{BatchStream, Lake, LakeError, TableRef, Write, WriteMode};

use crate::rows::{TestLake, all, batch, owned, people, write};

#[tokio::test(flavor = "multi_thread")]
async fn files_without_a_commit_are_nobodys_rows() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    let prepared = test.lake.prepare(write(&[("Torn", 2)], WriteMode::Append)).await.unwrap();
    assert_eq!((prepared.rows(), test.data_files()), (1, 2));
    // As if the process had been killed here: nothing removes the file.
    std::mem::forget(prepared);
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1)]));

    // The same name is not used again, and the next write is whole.
    test.lake.write(write(&[("Bob", 2)], WriteMode::Append)).await.unwrap();
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1), ("Bob", 2)]));
    assert_eq!(test.lake.vacuum(&people()).await.unwrap().files, 1);
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1), ("Bob", 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_write_that_was_torn_makes_no_table() {
    let test = TestLake::new().await;
    std::mem::forget(test.lake.prepare(write(&[("Torn", 2)], WriteMode::Append)).await.unwrap());
    assert_eq!(test.lake.info(&people()).await.unwrap(), None);
    assert!(test.lake.tables().await.unwrap().is_empty());
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_prepared_and_dropped_is_removed() {
    let test = TestLake::new().await;
    drop(test.lake.prepare(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap());
    assert_eq!(test.data_files(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_as_its_commit_appears_has_its_rows() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    for version in 1..=20 {
        let commit = test.folder.path().join(format!("lake/registers/people/_delta_log/{version:020}.json"));
        let mut writing = Box::pin(test.lake.write(write(&[("Bob", 2)], WriteMode::Append)));
        while !commit.exists() {
            if poll_fn(|context| Poll::Ready(writing.as_mut().poll(context).is_ready())).await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(writing);
        assert!(commit.exists());
        assert_eq!(all(&test.authority).await.len(), version + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_fails_leaves_nothing() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    let failing: Vec<Result<RecordBatch, LakeError>> =
        vec![Ok(batch(&[("Bob", 2)])), Err(LakeError::input(std::io::Error::other("cut off")))];
    let batches: BatchStream = Box::pin(stream::iter(failing));
    let failed = test.lake.write(Write { batches: batches.into(), ..write(&[], WriteMode::Overwrite) }).await;
    assert_eq!(failed.err().unwrap().to_string(), "cut off");
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1)]));
    assert_eq!(test.data_files(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_on_an_old_version_is_refused() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1), ("Bob", 2)], WriteMode::Append)).await.unwrap();
    let slow = test.lake.prepare(write(&[("Bob", 20)], WriteMode::UpsertBy("name".into()))).await.unwrap();
    test.lake.write(write(&[("Cid", 3)], WriteMode::UpsertBy("name".into()))).await.unwrap();
    assert!(matches!(test.lake.commit(slow).await, Err(LakeError::ChangedMeanwhile { .. })));
    assert_eq!(all(&test.authority).await.len(), 3);
    // Adding rows conflicts with nothing.
    let adding = test.lake.prepare(write(&[("Dan", 4)], WriteMode::Append)).await.unwrap();
    test.lake.write(write(&[("Eve", 5)], WriteMode::Append)).await.unwrap();
    test.lake.commit(adding).await.unwrap();
    assert_eq!(all(&test.authority).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_named() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    let (name, bytes) = test.files().into_iter().find(|(name, _)| name.contains("part-")).unwrap();
    std::fs::write(test.folder.path().join(&name), &bytes[..bytes.len() / 2]).unwrap();
    let rows = test.authority.scan(&people(), None, None, None).await.unwrap();
    let error = crate::rows::rows_of(rows).await.err().unwrap().to_string();
    assert!(error.contains("part-") && error.contains("restore it"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, authority) = Lake::open(folder.path()).await.unwrap();
    assert!(matches!(Lake::open(folder.path()).await, Err(LakeError::InUse { .. })));
    drop(lake);
    assert!(matches!(Lake::open(folder.path()).await, Err(LakeError::InUse { .. })), "the authority holds it too");
    drop(authority);
    Lake::open(folder.path()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_output_shows_no_filter_value() {
    let filter = lake::Filter { column: "name".into(), any_of: vec!["Dupont".into()] };
    assert!(!format!("{filter:?}").contains("Dupont"));
    let written = Write { table: TableRef::spine("links"), ..write(&[("Dupont", 1)], WriteMode::Append) };
    assert!(!format!("{written:?}").contains("Dupont"));
    let _: Arc<dyn Send + Sync> = Arc::new(filter);
}
