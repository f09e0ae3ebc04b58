//! `lucarne serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::project::ResolveSettings;
use model::{Actor, OfficerId, PersonId};
use registry::{Index, Opened, Resolver};
use serde::Serialize;
use server::identity::DemoIdentity;
use server::{Resolving, Turns};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::cli::DemoPersons;
use crate::demo::DemoReport;
use crate::exit::{Ending, Failure, Outcome};
use crate::interrupt::{self, came};
use crate::output::Output;

/// How many persons of the spine are looked at to find the demo's citizen.
const CITIZEN_AMONG: usize = 2_000;

/// How long it is between two looks for records that came too long ago.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(3_600);

/// How long a demo's tokens hold, in hours.
const TOKEN_HOURS: i64 = 24;

/// What is said once the server serves.
#[derive(Debug, Serialize)]
struct Told {
    address: String,
    identities: Vec<ToldIdentity>,
    /// What a demo made before.
    #[serde(flatten)]
    made: Option<DemoReport>,
}

/// An identity and its token.
#[derive(Debug, Serialize)]
struct ToldIdentity {
    name: String,
    title: String,
    token: String,
}

pub(crate) async fn run(dir: &Path, port: u16, output: Output) -> Outcome {
    let app = super::open(dir).await?;
    note_validities(&app, output);
    match listen(port).await {
        Ok(listener) => serve(app, listener, None, output).await,
        Err(taken) => super::closing(app, Err(taken)).await,
    }
}

/// Notes how many purposes and agreements are not in force: the gate gives nothing under them, which looks like a fault to
/// whoever does not know.
fn note_validities(app: &App, output: Output) {
    // Serving fails by itself where the clock can't be trusted.
    let Ok(now) = app.clock.now() else { return };
    let warnings = app.project.warnings_on(now.date_naive());
    let found = warnings.0.iter().filter(|warning| warning.code.starts_with("validity/")).count();
    if found > 0 {
        let are = if found == 1 { "purpose or agreement is" } else { "purposes or agreements are" };
        output.aside(format!("note: {found} {are} not in force today: `lucarne check` names them"));
    }
}

/// Takes a port. Who connects before anything is served waits.
pub(crate) async fn listen(port: u16) -> Result<TcpListener, Failure> {
    // Until there is sign-in, nothing but this machine may connect.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            let what =
                anyhow::anyhow!("port {port} is taken by another program: choose one with --port, or 0 for a free one");
            Failure::new(Ending::InUse, what)
        } else {
            Failure::from(anyhow::anyhow!("port {port} can't be opened: {error}"))
        }
    })
}

/// Serves an open project until Ctrl-C or SIGTERM, and closes it; a second one ends the process meanwhile, which is not done
/// here. `made` is what a demo made before.
pub(crate) async fn serve(app: App, listener: TcpListener, made: Option<DemoReport>, output: Output) -> Outcome {
    let ended = until_told(&app, listener, made, output).await;
    super::closing(app, ended).await?;
    output.say("closed");
    Ok(())
}

async fn until_told(app: &App, listener: TcpListener, mut made: Option<DemoReport>, output: Output) -> Outcome {
    registry::remove_old_generations(&app.project)?;
    let index = Arc::new(Index::open(&app.project)?);
    // Nobody goes back to what was judged in a generation before: the words of stewards are not kept for it.
    app.state.forget_judged_before(index.generation()).await?;
    if let Some(made) = &mut made {
        made.persons = index.persons();
    }
    let identities = identities(app, &index)?;
    let expires = app.clock.now()? + chrono::Duration::hours(TOKEN_HOURS);
    let told = Told {
        address: format!("http://{}", listener.local_addr()?),
        identities: identities
            .iter()
            .map(|identity| {
                let token = server::identity::sign(&app.session_key, identity, expires);
                ToldIdentity { name: identity.name.clone(), title: identity.title.clone(), token }
            })
            .collect(),
        made,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let (resolving, reading) = resolve(app, &index, &stop)?;
    // From here on a signal ends the server in order, also one that comes before anybody is served.
    let signals = interrupt::served().await;
    say(app, &told, output)?;
    let warming = tokio::task::spawn_blocking({
        let (index, gate, stop) = (Arc::clone(&index), app.gate.clone(), Arc::clone(&stop));
        // One after the other: the rest of the machine is for those who ask.
        move || (index.warm(&stop), gate.read_ahead(&stop))
    });
    let turns = Turns::default();
    let parts = server::Parts {
        project: Arc::clone(&app.project),
        gate: app.gate.clone(),
        index,
        lake: app.lake.clone(),
        state: app.state.clone(),
        clock: Arc::clone(&app.clock),
        resolving,
        turns: turns.clone(),
        session_key: app.session_key,
        demo: Some(identities),
    };
    let router = server::router(parts);
    let waits = move |requests: usize| {
        let under_way = if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") };
        output.note(format!("waiting for {under_way}; Ctrl-C again ends at once"));
    };
    let served = server::serve(listener, router, came(signals, 1), waits).await;
    // What somebody said whose client has gone away is written to its end.
    turns.end().await;
    stop.store(true, Ordering::Relaxed);
    if let Some(reading) = reading {
        reading.abort();
    }
    // It only makes the first answers quicker; whoever reads the index or the log is told what is wrong with it.
    match warming.await {
        Ok((index, log)) => {
            match index {
                Ok(warmed) => tracing::debug!(?warmed, "the index was read"),
                Err(error) => tracing::warn!(%error, "the index could not be read ahead"),
            }
            match log {
                Ok(entries) => tracing::debug!(entries, "the log was read"),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be read ahead");
                }
            }
        }
        Err(error) => tracing::warn!(%error, "reading ahead failed"),
    }
    served.map_err(Failure::from)
}

/// Begins to read the records by which others that come are resolved, where the project asks for it. Until they are read those
/// who ask are told so.
fn resolve(
    app: &App,
    index: &Arc<Index>,
    stop: &Arc<AtomicBool>,
) -> Result<(Resolving, Option<JoinHandle<()>>), Failure> {
    let Some(ResolveSettings { keep_days }) = app.project.settings.resolve else { return Ok((Resolving::off(), None)) };
    let resolving = Resolving::reading();
    let (run, now) = (app.new_run()?, app.clock.now()?);
    let (told, index, stop) = (resolving.clone(), Arc::clone(index), Arc::clone(stop));
    let (lake, gate, state, clock) = (app.lake.clone(), app.gate.clone(), app.state.clone(), Arc::clone(&app.clock));
    let reading = tokio::spawn(async move {
        let opened = Resolver::open(
            (&lake, &gate),
            (Arc::clone(&index), state),
            &Actor::System,
            &run,
            (keep_days, now),
            &|_| {},
        )
        .await;
        let (resolver, opened) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                told.has_failed();
                tracing::error!(error = &error as &dyn std::error::Error, "records are not resolved");
                return;
            }
        };
        // That takes minutes where there are many, and the system may have let go by then of what it had read of the index.
        match tokio::task::spawn_blocking(move || index.warm(&stop)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the index could not be read ahead"),
            Err(error) => tracing::warn!(%error, "reading ahead failed"),
        }
        let Opened { records, kept, settled, expired } = opened;
        tracing::info!(records, kept, settled, expired, "records are resolved");
        let resolver = Arc::new(resolver);
        told.is_ready(Arc::clone(&resolver));
        loop {
            tokio::time::sleep(BETWEEN_SWEEPS).await;
            let Ok(now) = clock.now() else { continue };
            if let Err(error) = resolver.forget_old(now).await {
                tracing::error!(%error, "records that came too long ago could not be erased");
            }
        }
    });
    Ok((resolving, Some(reading)))
}

fn say(app: &App, told: &Told, output: Output) -> Outcome {
    output.say(format!("\n{}: {}", app.project.settings.name, told.address));
    let Some(officer) = told.identities.first() else { return output.object(told) };
    output.say("\nSign in as one of:");
    for identity in &told.identities {
        output.say(format!("  {:24} {}/enter?token={}", identity.title, told.address, identity.token));
    }
    output.say("\nTry:");
    let api = format!("{}/api/v1", told.address);
    output.say(format!("  curl -H 'Authorization: Bearer {}' {api}/session", officer.token));
    output.say(format!("  lucarne log verify --project {}", app.project.root.display()));
    output.say(format!("  {}/api/docs   the API, described", told.address));
    output.say("\nCtrl-C ends it.");
    output.object(told)
}

/// Gives the identities of the project's demo. The citizen is a person with records in many registers.
fn identities(app: &App, index: &Index) -> Result<Vec<DemoIdentity>, Failure> {
    let mut identities = Vec::new();
    for demo in &app.project.settings.demo_identities {
        let account = OfficerId::new(format!("demo-{}", demo.name))?;
        let actor = match &demo.acts_as {
            Some(recipient) => {
                let agency = app.project.agencies.get(&recipient.agency);
                let role = agency.and_then(|agency| agency.roles.iter().find(|role| role.id == recipient.role));
                let role = role.ok_or_else(|| anyhow::anyhow!("there is no role {recipient}"))?;
                Actor::Member { account, recipient: recipient.clone(), role: role.kind }
            }
            None => match citizen(index)? {
                Some(person) => Actor::Citizen { account, person },
                None => continue,
            },
        };
        identities.push(DemoIdentity {
            name: demo.name.clone(),
            title: demo.title.clone(),
            title_fr: demo.title_fr.clone(),
            actor,
        });
    }
    Ok(identities)
}

fn citizen(index: &Index) -> Result<Option<PersonId>, Failure> {
    Ok(index.well_known_person(CITIZEN_AMONG)?)
}

/// Prints pseudonyms of persons as the load test's agency knows them.
pub(crate) async fn demo_persons(options: &DemoPersons, output: Output) -> Outcome {
    let app = super::open(&options.project.project).await?;
    let text = pseudonyms(&app, options.count);
    let text = super::closing(app, text).await?;
    match output.json() {
        true => output.object(&serde_json::json!({ "persons": text.lines().collect::<Vec<_>>() })),
        false => {
            output.raw(&text);
            Ok(())
        }
    }
}

/// Gives pseudonyms of persons, as the load test's agency knows them, one a line.
fn pseudonyms(app: &App, count: usize) -> Result<String, Failure> {
    let demo = app.project.settings.demo_identities.iter().find(|demo| demo.name == "load-test");
    let agency = demo.and_then(|demo| demo.acts_as.as_ref()).map(|recipient| &recipient.agency);
    let agency = agency.ok_or_else(|| crate::usage("the project has no identity `load-test`: it is no demo"))?;
    let index = Index::open(&app.project)?;
    let mut text = String::new();
    for person in index.some_persons(count)? {
        text.push_str(&app.gate.pseudonym(agency, person));
        text.push('\n');
    }
    Ok(text)
}
