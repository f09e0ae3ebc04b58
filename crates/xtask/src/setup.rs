//! What the tasks need on the machine: found, or said exactly how to get it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, anyhow, bail};

use crate::run;

/// The least version of Node.
const NODE_MAJOR_MIN: u32 = 20;

/// The least minor version of Rust 1.
const RUST_MINOR_MIN: u32 = 95;

/// Something that the machine must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Rust, new enough.
    Rust,
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
    /// A C compiler, which also links.
    Cc,
    /// Git: a test asks it which files are the house's.
    Git,
    /// Python 3 with nothing but its standard library.
    Python,
    /// Python 3 that makes environments of its own, with pip in them.
    PythonVenv,
    /// Node, new enough, and npm.
    Node,
    /// A browser.
    Chromium,
}

/// What a step needs, as the list of steps says it.
pub(crate) trait Needing {
    /// Gives what it needs.
    fn needs(&self) -> &[Need];
}

/// What is asked of the machine; tests have one of their own.
pub(crate) trait Probe {
    /// Gives the path of a program, if it is on the PATH.
    fn find(&self, program: &str) -> Option<PathBuf>;

    /// Gives what a program prints, if it is there and ends well.
    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String>;

    /// Gives the path that `CHROMIUM` names, if it names one, and whether that is a file.
    fn named_chromium(&self) -> Option<(PathBuf, bool)>;
}

/// The machine that this runs on.
pub(crate) struct Machine;

impl Probe for Machine {
    fn find(&self, program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = if program == "cargo" { run::cargo() } else { run::command(program) };
        let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn named_chromium(&self) -> Option<(PathBuf, bool)> {
        let path = PathBuf::from(std::env::var_os("CHROMIUM")?);
        let is_file = path.is_file();
        Some((path, is_file))
    }
}

/// Something that is needed and is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// What is missing, as a sentence without its full stop.
    pub(crate) what: String,
    /// The packages of Debian that bring it; none where Debian's would not do.
    pub(crate) debian_packages: &'static [&'static str],
    /// What to do about it.
    pub(crate) mend: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.mend)?;
        if !self.debian_packages.is_empty() {
            write!(f, " (Debian: {})", self.debian_packages.join(" "))?;
        }
        Ok(())
    }
}

/// Gives everything that these steps need and the machine lacks, each once.
pub(crate) fn missing<S: Needing>(steps: &[S], probe: &impl Probe) -> Vec<Missing> {
    let needs: BTreeSet<Need> = steps.iter().flat_map(|step| step.needs()).copied().collect();
    needs.into_iter().filter_map(|need| lacks(need, probe)).collect()
}

/// Gives why a need is not met, if it isn't.
fn lacks(need: Need, probe: &impl Probe) -> Option<Missing> {
    let missing = |what: &str, debian_packages: &'static [&'static str], mend: &str| {
        Some(Missing { what: what.to_owned(), debian_packages, mend: mend.to_owned() })
    };
    let component = |name: &str| {
        let mend = format!("run `rustup component add {name}`, or install it beside your Rust");
        missing(&format!("Rust has no {name}"), &[], &mend)
    };
    match need {
        Need::Rust => lacks_rust(probe),
        Need::Rustfmt if probe.ask("cargo", &["fmt", "--version"]).is_none() => component("rustfmt"),
        Need::Clippy if probe.ask("cargo", &["clippy", "--version"]).is_none() => component("clippy"),
        Need::Cc if probe.find("cc").is_none() => {
            missing("there is no C compiler `cc` on the PATH", &["gcc", "libc6-dev"], "install one")
        }
        Need::Git if probe.find("git").is_none() => missing("git is not on the PATH", &["git"], "install it"),
        Need::Python if probe.ask("python3", &["--version"]).is_none() => {
            missing("Python 3 is not on the PATH", &["python3"], "install it, as `python3`")
        }
        // A Debian without `python3-venv` has a `venv` that ends half way, since `ensurepip` is not there.
        Need::PythonVenv if probe.ask("python3", &["-c", "import ensurepip, venv"]).is_none() => {
            missing("there is no Python 3 that has venv and ensurepip", &["python3-venv"], "install both")
        }
        Need::Node => lacks_node(probe),
        Need::Chromium => chromium_of(probe).err(),
        Need::Rustfmt | Need::Clippy | Need::Cc | Need::Git | Need::Python | Need::PythonVenv => None,
    }
}

fn lacks_rust(probe: &impl Probe) -> Option<Missing> {
    let mend = format!("install Rust 1.{RUST_MINOR_MIN} or later");
    let version = probe.ask("rustc", &["--version"]);
    let what = match &version {
        None => "rustc is not on the PATH".to_owned(),
        Some(version) => {
            let minor = version.split('.').nth(1).and_then(|text| text.parse::<u32>().ok());
            if minor.is_some_and(|minor| minor >= RUST_MINOR_MIN) {
                return None;
            }
            format!("{version} is too old")
        }
    };
    Some(Missing { what, debian_packages: &[], mend })
}

fn lacks_node(probe: &impl Probe) -> Option<Missing> {
    const PACKAGES: &[&str] = &["nodejs", "npm"];
    let mend = format!("install Node {NODE_MAJOR_MIN} or later");
    let what = match probe.ask("node", &["--version"]) {
        None => {
            let what = "Node is not on the PATH".to_owned();
            let mend = format!("{mend}, which Debian 13 or later has");
            return Some(Missing { what, debian_packages: PACKAGES, mend });
        }
        Some(version) => {
            let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
            if major.is_none_or(|major| major < NODE_MAJOR_MIN) {
                format!("Node is {version}")
            } else if probe.ask("npm", &["--version"]).is_none() {
                let what = "npm is not on the PATH".to_owned();
                return Some(Missing { what, debian_packages: PACKAGES, mend: "install it".to_owned() });
            } else {
                return None;
            }
        }
    };
    // It may be Debian's: installing it again would not make it newer.
    Some(Missing { what, debian_packages: &[], mend })
}

/// Gives the path of Chromium: `CHROMIUM`, or the first of the usual names on the PATH.
fn chromium_of(probe: &impl Probe) -> Result<PathBuf, Missing> {
    if let Some((path, is_file)) = probe.named_chromium() {
        // Another Chromium would not be used as long as the variable is there.
        return if is_file {
            Ok(path)
        } else {
            let what = format!("CHROMIUM names {}, which is not a file", path.display());
            Err(Missing { what, debian_packages: &[], mend: "name one that is, or unset it".to_owned() })
        };
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.iter().find_map(|name| probe.find(name)).ok_or_else(|| Missing {
        what: "there is no Chromium on the PATH".to_owned(),
        debian_packages: &["chromium"],
        mend: "install it, or set CHROMIUM to its path".to_owned(),
    })
}

impl Needing for Need {
    fn needs(&self) -> &[Need] {
        std::slice::from_ref(self)
    }
}

/// Tells whether one thing is there, and what to do if not.
fn want(need: Need) -> Result<()> {
    match lacks(need, &Machine) {
        None => Ok(()),
        Some(missing) => Err(anyhow!("{missing}")),
    }
}

/// Tells whether Node and npm are there in a version that serves, and why not.
pub(crate) fn node() -> Result<()> {
    want(Need::Node)
}

/// Tells whether the Rust that runs this is new enough; cargo checks it too, but says less.
pub(crate) fn rust() -> Result<()> {
    want(Need::Rust)
}

/// Tells whether git is there.
pub(crate) fn git() -> Result<()> {
    want(Need::Git)
}

/// Gives the path of Chromium.
pub(crate) fn chromium() -> Result<PathBuf> {
    chromium_of(&Machine).map_err(|missing| anyhow!("{missing}"))
}

/// Gives a Python that has what the file of requirements names, in a folder of its own below the target folder.
pub(crate) fn python(folder: &str, wanted: &Path) -> Result<PathBuf> {
    let venv = run::target_dir().join(folder);
    let python = venv.join("bin").join("python");
    let stamp = venv.join("requirements.txt");
    let text = std::fs::read_to_string(wanted).with_context(|| format!("{} can't be read", wanted.display()))?;
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(text.as_str()) {
        want(Need::PythonVenv)?;
        run::run(run::command("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        run::run(run::command(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(wanted))?;
        std::fs::write(&stamp, &text)?;
    }
    Ok(python)
}

/// Sees to it that these steps have all that they need: what is missing is installed by apt where that is wanted.
///
/// # Errors
/// When something is missing then; all of it is named, so that nobody learns of the next thing an hour later.
pub(crate) fn prepare<S: Needing>(steps: &[S], install: bool) -> Result<()> {
    let mut lacking = missing(steps, &Machine);
    let packages = packages_of(&lacking);
    if install && !packages.is_empty() {
        let is_debian = Path::new("/etc/debian_version").is_file();
        let is_root = Machine.ask("id", &["-u"]).is_some_and(|id| id == "0");
        if let Some(why) = no_apt(is_debian, is_root, &packages) {
            bail!("{}\n{why}", told(&lacking));
        }
        install_by_apt(&packages).with_context(|| told(&lacking))?;
        lacking = missing(steps, &Machine);
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let packages = packages_of(&lacking);
    if install || packages.is_empty() {
        bail!(told(&lacking));
    }
    bail!("{}\non Debian, as root, `cargo xtask test --install` installs {}", told(&lacking), packages.join(", "))
}

/// Gives the packages of Debian that bring what is missing, each once.
fn packages_of(lacking: &[Missing]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for package in lacking.iter().flat_map(|missing| missing.debian_packages) {
        if !packages.contains(package) {
            packages.push(*package);
        }
    }
    packages
}

/// Gives everything that is missing, a line each.
fn told(lacking: &[Missing]) -> String {
    let lines: Vec<String> = lacking.iter().map(|missing| format!("\n  {missing}")).collect();
    format!("missing on this machine:{}", lines.concat())
}

/// Gives why nothing can be installed by apt, if it can't.
fn no_apt(is_debian: bool, is_root: bool, packages: &[&str]) -> Option<String> {
    if !is_debian {
        return Some("nothing was installed: this is not Debian, install them by hand".to_owned());
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    (!is_root).then(|| format!("nothing was installed: apt needs root, run `{by_hand}` as root, or this task"))
}

fn install_by_apt(packages: &[&str]) -> Result<()> {
    println!("installing {} by apt", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = run::command("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        run::run(&mut command)
    };
    apt(&["update", "-q"])?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that has these programs, and on which these questions are answered so.
    #[derive(Default)]
    struct Invented {
        programs: Vec<&'static str>,
        answers: Vec<(&'static str, &'static str)>,
        chromium: Option<(&'static str, bool)>,
    }

    impl Invented {
        /// Gives one that has everything.
        fn whole() -> Self {
            let answers = vec![
                ("rustc --version", "rustc 1.95.0 (0000000 2026-04-14)"),
                ("cargo fmt --version", "rustfmt 1.9.0"),
                ("cargo clippy --version", "clippy 0.1.95"),
                ("python3 --version", "Python 3.13.1"),
                ("python3 -c import ensurepip, venv", ""),
                ("node --version", "v20.1.0"),
                ("npm --version", "10.0.0"),
            ];
            Self { programs: vec!["cc", "git", "chromium"], answers, chromium: None }
        }

        fn without(mut self, question: &str) -> Self {
            self.programs.retain(|program| *program != question);
            self.answers.retain(|(asked, _)| *asked != question);
            self
        }

        fn answering(self, question: &'static str, answer: &'static str) -> Self {
            let mut other = self.without(question);
            other.answers.push((question, answer));
            other
        }
    }

    impl Probe for Invented {
        fn find(&self, program: &str) -> Option<PathBuf> {
            self.programs.contains(&program).then(|| Path::new("/usr/bin").join(program))
        }

        fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
            let question = format!("{program} {}", arguments.join(" "));
            let answer = self.answers.iter().find(|(asked, _)| *asked == question);
            answer.map(|(_, answer)| (*answer).to_owned())
        }

        fn named_chromium(&self) -> Option<(PathBuf, bool)> {
            self.chromium.map(|(path, is_file)| (PathBuf::from(path), is_file))
        }
    }

    const ALL: [Need; 9] = [
        Need::Rust,
        Need::Rustfmt,
        Need::Clippy,
        Need::Cc,
        Need::Git,
        Need::Python,
        Need::PythonVenv,
        Need::Node,
        Need::Chromium,
    ];

    const NOTHING: [Missing; 0] = [];

    #[test]
    fn a_machine_that_has_everything_lacks_nothing_and_one_that_has_nothing_lacks_all_at_once() {
        assert_eq!(missing(&ALL, &Invented::whole()), NOTHING);
        let lacking = missing(&ALL, &Invented::default());
        assert_eq!(lacking.len(), ALL.len());
        let packages = packages_of(&lacking);
        assert_eq!(packages, ["gcc", "libc6-dev", "git", "python3", "python3-venv", "nodejs", "npm", "chromium"]);
        let said = told(&lacking);
        assert_eq!(said.lines().count(), 1 + ALL.len(), "{said}");
        for name in ["rustc", "rustfmt", "clippy", "`cc`", "git", "Python 3", "ensurepip", "Node", "Chromium"] {
            assert!(said.contains(name), "{name}: {said}");
        }
    }

    #[test]
    fn what_the_steps_do_not_need_is_not_asked_for_and_nothing_is_told_twice() {
        assert_eq!(
            missing(&[Need::Rustfmt], &Invented::whole().without("chromium").without("node --version")),
            NOTHING
        );
        let twice = missing(&[Need::Git, Need::Git], &Invented::default());
        assert_eq!(twice.len(), 1);
        assert_eq!(twice[0].to_string(), "git is not on the PATH: install it (Debian: git)");
        assert_eq!(missing::<Need>(&[], &Invented::default()), NOTHING);
    }

    #[test]
    fn a_python_without_ensurepip_is_seen() {
        let machine = Invented::whole().without("python3 -c import ensurepip, venv");
        let lacking = missing(&ALL, &machine);
        assert_eq!(packages_of(&lacking), ["python3-venv"]);
        assert_eq!(missing(&[Need::Python], &machine), NOTHING, "its standard library is there");
    }

    #[test]
    fn versions_that_are_too_old_are_told_with_what_they_are() {
        let machine = Invented::whole()
            .answering("node --version", "v18.19.0")
            .answering("rustc --version", "rustc 1.94.1 (0000000 2026-03-01)");
        let said: Vec<String> = missing(&ALL, &machine).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "rustc 1.94.1 (0000000 2026-03-01) is too old: install Rust 1.95 or later",
                "Node is v18.19.0: install Node 20 or later",
            ]
        );
        let no_node = missing(&ALL, &Invented::whole().without("node --version"));
        let said =
            "Node is not on the PATH: install Node 20 or later, which Debian 13 or later has (Debian: nodejs npm)";
        assert_eq!(no_node[0].to_string(), said);
        let no_npm = missing(&ALL, &Invented::whole().without("npm --version"));
        assert_eq!(no_npm[0].to_string(), "npm is not on the PATH: install it (Debian: nodejs npm)");
    }

    #[test]
    fn a_chromium_that_is_named_counts_and_no_other() {
        let named = |is_file| Invented { chromium: Some(("/opt/chromium", is_file)), ..Invented::whole() };
        assert_eq!(chromium_of(&named(true)), Ok(PathBuf::from("/opt/chromium")));
        assert_eq!(chromium_of(&Invented::whole()), Ok(PathBuf::from("/usr/bin/chromium")));
        let lacking = missing(&[Need::Chromium], &named(false));
        assert!(packages_of(&lacking).is_empty(), "one of Debian would not be used");
        assert!(lacking[0].to_string().contains("CHROMIUM names /opt/chromium"), "{}", lacking[0]);
    }

    #[test]
    fn apt_is_not_begun_where_it_can_not_end() {
        assert_eq!(no_apt(true, true, &["git"]), None);
        let not_root = no_apt(true, false, &["git", "npm"]).unwrap();
        assert!(not_root.contains("apt needs root") && not_root.contains("git npm"), "{not_root}");
        assert!(no_apt(false, true, &["git"]).unwrap().contains("not Debian"));
    }
}
