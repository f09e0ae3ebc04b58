//! From a clone to an open page, compiled from nothing.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::SMALL;
use super::linkage::bench_folder;
use super::promises::Promises;
use crate::load::{self, Shot};
use crate::{run, setup};

/// The most seconds that are promised from the clone to the page.
const SECONDS: f64 = 1_800.0;

/// The cores that it is promised of; more may not be slower.
const CORES: usize = 2;

/// What a line has in it that says where pages are.
const ADDRESS: &str = "http://";

/// What a server says last when it has ended in order.
const CLOSED: &str = "closed";

/// The demo of a clone, which is told to end when this is dropped. cargo, the task and the server are one process, each in the
/// place of the one before.
struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        Ok(Self { child, lines: BufReader::new(stdout).lines() })
    }

    /// Waits for the line that says where pages are, and gives the address.
    fn address(&mut self) -> Result<SocketAddr> {
        for line in self.lines.by_ref() {
            if let Some(address) = address_in(&line?) {
                return Ok(address);
            }
        }
        bail!("the demo ended without serving; its errors are above")
    }

    /// Tells it to end, and waits until it has.
    fn end(mut self) -> Result<()> {
        self.tell()?;
        let mut last = String::new();
        for line in self.lines.by_ref() {
            last = line?;
        }
        let status = self.child.wait()?;
        if last != CLOSED || !status.success() {
            bail!("the server did not end in order: {status}");
        }
        Ok(())
    }

    fn tell(&self) -> Result<()> {
        run::run(Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Until it was waited for nobody else can have its number.
        if matches!(self.child.try_wait(), Ok(None)) {
            match self.tell() {
                Ok(()) => {
                    let _ = self.child.wait();
                }
                Err(error) => eprintln!("the demo of the clone was not ended: {error:#}"),
            }
        }
    }
}

/// Gives the address that a line names, if it names one that has a port.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(ADDRESS)?;
    rest.split(['/', ' ']).next()?.trim().parse().ok()
}

/// Clones this repository, and holds its demo to the time that is promised until the page is open.
pub(super) fn page() -> Result<()> {
    setup::git()?;
    let folder = bench_folder().join("clone");
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let (checkout, target) = (folder.join("lucarne"), folder.join("target"));
    let begun = Instant::now();
    // What is committed; a copy, since links to the objects here would be quicker than any clone of a user.
    run::run(run::command("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(run::root()).arg(&checkout))?;
    let cloned = begun.elapsed().as_secs_f64();
    let mut command = run::cargo();
    command.current_dir(&checkout).env("CARGO_TARGET_DIR", &target);
    // What a wrapper of the compiler kept would not be compiled.
    command.env("RUSTC_WRAPPER", "");
    command.args(["xtask", "demo", "--people", &SMALL.to_string(), "--port", "0"]);
    let mut demo = Demo::start(&mut command)?;
    let address = demo.address()?;
    let told = begun.elapsed().as_secs_f64();
    let first = Shot { method: "GET", path: "/".to_owned(), body: String::new() };
    let answered = load::ask(address, "", "text/html", &first)?;
    let opened = begun.elapsed().as_secs_f64();
    demo.end()?;
    if answered.status != 200 {
        bail!("the page answered {}", answered.status);
    }

    let mut promises = Promises::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let promised = if cores < CORES {
        format!("{SECONDS} on {CORES} cores, not on {cores}")
    } else {
        promises.most("from the clone to the page, seconds", opened, SECONDS)
    };
    println!("| what | figure | promised |\n|---|---|---|");
    println!("| cores | {cores} | |");
    println!("| cloned, s | {cloned:.1} | |");
    println!("| until the address is told, s | {told:.0} | |");
    println!("| until the page is open, s | {opened:.0} | {promised} |");
    std::fs::remove_dir_all(&folder)?;
    promises.kept(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_line_that_tells_it() {
        let expected = "127.0.0.1:7070".parse::<SocketAddr>().unwrap();
        assert_eq!(address_in("Republic: http://127.0.0.1:7070"), Some(expected));
        assert_eq!(address_in("  Officer  http://127.0.0.1:7070/enter?token=abc"), Some(expected));
        for other in ["ingest      1.2 s  12 registers", "see http://example.org/page", ""] {
            assert_eq!(address_in(other), None, "{other}");
        }
    }

    #[test]
    fn a_demo_is_waited_for_and_ended_in_order() {
        let tells = "trap \"$1\" TERM; echo \"Republic: http://127.0.0.1:7070\"; while :; do sleep 0.05; done";
        let started = |at_the_end: &str| {
            let mut demo = Demo::start(Command::new("sh").args(["-c", tells, "sh", at_the_end])).unwrap();
            assert_eq!(demo.address().unwrap().port(), 7070);
            demo
        };
        started("echo closed; exit 0").end().unwrap();
        assert!(started("echo closed; exit 3").end().is_err());
        assert!(started("exit 0").end().is_err());

        let mut silent = Demo::start(Command::new("sh").args(["-c", "echo nothing"])).unwrap();
        assert!(silent.address().is_err());
    }
}
