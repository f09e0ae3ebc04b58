//! The data folder: what format it has, and who works on it.

use std::ffi::OsString;
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

/// What the file `FORMAT` of the lake in a data folder says. It begins as that of the folder, so that the lake is known to be a
/// project's data where it lies on another disk; it is another, so that nobody opens the lake in place of the folder.
const LAKE_FORMAT: &str = "lucarne-data 1, lake";

/// How many links are followed, one after the other.
const LINKS_MOST: u8 = 40;

/// Tells whether a path leads into the data folder of a project, of whatever version, or through one: what is there is read
/// through the gate.
///
/// Links are followed, and one that lies in a data folder belongs to it wherever it leads, such as a lake on another disk.
/// What is not there yet, such as a file to be written, is looked for where it would be made.
///
/// A copy of a file, and a second name of one without a link, can't be told from any other file. Of what a link moves out of
/// a data folder the lake alone has a mark of its own, by which it is known where it lies; that of a version before this one
/// gets it when it is opened. Other parts that are moved are known by the link alone.
///
/// # Errors
/// Those of following the path, but for its end not being there.
pub fn is_within_data(path: &Path) -> io::Result<bool> {
    // Where the path has led so far, without links and from the root.
    let mut place = if path.is_absolute() { PathBuf::new() } else { Path::new(".").canonicalize()? };
    // What is still to be gone, the next last.
    let mut ahead = steps_back(path);
    let mut links = LINKS_MOST;
    while let Some(step) = ahead.pop() {
        match Path::new(&step).components().next() {
            Some(Component::Normal(name)) => {
                let next = place.join(name);
                let is_link = match fs::symlink_metadata(&next) {
                    Ok(about) => about.is_symlink(),
                    // Whoever makes it makes no link.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                    Err(error) => return Err(error),
                };
                if !is_link {
                    place = next;
                    continue;
                }
                // The folder that the link leads to is looked at at the end.
                if next.ancestors().skip(1).any(|folder| belongs_to(folder, &next)) {
                    return Ok(true);
                }
                links = links.checked_sub(1).ok_or_else(|| io::Error::other("too many links follow each other"))?;
                ahead.extend(steps_back(&fs::read_link(&next)?));
            }
            Some(Component::ParentDir) => {
                place.pop();
            }
            Some(root @ (Component::RootDir | Component::Prefix(_))) => place.push(root),
            Some(Component::CurDir) | None => {}
        }
    }
    Ok(place.ancestors().any(|folder| belongs_to(folder, &place)))
}

/// Gives the steps of a path, the first last.
fn steps_back(path: &Path) -> Vec<OsString> {
    path.components().rev().map(|step| step.as_os_str().to_owned()).collect()
}

/// Tells whether a place below a folder, or the folder, is a project's data because of that folder.
fn belongs_to(folder: &Path, place: &Path) -> bool {
    is_data_folder(folder) && (!is_project(folder) || is_own(folder, place))
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

/// Tells whether a folder has the marks of a data folder, or that of its lake. One of two is enough, so that a file that was
/// lost opens nothing.
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
        let mark = lake.join("FORMAT");
        if !mark.exists() {
            write_format(&lake, &mark, LAKE_FORMAT).map_err(at(&mark))?;
        }

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
            write_format(root, &path, DATA_FORMAT).map_err(|source| LakeError::io(&path, source))
        }
        Err(source) => Err(LakeError::io(&path, source)),
    }
}

/// Writes the file beside its place and renames it, so that there is never half of one.
fn write_format(root: &Path, path: &Path, format: &str) -> io::Result<()> {
    let unfinished = root.join("FORMAT.new");
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{format}")?;
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
        // Either mark is enough, and so is another version's, or the lake's.
        fs::write(data.join("FORMAT"), "lucarne-data 99\n").unwrap();
        fs::remove_file(data.join("LOCK")).unwrap();
        assert!(is_within(&part));
        fs::write(data.join("FORMAT"), "").unwrap();
        assert!(is_within(&part) && !is_within(&data));
        fs::remove_file(data.join("lake/FORMAT")).unwrap();
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

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_data_folder_belongs_to_it_wherever_it_leads() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let disk = tempfile::tempdir().unwrap();
        let (data, moved) = (folder.path().join("data"), disk.path().join("lake"));
        // Moved before it is opened, as by somebody whose disk was full.
        for made in [&data, &moved.join("registers/tax")] {
            fs::create_dir_all(made).unwrap();
        }
        symlink(&moved, data.join("lake")).unwrap();
        fs::write(data.join("FORMAT"), format!("{DATA_FORMAT}\n")).unwrap();
        fs::write(moved.join("registers/tax/part-0.parquet"), "rows").unwrap();
        let part = data.join("lake/registers/tax/part-0.parquet");
        let moved_part = moved.join("registers/tax/part-0.parquet");
        assert!(is_within_data(&part).unwrap() && is_within_data(&data.join("lake/new/edges.parquet")).unwrap());
        assert!(!is_within_data(&moved_part).unwrap(), "no version has opened it that marks it");
        // Links to the link, and through the folder above it.
        let beside = folder.path().join("beside");
        fs::create_dir(&beside).unwrap();
        symlink("../data/lake", beside.join("folder")).unwrap();
        symlink("folder/registers/tax/part-0.parquet", beside.join("file.parquet")).unwrap();
        symlink("../data", beside.join("short")).unwrap();
        for name in ["folder/registers/tax/part-0.parquet", "file.parquet", "folder/new", "short/lake/x"] {
            assert!(is_within_data(&beside.join(name)).unwrap(), "{name}");
        }
        assert!(!is_within_data(&beside.join("short/../beside/own.csv")).unwrap(), "it leads out again");

        drop(DataFolder::open(&data).unwrap());
        assert!(is_within_data(&moved_part).unwrap(), "by its own name, too");
        assert!(!is_within_data(&disk.path().join("own.csv")).unwrap());
        assert!(matches!(DataFolder::open(&moved), Err(LakeError::OtherFormat { .. })), "the lake is no data folder");

        // One file of it that is kept elsewhere is its own as well.
        let elsewhere = disk.path().join("part-1.parquet");
        fs::write(&elsewhere, "rows").unwrap();
        symlink(&elsewhere, data.join("lake/registers/tax/part-1.parquet")).unwrap();
        assert!(is_within_data(&data.join("lake/registers/tax/part-1.parquet")).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn deliveries_beside_the_data_of_a_project_may_be_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let disk = tempfile::tempdir().unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        fs::write(folder.path().join("lucarne.toml"), "data = \".\"\n").unwrap();
        for (name, is_own) in [("incoming", false), ("log", true)] {
            std::os::unix::fs::symlink(disk.path(), folder.path().join(name)).unwrap();
            assert_eq!(is_within_data(&folder.path().join(name).join("x.csv")).unwrap(), is_own, "{name}");
        }
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
