//! The data engineer's page: what was read in, what was built of it, and what is in quarantine. Counts only.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::response::Response;
use chrono::TimeDelta;
use lake::sql::TableUse;
use lake::{Namespace, TableInfo, TableRef};
use model::agency::RoleKind;
use model::{ModelId, ModelKind, Project, Register, SqlModel};
use parking_lot::RwLock;
use serde::Deserialize;

use super::frame::{Choice, Frame};
use super::graph::{self, Band, Graph, Label, Model, State};
use super::reading::{self, ReadingLine};
use super::view::{Asked, View, number_of};
use super::words::Words;
use crate::app::App;
use crate::problem::Problem;
use crate::service::{self, Became, Deed, PastRun};

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    t: Words,
    graph: Graph,
    groups: Vec<TableGroup>,
    is_empty: bool,
    expected: Vec<ExpectedGroup>,
    quarantined: u64,
    quarantine: Vec<Quarantine>,
    persons: u64,
    records: u64,
    index_tables: u64,
    newer: u64,
    /// The registers whose deliveries can be read in.
    registers: Vec<Choice>,
    /// Those that were read in since the server was started.
    readings: Vec<ReadingLine>,
    past: Vec<Past>,
    /// Where runs are that came before these.
    earlier: Option<String>,
    /// Whether these are the latest.
    is_latest: bool,
}

/// A run that has been.
struct Past {
    did: String,
    run: Option<String>,
    began: String,
    took: Option<String>,
    by: String,
    rows: Option<String>,
    quarantined: Option<String>,
    became: String,
    tag: &'static str,
    /// The rules that refused it.
    rules: Vec<String>,
    /// Why nothing was taken, and where there is more of it.
    why: Option<(String, String)>,
    /// Its entry in the log.
    entry: Option<String>,
}

/// Which runs the address asks for.
#[derive(Default, Deserialize)]
pub(crate) struct Before {
    before: Option<String>,
}

/// The tables of one kind.
struct TableGroup {
    title: String,
    tables: Vec<Table>,
}

/// A table of the lake, or one that should be in it.
struct Table {
    /// Where links of the picture lead.
    anchor: String,
    name: String,
    /// What it is made of.
    made_of: String,
    /// What the lake knows of it; none when it is not there.
    found: Option<Found>,
}

struct Found {
    rows: String,
    /// The version, counted from 0.
    version: String,
    /// How large its files are, in MB; none where that rounds to nothing.
    megabytes: Option<String>,
    at: String,
}

/// What must hold of a model's rows, else a build leaves its table as it was.
struct Expected {
    model: String,
    /// Where the page tells of its table.
    href: String,
    says: Vec<String>,
    standing: String,
    tag: &'static str,
    /// When it held last; none of a model that was never built.
    at: Option<String>,
    /// Whether it holds of what it is made of now.
    held: bool,
}

/// Models of which all that is expected held, or of which it can't be said.
struct ExpectedGroup {
    /// How many they are.
    title: String,
    /// Whether there is something to do about them.
    is_open: bool,
    lines: Vec<Expected>,
}

/// A register of which rows are in quarantine.
struct Quarantine {
    title: String,
    href: String,
    rows: String,
    /// Of the last delivery: rows, those that went into quarantine, and their share.
    delivery: Option<(String, String, String)>,
    /// The share of bad rows that the register accepts.
    accepted: String,
}

/// What the lake knows of its tables.
struct Known(Vec<(TableRef, TableInfo)>);

impl Known {
    async fn of(app: &App) -> Result<Self, Problem> {
        let failed = |error: lake::LakeError| Problem::failure("unavailable", &error);
        let mut known = Vec::new();
        for table in app.lake().tables().await.map_err(failed)? {
            if let Some(info) = app.lake().info(&table).await.map_err(failed)? {
                known.push((table, info));
            }
        }
        Ok(Self(known))
    }

    fn info(&self, table: &TableRef) -> Option<&TableInfo> {
        self.0.iter().find(|(known, _)| known == table).map(|(_, info)| info)
    }

    fn rows(&self, table: &TableRef) -> Option<u64> {
        self.info(table).map(|info| info.rows)
    }
}

/// Shows the tables of the lake as their last runs left them, and those runs.
pub(crate) async fn page(view: View, Asked(asked): Asked<Before>) -> Response {
    let answer = match asked {
        Ok(asked) => runs_page(&view, asked.before.as_deref()).await,
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

async fn runs_page(view: &View, before: Option<&str>) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Engineer)?;
    let before = before.map(number_of).transpose()?;
    let past = service::past_runs(&view.app, view.acting()?, before).await?;
    let t = view.t;
    let project = view.app.project();
    let known = Known::of(&view.app).await?;
    let index = view.app.index();
    let newer = newer_than(&known, index.tables());
    let quarantined =
        known.0.iter().filter(|(table, _)| table.namespace == Namespace::Quarantine).map(|(_, info)| info.rows).sum();
    let page = RunsPage {
        frame: view.frame()?,
        t,
        graph: picture(t, project, &known, index.persons(), newer),
        groups: groups(t, project, &known),
        is_empty: known.0.is_empty(),
        expected: by_standing(t, expected_of(t, project, &known)),
        quarantined,
        quarantine: project
            .registers
            .values()
            .filter_map(|register| quarantine(t, register, known.info(&TableRef::quarantine(&register.id))?))
            .collect(),
        persons: index.persons(),
        records: index.records().map(|(_, records)| records).sum(),
        index_tables: index.tables().len() as u64,
        newer,
        registers: project
            .registers
            .keys()
            .map(|id| Choice { value: id.to_string(), title: view.register_title(id.as_str()), chosen: false })
            .collect(),
        readings: reading::lines(view),
        earlier: past.next.map(|next| format!("/runs?before={next}#past")),
        past: past.runs.iter().map(|run| self::past(view, run)).collect(),
        is_latest: before.is_none(),
    };
    view.page(&page)
}

/// Gives a run as the page shows it.
fn past(view: &View, run: &PastRun) -> Past {
    let t = view.t;
    let (became, tag) = became(t, &run.became);
    Past {
        did: match &run.deed {
            Deed::Ingest(register) => t.with("past-ingest", "register", view.register_title(register)),
            Deed::Job(Some(job)) => t.of("job", job.as_str()),
            Deed::Job(None) => t.of("kind", "job"),
        },
        run: run.run.clone(),
        began: run.began.to_rfc3339(),
        took: run.ended.and_then(|ended| took(t, ended - run.began)),
        by: view.recipient_title(&run.by),
        rows: run.rows.map(|rows| t.number(&rows)),
        quarantined: run.quarantined.map(|rows| t.number(&rows)),
        became,
        tag,
        rules: match &run.became {
            Became::Refused(rules) => rules.clone(),
            _ => Vec::new(),
        },
        why: match &run.became {
            Became::NotTaken(number, not_taken) => {
                Some((reading::in_words(t, &not_taken.why), format!("/runs/deliveries/{number}")))
            }
            _ => None,
        },
        entry: run.log_index.map(|entry| t.number(&entry)),
    }
}

/// Gives what became of a run, in words, and how they are marked.
fn became(t: Words, became: &Became) -> (String, &'static str) {
    match became {
        Became::Done => (t.s("past-done"), "tag good"),
        Became::Tables(tables) => (t.count("past-tables", tables), "tag good"),
        Became::InService => (t.s("past-in-service"), "tag good"),
        Became::NotInService => (t.s("past-not-in-service"), "tag"),
        Became::OnlyRead => (t.s("past-only-read"), "tag good"),
        Became::UnderWay => (t.s("past-under-way"), "tag"),
        Became::Unfinished => (t.s("past-unfinished"), "tag refused"),
        Became::Untold => (t.s("past-untold"), "tag"),
        Became::Refused(_) => (t.s("past-refused"), "tag refused"),
        Became::NotTaken(..) => (t.s("reading-refused-short"), "tag refused"),
    }
}

/// Gives how long a run took; none where clocks went backwards meanwhile.
fn took(t: Words, span: TimeDelta) -> Option<String> {
    let seconds = span.to_std().ok()?.as_secs_f64();
    Some(match seconds < 120.0 {
        true => t.with("past-seconds", "n", t.decimal(&format!("{seconds:.1}"))),
        false => t.with("past-minutes", "n", t.decimal(&format!("{:.0}", seconds / 60.0))),
    })
}

/// Counts the tables that were written since the index read them.
fn newer_than(known: &Known, read: &[(String, u64)]) -> u64 {
    let is_newer = |(name, version): &&(String, u64)| {
        known.0.iter().any(|(table, info)| table.to_string() == *name && info.version > *version)
    };
    read.iter().filter(is_newer).count() as u64
}

/// Gives the tables that the project makes, in the order of the pipeline.
fn expected(project: &Project) -> Vec<TableRef> {
    let registers = project.registers.keys().map(TableRef::register);
    let models = project.models.keys().map(TableRef::model);
    registers.chain(models).chain([TableRef::spine(linkage::spine::LINKS)]).collect()
}

/// Gives the tables that are there, then those that should be, by kind. A table of quarantine without a row says nothing and is
/// left out.
fn groups(t: Words, project: &Project, known: &Known) -> Vec<TableGroup> {
    let table = |table: &TableRef, info: Option<&TableInfo>| Table {
        anchor: anchor(table),
        name: table.name.clone(),
        made_of: made_of(t, project, table),
        found: info.map(|info| Found {
            rows: t.number(&info.rows),
            version: t.number(&info.version),
            megabytes: megabytes(t, info.bytes),
            at: info.last_modified.to_rfc3339(),
        }),
    };
    let missing: Vec<TableRef> = expected(project).into_iter().filter(|name| known.info(name).is_none()).collect();
    let of = |namespace: Namespace| {
        let says_something = |info: &TableInfo| namespace != Namespace::Quarantine || info.rows > 0;
        let there = known.0.iter().filter(|(name, info)| name.namespace == namespace && says_something(info));
        let there = there.map(|(name, info)| table(name, Some(info)));
        let missing = missing.iter().filter(|name| name.namespace == namespace).map(|name| table(name, None));
        there.chain(missing).collect::<Vec<_>>()
    };
    let kinds = [
        (Namespace::Registers, t.s("stage-registers")),
        (Namespace::Quarantine, t.s("quarantine-title")),
        (Namespace::Models, t.s("stage-models")),
        (Namespace::Spine, t.s("stage-spine")),
    ];
    let groups = kinds.into_iter().map(|(namespace, title)| TableGroup { title, tables: of(namespace) });
    groups.filter(|group| !group.tables.is_empty()).collect()
}

/// Gives a number of bytes in millions; none where that rounds to nothing.
fn megabytes(t: Words, bytes: u64) -> Option<String> {
    let text = format!("{:.1}", bytes as f64 / 1e6);
    (text != "0.0").then(|| t.decimal(&text))
}

/// Gives what a table is made of: the lines of the picture, in words.
fn made_of(t: Words, project: &Project, table: &TableRef) -> String {
    match table.namespace {
        Namespace::Registers | Namespace::Quarantine => t.s("made-of-deliveries"),
        Namespace::Spine => match table.name.as_str() {
            linkage::spine::PAIRS => t.s("made-of-pairs"),
            linkage::spine::EVENTS => t.s("made-of-events"),
            linkage::spine::MODELS => t.s("made-of-learnt"),
            linkage::spine::JUDGEMENTS => t.s("made-of-judgements"),
            _ => t.s("made-of-persons"),
        },
        Namespace::Models => match project.models.values().find(|model| model.id.as_str() == table.name) {
            Some(model) => inputs(project, model).iter().map(|input| input.name.clone()).collect::<Vec<_>>().join(", "),
            None => t.s("made-of-nothing"),
        },
    }
}

/// Gives the tables that a model reads.
fn inputs(project: &Project, model: &SqlModel) -> Vec<TableRef> {
    let read = read_by(project, model);
    let register = read.register.then(|| TableRef::register(&model.register));
    register.into_iter().chain(read.models.iter().map(TableRef::model)).collect()
}

/// Gives what is expected of each model, and whether it held. A table of a model is there only because all of it did; what
/// was delivered since is checked by the next build.
fn expected_of(t: Words, project: &Project, known: &Known) -> Vec<Expected> {
    let of_model = |model: &SqlModel| {
        let expect = &model.expect;
        let column = |key: &str, column: &str| t.with(key, "column", column.to_owned());
        let mut says = vec![t.s("expect-records")];
        says.extend(expect.unique.iter().map(|name| column("expect-unique", name)));
        says.extend(expect.not_null.iter().map(|name| column("expect-not-null", name)));
        says.extend(expect.accepted.iter().map(|(name, values)| {
            t.with_all("expect-accepted", &[("column", name.clone()), ("values", values.join(", "))])
        }));
        says.extend(expect.rows_min.iter().map(|rows| t.count("expect-rows-min", rows)));
        says.extend(expect.rows_max.iter().map(|rows| t.count("expect-rows-max", rows)));
        let table = TableRef::model(&model.id);
        let built = known.info(&table).map(|info| info.last_modified);
        let is_older = |input: &TableRef| {
            let written = known.info(input).map(|info| info.last_modified);
            built.zip(written).is_some_and(|(built, written)| built < written)
        };
        let (standing, tag) = match built {
            None => ("graph-missing", "tag"),
            Some(_) if inputs(project, model).iter().any(is_older) => ("expect-older", "tag masked"),
            Some(_) => ("expect-held", "tag good"),
        };
        Expected {
            model: model.id.to_string(),
            href: format!("#{}", anchor(&table)),
            says,
            standing: t.s(standing),
            tag,
            at: built.map(|at| at.to_rfc3339()),
            held: standing == "expect-held",
        }
    };
    project.models.values().map(of_model).collect()
}

/// Puts models of which something is to be done before those of which all held, which are many where all is well.
fn by_standing(t: Words, lines: Vec<Expected>) -> Vec<ExpectedGroup> {
    let (held, others): (Vec<Expected>, Vec<Expected>) = lines.into_iter().partition(|line| line.held);
    let groups = [
        ExpectedGroup { title: t.count("expect-others", &(others.len() as u64)), is_open: true, lines: others },
        ExpectedGroup { title: t.count("expect-all-held", &(held.len() as u64)), is_open: false, lines: held },
    ];
    groups.into_iter().filter(|group| !group.lines.is_empty()).collect()
}

/// Gives where the page tells of a table.
fn anchor(table: &TableRef) -> String {
    format!("{}-{}", table.namespace, table.name)
}

/// Gives what is in quarantine of a register, as runs noted it: counts.
fn quarantine(t: Words, register: &Register, info: &TableInfo) -> Option<Quarantine> {
    if info.rows == 0 {
        return None;
    }
    let noted = |key: &str| info.metadata.get(key).and_then(|text| text.parse::<u64>().ok());
    let delivery = noted("rows").zip(noted("quarantined")).filter(|(rows, _)| *rows > 0);
    let share = |rows: u64, bad: u64| t.rate(&(bad as f64 / rows as f64));
    Some(Quarantine {
        title: t.pick(&register.title, register.title_fr.as_deref().unwrap_or(&register.title)).to_owned(),
        href: format!("/runs/quarantine/{}", register.id),
        rows: t.number(&info.rows),
        delivery: delivery.map(|(rows, bad)| (t.number(&rows), t.number(&bad), share(rows, bad))),
        accepted: t.rate(&register.quarantined_share_max),
    })
}

/// Draws the pipeline.
fn picture(t: Words, project: &Project, known: &Known, persons: u64, newer: u64) -> Graph {
    let bands: Vec<Band> = project.registers.values().map(|register| band(t, project, known, register)).collect();
    let links = known.rows(&TableRef::spine(linkage::spine::LINKS));
    let spine = Label {
        name: t.s("stage-spine"),
        note: links.map_or_else(|| t.s("graph-missing"), |links| t.count("graph-links", &links)),
        title: t.s("graph-spine-says"),
        href: format!("#{}", anchor(&TableRef::spine(linkage::spine::LINKS))),
        state: if links.is_some() { State::There } else { State::Missing },
    };
    let index = Label {
        name: t.s("stage-index"),
        note: if newer == 0 { t.count("graph-persons", &persons) } else { t.count("graph-newer", &newer) },
        title: t.s("graph-index-says"),
        href: "#index".to_owned(),
        state: if newer == 0 { State::There } else { State::Careful },
    };
    let heads = [t.s("stage-registers"), t.s("stage-models"), t.s("stage-spine"), t.s("stage-index")];
    graph::layout(&bands, &spine, &index, heads)
}

fn band(t: Words, project: &Project, known: &Known, register: &Register) -> Band {
    let table = TableRef::register(&register.id);
    let (rows, bad) = (known.rows(&table), known.rows(&TableRef::quarantine(&register.id)).unwrap_or_default());
    let note = match (rows, bad) {
        (None, _) => t.s("register-never"),
        (Some(rows), 0) => t.count("graph-rows", &rows),
        (Some(rows), bad) => t.with_all("graph-quarantined", &[("rows", t.number(&rows)), ("bad", t.number(&bad))]),
    };
    let state = match (rows, bad) {
        (None, _) => State::Missing,
        (Some(_), 0) => State::There,
        (Some(_), _) => State::Noted,
    };
    let title = t.pick(&register.title, register.title_fr.as_deref().unwrap_or(&register.title));
    let models = in_order(project, register);
    let places: HashMap<&ModelId, usize> = models.iter().enumerate().map(|(at, (model, _))| (&model.id, at)).collect();
    let model = |(model, read): &(&SqlModel, Read)| {
        let rows = known.rows(&TableRef::model(&model.id));
        let count = |rows: u64| match model.kind {
            ModelKind::Person => t.count("graph-person", &rows),
            ModelKind::Object => t.count("graph-object", &rows),
            ModelKind::Step => t.count("graph-rows", &rows),
        };
        Model {
            label: Label {
                name: model.id.to_string(),
                note: rows.map_or_else(|| t.s("graph-missing"), count),
                title: format!("{}: {}", model.id, model.says),
                href: format!("#{}", anchor(&TableRef::model(&model.id))),
                state: if rows.is_some() { State::There } else { State::Missing },
            },
            kind: model.kind,
            reads_register: read.register,
            reads: read.models.iter().filter_map(|id| places.get(id).copied()).collect(),
        }
    };
    Band {
        register: Label {
            name: register.id.to_string(),
            note: note.clone(),
            title: t.with_all("chart-day", &[("day", title.to_owned()), ("n", note)]),
            href: format!("#{}", anchor(&table)),
            state,
        },
        models: models.iter().map(model).collect(),
    }
}

/// What a model reads.
#[derive(Default)]
struct Read {
    register: bool,
    models: BTreeSet<ModelId>,
}

/// Gives the models of a register, each after all that it reads; person records first among those that could come next.
fn in_order<'a>(project: &'a Project, register: &Register) -> Vec<(&'a SqlModel, Read)> {
    let own = project.models.values().filter(|model| model.register == register.id);
    let mut waiting: Vec<(&SqlModel, Read)> = own.map(|model| (model, read_by(project, model))).collect();
    waiting.sort_by_key(|(model, _)| (model.kind != ModelKind::Person, model.id.clone()));
    let mut ordered: Vec<(&SqlModel, Read)> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_there = |id: &ModelId| ordered.iter().any(|(model, _)| model.id == *id);
        let next = waiting.iter().position(|(_, read)| read.models.iter().all(is_there));
        // A project whose models read each other in a circle can't be built, but it can be looked at.
        ordered.push(waiting.remove(next.unwrap_or_default()));
    }
    ordered
}

/// The tables that a model's SQL names.
type Tables = Arc<[TableUse]>;

/// The tables that SQL names, by the SQL, of the models of the project that is served: to parse it takes as long as all else of a
/// page.
static TABLES: LazyLock<RwLock<HashMap<String, Tables>>> = LazyLock::new(RwLock::default);

fn tables_in(sql: &str) -> Tables {
    if let Some(tables) = TABLES.read().get(sql) {
        return Arc::clone(tables);
    }
    let tables: Tables = lake::sql::tables_of(sql).unwrap_or_default().into();
    TABLES.write().insert(sql.to_owned(), Arc::clone(&tables));
    tables
}

/// Gives what a model reads; nothing of SQL that is none, which the build tells of.
fn read_by(project: &Project, model: &SqlModel) -> Read {
    let mut read = Read::default();
    for table in &*tables_in(model.sql()) {
        match table.namespace.as_str() {
            "registers" => read.register |= table.name == model.register.as_str(),
            "models" => read.models.extend(project.models.keys().find(|id| id.as_str() == table.name).cloned()),
            _ => {}
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use testkit::ProjectFolder;

    use super::*;
    use crate::pages::words::Language;

    const EN: Words = Words::new(Language::English);

    fn with_step() -> Project {
        let folder = ProjectFolder::small();
        folder.write(
            "models/clean_loans.sql",
            "--! kind = \"step\"\n--! register = \"loans\"\n--! says = \"Loans <b>as</b> they should be\"\n\
             select * from registers.loans\n",
        );
        folder.replace("models/loan.sql", "from registers.loans", "from models.clean_loans");
        folder.load().unwrap_or_else(|found| panic!("{found}"))
    }

    fn info(rows: u64, version: u64, notes: &[(&str, &str)]) -> TableInfo {
        TableInfo {
            version,
            rows,
            bytes: 1_500_000,
            schema: std::sync::Arc::new(arrow_schema::Schema::empty()),
            last_modified: "2026-05-04T12:00:00Z".parse().unwrap(),
            metadata: notes.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect(),
        }
    }

    fn page(project: &Project, known: &Known) -> RunsPage {
        RunsPage {
            frame: Frame::of_nobody(),
            t: EN,
            graph: picture(EN, project, known, 0, 0),
            groups: groups(EN, project, known),
            is_empty: known.0.is_empty(),
            expected: by_standing(EN, expected_of(EN, project, known)),
            quarantined: 0,
            quarantine: Vec::new(),
            persons: 0,
            records: 0,
            index_tables: 0,
            newer: 0,
            registers: Vec::new(),
            readings: Vec::new(),
            past: Vec::new(),
            earlier: None,
            is_latest: true,
        }
    }

    #[test]
    fn each_model_comes_after_what_it_reads() {
        let project = with_step();
        let loans = project.registers.values().find(|register| register.id.as_str() == "loans").unwrap();
        let models = in_order(&project, loans);
        let names: Vec<&str> = models.iter().map(|(model, _)| model.id.as_str()).collect();
        assert_eq!(names, ["loan_person", "clean_loans", "loan"]);
        assert!(models[0].1.register && !models[2].1.register);
        let band = band(EN, &project, &Known(Vec::new()), loans);
        assert_eq!(band.models[2].reads, [1]);
    }

    #[test]
    fn before_anything_was_read_in_every_table_is_missing() {
        let project = with_step();
        let page = page(&project, &Known(Vec::new()));
        assert!(page.graph.nodes.iter().rev().skip(1).all(|node| node.class == "node missing"));
        let counts: Vec<usize> = page.groups.iter().map(|group| group.tables.len()).collect();
        assert_eq!(counts, [3, 5, 1]);
        let html = page.render().unwrap();
        assert!(html.contains("never read in") && html.contains("not there yet") && !html.contains("NaN"), "{html}");
        // Every box leads to a place on the page.
        for node in &page.graph.nodes {
            assert!(html.contains(&format!("id=\"{}\"", &node.href[1..])), "{}", node.href);
        }
        assert!(!html.contains("<b>as</b>") && html.contains("&#60;b&#62;as"), "what the project says is text");
    }

    #[test]
    fn expectations_are_told_of_each_model_and_whether_they_held() {
        let folder = ProjectFolder::small();
        folder.write(
            "models/clean_loans.sql",
            "--! kind = \"step\"\n--! register = \"loans\"\n--! says = \"Loans\"\n--! [expect]\n\
             --! unique = [\"loan_number\"]\n--! not_null = [\"owed\"]\n--! rows = { min = 2 }\n\
             --! accepted = { last_name = [\"A<b>\", \"B\"] }\nselect * from registers.loans\n",
        );
        let project = folder.load().unwrap_or_else(|found| panic!("{found}"));
        let of = |known: &Known| {
            let expected = expected_of(EN, &project, known);
            expected.into_iter().find(|expected| expected.model == "clean_loans").unwrap()
        };
        let never = of(&Known(Vec::new()));
        assert_eq!((never.standing.as_str(), never.at), ("not there yet", None));
        let says = never.says.join("; ");
        for told in
            ["loan_number occurs once", "owed is never empty", "last_name is one of: A<b>, B", "at least 2 rows"]
        {
            assert!(says.contains(told), "{told} in {says}");
        }
        let (loans, clean) =
            (TableRef::register(&"loans".parse().unwrap()), TableRef::model(&"clean_loans".parse().unwrap()));
        let mut later = info(9, 2, &[]);
        later.last_modified = "2026-05-05T12:00:00Z".parse().unwrap();
        let known = Known(vec![(loans.clone(), info(9, 1, &[])), (clean.clone(), later.clone())]);
        let grouped = by_standing(EN, expected_of(EN, &project, &known));
        let told =
            grouped.iter().map(|group| (group.is_open, group.lines.iter().any(|line| line.model == "clean_loans")));
        assert_eq!(told.collect::<Vec<_>>(), [(true, false), (false, true)], "what held is folded, and comes last");
        let held = of(&known);
        assert_eq!((held.standing, held.at.is_some()), (EN.s("expect-held"), true));
        let known = Known(vec![(loans, later), (clean.clone(), info(9, 1, &[]))]);
        assert_eq!(of(&known).standing, EN.s("expect-older"));
        assert_eq!(made_of(EN, &project, &clean), "loans");
        let html = page(&project, &known).render().unwrap();
        assert!(html.contains("A&#60;b&#62;, B") && !html.contains("A<b>"), "{html}");
    }

    #[test]
    fn quarantine_is_told_of_each_register_that_has_any() {
        let project = with_step();
        let tax = project.registers.values().find(|register| register.id.as_str() == "tax").unwrap();
        assert!(quarantine(EN, tax, &info(0, 1, &[])).is_none());
        let found = quarantine(EN, tax, &info(12, 1, &[("rows", "1200"), ("quarantined", "6")])).unwrap();
        assert_eq!((found.rows.as_str(), found.href.as_str()), ("12", "/runs/quarantine/tax"));
        assert_eq!(found.delivery.unwrap(), ("1,200".to_owned(), "6".to_owned(), "0.5%".to_owned()));
        for notes in [&[][..], &[("rows", "0"), ("quarantined", "0")], &[("rows", "many"), ("quarantined", "6")]] {
            assert!(quarantine(EN, tax, &info(12, 1, notes)).unwrap().delivery.is_none(), "{notes:?}");
        }
        let tables =
            [(TableRef::register(&tax.id), info(90, 1, &[])), (TableRef::quarantine(&tax.id), info(12, 1, &[]))];
        let band = band(EN, &project, &Known(tables.into()), tax);
        assert_eq!((band.register.state, band.register.note.as_str()), (State::Noted, "90 rows, 12 in quarantine"));
        assert_eq!(band.models[0].label.state, State::Missing);
    }

    #[test]
    fn what_says_nothing_is_left_out_of_the_tables() {
        let project = with_step();
        let tax = project.registers.values().find(|register| register.id.as_str() == "tax").unwrap();
        let quarantine = TableRef::quarantine(&tax.id);
        let small = TableInfo { bytes: 900, ..info(7, 0, &[]) };
        let of = |bad: u64| {
            let known = [(TableRef::register(&tax.id), small.clone()), (quarantine.clone(), info(bad, 2, &[]))];
            groups(EN, &project, &Known(known.into()))
        };
        let (without, with) = (of(0), of(3));
        assert!(without.iter().all(|group| group.title != EN.s("quarantine-title")));
        let found = without[0].tables[0].found.as_ref().unwrap();
        assert_eq!((found.rows.as_str(), found.version.as_str(), &found.megabytes), ("7", "0", &None));
        let found = with[1].tables[0].found.as_ref().unwrap();
        assert_eq!((found.version.as_str(), found.megabytes.as_deref()), ("2", Some("1.5")));
    }

    #[test]
    fn each_table_of_the_spine_says_what_it_is_made_of() {
        let project = with_step();
        let tables = [
            linkage::spine::LINKS,
            linkage::spine::PAIRS,
            linkage::spine::EVENTS,
            linkage::spine::MODELS,
            linkage::spine::JUDGEMENTS,
        ];
        let told: BTreeSet<String> = tables.iter().map(|name| made_of(EN, &project, &TableRef::spine(name))).collect();
        assert_eq!(told.len(), tables.len());
        assert_eq!(made_of(EN, &project, &TableRef::spine(linkage::spine::JUDGEMENTS)), EN.s("made-of-judgements"));
        assert!(!made_of(EN, &project, &TableRef::spine(linkage::spine::JUDGEMENTS)).contains("person records"));
    }

    #[test]
    fn an_index_that_is_older_than_its_tables_shows_so() {
        let project = with_step();
        let tax = TableRef::register(&project.registers.values().next().unwrap().id);
        let known = Known(vec![(tax.clone(), info(90, 3, &[]))]);
        let read = |version| [(tax.to_string(), version), ("registers.gone".to_owned(), 1)];
        assert_eq!((newer_than(&known, &read(3)), newer_than(&known, &read(2))), (0, 1));
        let graph = picture(EN, &project, &known, 7, 1);
        let index = graph.nodes.last().unwrap();
        assert_eq!((index.class, index.note.as_str()), ("node careful", "one newer table"));
    }
}
