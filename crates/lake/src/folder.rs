//! The data folder: what format it has, and who works on it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::disk::sync_folder;
use crate::error::LakeError;

/// What the file `FORMAT` of a data folder says.
pub const DATA_FORMAT: &str = "lucarne-data 1";

/// How every version of [`DATA_FORMAT`] begins.
const ANY_FORMAT: &[u8; 13] = b"lucarne-data ";

/// What is in a data folder, but for the files of the state, which all begin with `state.`.
const OWN: [&str; 7] = ["FORMAT", "LOCK", "index", "keys", "lake", "log", "spill"];

/// How many links that lead nowhere yet are followed, one after the other.
const LINKS_MOST: u8 = 40;

/// Tells whether a path leads into the data folder of a project, of whatever version: what is there is read through the gate.
///
/// Links are followed. What is not there yet, such as a file to be written, is looked for where it would be made. A copy of a
/// file, and a second name of one without a link, can't be told from any other file.
///
/// # Errors
/// Those of following the path, but for its end not being there.
pub fn is_within_data(path: &Path) -> io::Result<bool> {
    let whole = leads_to(path, LINKS_MOST)?;
    Ok(whole.ancestors().any(|folder| is_data_folder(folder) && (!is_project(folder) || is_own(folder, &whole))))
}

/// Tells whether a folder is a project's own: one that keeps its data beside its files has deliveries in it too.
fn is_project(folder: &Path) -> bool {
    folder.join("lucarne.toml").exists()
}

/// Tells whether a path is, or is below, what Lucarne itself writes into a data folder.
fn is_own(folder: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(folder).ok().and_then(|below| below.components().next());
    below.is_some_and(|first| {
        let name = first.as_os_str().to_string_lossy();
        OWN.contains(&&*name) || name.starts_with("state.")
    })
}

/// Tells whether a folder has the marks of a data folder. One of two is enough, so that a file that was lost opens nothing.
fn is_data_folder(folder: &Path) -> bool {
    if folder.join("LOCK").exists() && folder.join("lake").is_dir() {
        return true;
    }
    let format = folder.join("FORMAT");
    let mut begin = [0_u8; ANY_FORMAT.len()];
    format.is_file()
        && File::open(&format).and_then(|mut file| file.read_exact(&mut begin)).is_ok()
        && begin == *ANY_FORMAT
}

/// Gives where a path leads, without links and from the root.
fn leads_to(path: &Path, links: u8) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    // Whoever makes a file by the name of a link makes it where the link leads.
    if let Ok(target) = fs::read_link(path) {
        let left = links.checked_sub(1).ok_or_else(|| io::Error::other("too many links follow each other"))?;
        return leads_to(&path.parent().unwrap_or(Path::new("")).join(target), left);
    }
    let mut whole = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => leads_to(folder, links)?,
        _ => Path::new(".").canonicalize()?,
    };
    match path.components().next_back() {
        Some(Component::Normal(name)) => whole.push(name),
        Some(Component::ParentDir) => {
            whole.pop();
        }
        _ => {}
    }
    // Behind a folder that would be made first there may be a link again.
    if whole == path { Ok(whole) } else { leads_to(&whole, links) }
}

/// A data folder that this process alone works on. The lock is released when it is dropped.
pub(crate) struct DataFolder {
    /// The folder of the tables.
    pub(crate) lake: PathBuf,
    /// The folder of intermediate results of queries.
    pub(crate) spill: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, makes it when it is absent, and locks it.
    pub(crate) fn open(root: &Path) -> Result<Self, LakeError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| LakeError::io(&path, source)
        };
        make_private_folder(root).map_err(at(root))?;
        let root = &root.canonicalize().map_err(at(root))?;

        let lock_path = root.join("LOCK");
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LakeError::InUse { path: root.clone() }),
            Err(TryLockError::Error(source)) => return Err(LakeError::io(&lock_path, source)),
        }

        let lake = root.join("lake");
        check_format(root, &lake)?;
        make_private_folder(&lake).map_err(at(&lake))?;

        // What a process that was killed left of its intermediate results holds personal data.
        let spill = root.join("spill");
        match fs::remove_dir_all(&spill) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(LakeError::io(&spill, source)),
            _ => make_private_folder(&spill).map_err(at(&spill))?,
        }
        Ok(Self { lake, spill, _lock: lock })
    }
}

fn check_format(root: &Path, lake: &Path) -> Result<(), LakeError> {
    let path = root.join("FORMAT");
    match fs::read(&path) {
        Ok(bytes) => {
            let found = String::from_utf8_lossy(&bytes).trim().chars().take(40).collect::<String>();
            if found == DATA_FORMAT {
                return Ok(());
            }
            Err(LakeError::OtherFormat { path: root.to_owned(), found, expected: DATA_FORMAT })
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            if lake.exists() {
                return Err(LakeError::NoFormat { path: root.to_owned() });
            }
            write_format(root, &path).map_err(|source| LakeError::io(&path, source))
        }
        Err(source) => Err(LakeError::io(&path, source)),
    }
}

/// Writes the file beside its place and renames it, so that there is never half of one.
fn write_format(root: &Path, path: &Path) -> io::Result<()> {
    let unfinished = root.join("FORMAT.new");
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{DATA_FORMAT}")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync_folder(root)
}

/// Makes a folder that only this account can look into.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_told_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        let refused = DataFolder::open(folder.path()).err().unwrap();
        assert!(matches!(refused, LakeError::InUse { .. }));
        assert!(refused.to_string().contains("stop it"));
        drop(first);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn another_format_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("FORMAT"), "lucarne-data 2\n").unwrap();
        let refused = DataFolder::open(folder.path()).err().unwrap();
        assert!(matches!(&refused, LakeError::OtherFormat { found, .. } if found == "lucarne-data 2"));
        assert!(!folder.path().join("lake").exists());
        assert!(refused.to_string().contains("move the folder away"));
    }

    #[test]
    fn tables_without_a_format_are_not_adopted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lake")).unwrap();
        assert!(matches!(DataFolder::open(folder.path()), Err(LakeError::NoFormat { .. })));
    }

    #[test]
    fn what_is_within_a_data_folder_is_known_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        drop(DataFolder::open(&data).unwrap());
        fs::create_dir_all(data.join("lake/registers/tax")).unwrap();
        let part = data.join("lake/registers/tax/part-0.parquet");
        fs::write(&part, "rows").unwrap();
        let beside = folder.path().join("beside.parquet");
        fs::write(&beside, "rows").unwrap();
        let is_within = |path: &Path| is_within_data(path).unwrap();
        let within = |name: &str| is_within(&folder.path().join(name));
        assert!(is_within(&part) && is_within(&data) && is_within(&data.join("keys")));
        assert!(!is_within(&beside) && !is_within(folder.path()) && !within("nothing/here"));
        assert!(within("data/new/edges.parquet"), "what is not there yet would be made within");
        assert!(within("nothing/../data/lake/x") && within("data/../data/x") && !within("data/../x"));
        // Either mark is enough, and so is another version's.
        fs::write(data.join("FORMAT"), "lucarne-data 99\n").unwrap();
        fs::remove_file(data.join("LOCK")).unwrap();
        assert!(is_within(&part));
        fs::write(data.join("FORMAT"), "").unwrap();
        assert!(!is_within(&part), "without any mark it is a folder like others");
        fs::write(data.join("LOCK"), "").unwrap();
        assert!(is_within(&part));
    }

    #[test]
    fn a_project_that_is_its_own_data_folder_keeps_its_deliveries() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        fs::write(folder.path().join("lucarne.toml"), "data = \".\"\n").unwrap();
        let within = |name: &str| is_within_data(&folder.path().join(name)).unwrap();
        assert!(!within("incoming/residents.csv") && !within("lucarne.toml"));
        for own in OWN.into_iter().chain(["lake/registers/tax/part-0.parquet", "state.sqlite", "state.recent.sqlite"]) {
            assert!(within(own), "{own}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_into_a_data_folder_are_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        drop(DataFolder::open(&data).unwrap());
        let part = data.join("lake/part-0.parquet");
        fs::write(&part, "rows").unwrap();
        let link = |to: &Path, name: &str| {
            let link = folder.path().join(name);
            symlink(to, &link).unwrap();
            link
        };
        assert!(is_within_data(&link(&part, "file.parquet")).unwrap());
        assert!(is_within_data(&link(&data.join("lake"), "folder").join("part-0.parquet")).unwrap());
        assert!(is_within_data(&link(Path::new("data/lake/new.parquet"), "new.parquet")).unwrap());
        assert!(!is_within_data(&link(Path::new("elsewhere"), "other")).unwrap());
        // The folder may itself be one by a link.
        assert!(is_within_data(&link(&data, "short").join("lake/part-0.parquet")).unwrap());
        assert!(is_within_data(&folder.path().join("nothing/../short/lake/new.parquet")).unwrap());
        let round = link(&folder.path().join("round"), "round");
        assert!(is_within_data(&round).is_err(), "nothing is said of a link to itself");
    }

    #[test]
    fn leftovers_of_queries_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let leftover = folder.path().join("spill").join("x");
        drop(DataFolder::open(folder.path()).unwrap());
        fs::write(&leftover, "Dupont").unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        assert!(!leftover.exists());
    }
}
