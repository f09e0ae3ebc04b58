//! SQL over fixed versions.

use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use futures::TryStreamExt as _;
use lake::{LakeError, Namespace, TableRef, WriteMode};

use crate::rows::{TestLake, owned, people, rows_of, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_reads_the_versions_it_was_opened_over() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1), ("Bob", 2)], WriteMode::Append)).await.unwrap();
    let old = test.authority.session(&[(people(), None)]).await.unwrap();
    test.lake.write(write(&[("Cid", 3)], WriteMode::Overwrite)).await.unwrap();
    let new = test.authority.session(&[(people(), None)]).await.unwrap();
    let sql = "select upper(name) as name, age from registers.people where age > 0 order by age";
    let (schema, rows) = old.query(sql).await.unwrap();
    assert_eq!(*schema.field(0).data_type(), DataType::Utf8);
    assert_eq!(rows_of(rows).await.unwrap(), owned(&[("ANN", 1), ("BOB", 2)]));
    assert_eq!(rows_of(new.query(sql).await.unwrap().1).await.unwrap(), owned(&[("CID", 3)]));
    assert_eq!(old.tables(), [(people(), 0)]);
    assert_eq!(new.tables(), [(people(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_utf8_however_it_was_made() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann Lee", 1)], WriteMode::Append)).await.unwrap();
    let session = test.authority.session(&[(people(), None)]).await.unwrap();
    let sql = "select name, cast(age as varchar) a, substr(name, 1, 2) b, name || '!' c, fold_name(name) d, \
               split_part(name, ' ', 2) e, case when age = 1 then 'one' end f, arrow_cast(name, 'Utf8View') g \
               from registers.people";
    let (schema, rows) = session.query(sql).await.unwrap();
    assert!(schema.fields().iter().all(|field| *field.data_type() == DataType::Utf8), "{schema:?}");
    let batches: Vec<_> = rows.try_collect().await.unwrap();
    let texts: Vec<&str> = batches[0].columns().iter().map(|column| column.as_string::<i32>().value(0)).collect();
    assert_eq!(texts, ["Ann Lee", "1", "An", "Ann Lee!", "ann lee", "Lee", "one", "Ann Lee"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_named_tables_exist_and_nothing_can_be_changed() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    let hidden = TableRef { namespace: Namespace::Registers, name: "hidden".into() };
    test.lake.write(lake::Write { table: hidden, ..write(&[("Dupont", 1)], WriteMode::Append) }).await.unwrap();
    let session = test.authority.session(&[(people(), None)]).await.unwrap();
    let (_, file) =
        test.files().into_iter().find(|(name, _)| name.contains("hidden/part-")).map(|(n, _)| ((), n)).unwrap();
    let by_path = format!("select * from '{}'", test.folder.path().join(file).display());
    let refused = [
        "select * from registers.hidden",
        "select * from models.people",
        "select * from people",
        "select * from information_schema.tables",
        "create table x as select 1",
        "insert into registers.people values ('x', 1)",
        "copy (select 1) to '/tmp/lucarne-should-not-exist.csv'",
        "create external table x stored as parquet location '/'",
        "set datafusion.catalog.information_schema = true",
        "select no_such_function(name) from registers.people",
        by_path.as_str(),
    ];
    for sql in refused {
        let error = session.query(sql).await.err().unwrap_or_else(|| panic!("{sql} ran"));
        assert!(matches!(error, LakeError::Sql(_) | LakeError::Plan { .. }), "{sql}: {error:?}");
    }
    assert!(!std::path::Path::new("/tmp/lucarne-should-not-exist.csv").exists());
    let nothing = test.authority.session(&[(TableRef::spine("links"), None)]).await;
    assert!(matches!(nothing, Err(LakeError::NoSuchTable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_over_rows_show_no_value() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Dupont", 1), ("7", 2)], WriteMode::Append)).await.unwrap();
    let session = test.authority.session(&[(people(), None)]).await.unwrap();
    for sql in [
        "select cast(name as bigint) from registers.people",
        "select to_timestamp(name) from registers.people",
        "select arrow_cast(name, 'Int64') from registers.people",
        "select age / (age - 1) from registers.people",
    ] {
        let error = match session.query(sql).await {
            Err(error) => error,
            Ok((_, rows)) => rows.try_collect::<Vec<_>>().await.err().unwrap_or_else(|| panic!("{sql} ran")),
        };
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Dupont"), "{sql}: {shown}");
        assert!(matches!(error, LakeError::Execution { .. }), "{sql}: {shown}");
    }
}
