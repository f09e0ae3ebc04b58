//! What `link resolve` leaves on the disk of records that went or were replaced: nothing, once it starts again.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use linkage::{Deed, LinkageError, RecordName, ResolveOptions, Resolver};
use tempfile::TempDir;

use crate::resolved::{Records, TOWN, Values, config, line, resolved, write};

/// Files with records, a model, and where a journal may be.
struct Loose {
    folder: TempDir,
    here: Records,
    options: ResolveOptions,
}

impl Loose {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model.json");
        std::fs::write(&model, &TOWN.model).unwrap();
        let here: Records = TOWN.all.iter().step_by(2).cloned().collect();
        let options = ResolveOptions {
            inputs: write(folder.path(), &here),
            id: "unique_id".to_owned(),
            source: None,
            journal: Some(folder.path().join("taken.jsonl")),
            model: Some(model),
        };
        Self { folder, here, options }
    }

    fn open(&self) -> Result<Resolver, LinkageError> {
        Resolver::open(&config(), &self.options, &|_| {})
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("taken.jsonl")
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join(".taken.jsonl.lucarne-anew")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.journal()).unwrap()
    }

    /// Has a record come, or come otherwise, with a last name of its own.
    fn puts(&mut self, resolver: &mut Resolver, name: &RecordName, last_name: &str) {
        let mut values: Values = self.here.get(name).unwrap_or(&TOWN.all[1].1).clone();
        values[1] = Some(last_name.to_owned());
        let done = resolver.take(&[line(name, &values).as_str()]).unwrap().remove(0).unwrap().done;
        let is_new = self.here.insert(name.clone(), values).is_none();
        assert_eq!(done, if is_new { Deed::New } else { Deed::Changed });
    }

    /// Has a record go, by a line that says what it was called.
    fn takes(&mut self, resolver: &mut Resolver, name: &RecordName, last_name: &str) {
        let gone =
            serde_json::json!({ "last_name": last_name, "_gone": true, "unique_id": name.id, "source": name.source });
        assert_eq!(resolver.take(&[gone.to_string().as_str()]).unwrap().remove(0).unwrap().done, Deed::Gone);
        self.here.remove(name).unwrap();
    }
}

fn new(id: &str) -> RecordName {
    RecordName { source: "tax".to_owned(), id: id.to_owned() }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nothing_of_what_went_or_was_replaced_is_in_the_journal_after_the_next_start() {
    let mut loose = Loose::new();
    let names: Vec<RecordName> = loose.here.keys().take(3).cloned().collect();
    let [gone, changed, both] = [0, 1, 2].map(|place| names[place].clone());
    let mut resolver = loose.open().unwrap();
    loose.puts(&mut resolver, &new("came-and-went"), "Qualm");
    loose.puts(&mut resolver, &changed, "Quaver");
    loose.takes(&mut resolver, &gone, "Quarrel");
    loose.puts(&mut resolver, &new("stays"), "Quibble");
    loose.puts(&mut resolver, &both, "Quiver");
    loose.takes(&mut resolver, &new("came-and-went"), "Qualm");
    loose.puts(&mut resolver, &changed, "Quartz");
    loose.takes(&mut resolver, &both, "Quiver");
    loose.puts(&mut resolver, &new("stays"), "Quince");
    // Who went and came again is there as they came last.
    loose.puts(&mut resolver, &new("came-and-went-and-came"), "Quagmire");
    loose.takes(&mut resolver, &new("came-and-went-and-came"), "Quagmire");
    loose.puts(&mut resolver, &new("came-and-went-and-came"), "Quest");
    let before = resolved(&resolver, &loose.here);
    drop(resolver);
    let then = loose.text();
    let replaced = ["Qualm", "Quaver", "Quarrel", "Quibble", "Quiver", "Quagmire"];
    assert!(replaced.iter().all(|name| then.contains(name)), "while it runs all lines stay: {then}");
    // One that was interrupted while it wrote the journal anew has left what it had.
    std::fs::write(loose.part(), &then[..then.len() / 2]).unwrap();
    std::fs::set_permissions(loose.journal(), Permissions::from_mode(0o640)).unwrap();

    let mut resolver = loose.open().unwrap();
    assert_eq!(resolver.replayed(), 5);
    assert_eq!(resolved(&resolver, &loose.here), before);
    assert_eq!(resolver.records(), loose.here.len());
    let now = loose.text();
    assert!(!replaced.iter().any(|name| now.contains(name)), "{now}");
    assert!(!now.contains("\"came-and-went\""), "a name that no file has needs no line: {now}");
    let lines: Vec<serde_json::Value> = now.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6, "the header, and a line for each record: {now}");
    let named: Vec<&str> = lines[1..].iter().map(|line| line["unique_id"].as_str().unwrap()).collect();
    assert_eq!(named, [gone.id.as_str(), &changed.id, &both.id, "stays", "came-and-went-and-came"], "as they came");
    let last_name = |place: usize| lines[place]["last_name"].as_str();
    assert_eq!((last_name(2), last_name(4), last_name(5)), (Some("Quartz"), Some("Quince"), Some("Quest")));
    for (place, name) in [(1, &gone), (3, &both)] {
        let alone = serde_json::json!({ "unique_id": name.id, "source": name.source, "_gone": true });
        assert_eq!(lines[place], alone, "nothing but who went");
    }
    assert!(!loose.part().exists());
    assert_eq!(mode(&loose.journal()), 0o640);

    // It has the one that was written anew for itself, and goes on in it.
    let refused = loose.open().err().unwrap().to_string();
    assert!(refused.contains("another process has the journal"), "{refused}");
    loose.puts(&mut resolver, &new("later"), "Quill");
    let before = resolved(&resolver, &loose.here);
    drop(resolver);
    let longer = loose.text();
    assert!(longer.starts_with(&now) && longer.contains("Quill"), "{longer}");

    // There is nothing to leave out now: of a line that was cut off, and of a start that was interrupted, nothing stays.
    let cut = [longer.as_bytes(), b"{\"unique_id\": \"cut\", \"last_name\": \"Qu", &"é".as_bytes()[..1]].concat();
    std::fs::write(loose.journal(), cut).unwrap();
    std::fs::write(loose.part(), &then).unwrap();
    let resolver = loose.open().unwrap();
    assert_eq!(resolver.replayed(), 6);
    assert_eq!(resolved(&resolver, &loose.here), before);
    assert_eq!(loose.text(), longer);
    assert!(!loose.part().exists());
}

#[test]
fn a_line_about_a_record_that_was_erased_from_its_file_goes_with_it() {
    let mut loose = Loose::new();
    let name = loose.here.keys().next().unwrap().clone();
    let mut resolver = loose.open().unwrap();
    loose.puts(&mut resolver, &name, "Quaver");
    loose.takes(&mut resolver, &name, "Quaver");
    loose.puts(&mut resolver, &new("stays"), "Quibble");
    drop(resolver);
    let resolver = loose.open().unwrap();
    assert_eq!((resolver.replayed(), resolver.gone_from_files()), (2, 0), "the file has it still");
    drop(resolver);
    let kept = loose.text();

    // It went by a line, and is erased from the file now.
    let mut in_files = loose.here.clone();
    in_files.remove(&new("stays"));
    loose.options.inputs = write(loose.folder.path(), &in_files);
    let mut resolver = loose.open().unwrap();
    assert_eq!((resolver.replayed(), resolver.gone_from_files()), (1, 1));
    assert!(
        resolver
            .opening()
            .warnings
            .iter()
            .any(|warning| warning.starts_with("1 of the lines of the journal took away"))
    );
    assert_eq!(resolver.records(), loose.here.len());
    let (_, without) = kept.split_once("_gone").unwrap();
    let (_, without) = without.split_once('\n').unwrap();
    assert_eq!(loose.text(), format!("{HEADER}{without}"), "the other line stays as it was");
    let gone = serde_json::json!({ "_gone": true, "unique_id": name.id, "source": name.source }).to_string();
    let refused = resolver.take(&[gone.as_str()]).unwrap().remove(0).err().unwrap();
    assert!(refused.contains("there is no such record"), "{refused}");
    drop(resolver);
    assert_eq!(loose.open().unwrap().gone_from_files(), 0, "it was told once");
}

/// The first line of a journal.
const HEADER: &str = "{\"lucarne_journal\":1}\n";

#[test]
fn a_journal_that_is_not_understood_stays_as_it_is() {
    let loose = Loose::new();
    let name = loose.here.keys().next().unwrap();
    let gone = serde_json::json!({ "_gone": true, "unique_id": name.id, "source": name.source });
    let whole_but_no_text = [HEADER.as_bytes(), b"{}\n{\"last_name\": \"Quaver\xe9\"}\n"].concat();
    for (text, says) in [
        (format!("{HEADER}{gone}\n{gone}\n").into_bytes(), "line 3: there is no such record"),
        (whole_but_no_text, "line 3: it is no UTF-8"),
        (b"{\"lucarne_journal\":2}\n".to_vec(), "no journal of this version"),
    ] {
        std::fs::write(loose.journal(), &text).unwrap();
        let refused = loose.open().err().unwrap().to_string();
        assert!(refused.contains(says) && !refused.contains("Quaver"), "{refused}");
        assert_eq!(std::fs::read(loose.journal()).unwrap(), text);
        assert!(!loose.part().exists());
    }
}

#[test]
fn a_journal_begins_for_its_account_alone_and_one_whose_header_was_cut_begins_again() {
    let mut loose = Loose::new();
    let resolver = loose.open().unwrap();
    assert_eq!((loose.text().as_str(), mode(&loose.journal())), (HEADER, 0o600));
    drop(resolver);
    std::fs::write(loose.journal(), &HEADER[..HEADER.len() - 1]).unwrap();
    let mut resolver = loose.open().unwrap();
    assert_eq!(loose.text(), HEADER);
    loose.puts(&mut resolver, &new("comes"), "Quest");
    drop(resolver);
    assert_eq!(loose.open().unwrap().replayed(), 1);
}

#[test]
fn what_is_not_of_a_start_is_in_the_way_and_stays() {
    let loose = Loose::new();
    std::fs::write(loose.part(), "a letter to somebody\n").unwrap();
    let refused = loose.open().err().unwrap().to_string();
    assert!(refused.contains("something else is in the way: move it"), "{refused}");
    assert_eq!(std::fs::read_to_string(loose.part()).unwrap(), "a letter to somebody\n");
}

#[test]
fn where_the_folder_may_not_be_written_the_journal_goes_on_as_it_is_with_a_warning() {
    let mut loose = Loose::new();
    let folder = loose.folder.path().join("closed");
    std::fs::create_dir(&folder).unwrap();
    loose.options.journal = Some(folder.join("taken.jsonl"));
    let mut resolver = loose.open().unwrap();
    loose.puts(&mut resolver, &new("stays"), "Qualm");
    loose.puts(&mut resolver, &new("stays"), "Quince");
    let before = resolved(&resolver, &loose.here);
    drop(resolver);
    std::fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere.
    let is_closed = std::fs::write(folder.join("probe"), "").is_err();
    let mut resolver = loose.open().unwrap();
    assert_eq!((resolver.replayed(), resolved(&resolver, &loose.here)), (1, before));
    let text = || std::fs::read_to_string(folder.join("taken.jsonl")).unwrap();
    let warned =
        resolver.opening().warnings.iter().any(|warning| warning.contains("stays in it; let this account write"));
    assert_eq!((warned, text().contains("Qualm")), (is_closed, is_closed), "what stays is told");
    // What comes is kept all the same.
    loose.puts(&mut resolver, &new("later"), "Quill");
    drop(resolver);
    assert!(text().contains("Quill"));
    assert_eq!(loose.open().unwrap().replayed(), 2);
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
}
