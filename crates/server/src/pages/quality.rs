//! How good the linkage is, for data stewards and data protection officers: charts of counts, each with its table.

use askama::Template;
use axum::response::Response;
use linkage::{
    BY_REGISTER, Column, Distribution, Drift, Group, GroupName, GroupSample, Past, Sample, StratumCount, Watch,
};
use matching::{
    BINS, Doubt, DoubtKind, Estimate, Histogram, HouseholdCheck, IdentifierCheck, LeftOut, SIZES, SizeClass,
};
use model::linkage::GroupBy;

use super::chart::{self, Bar, Stretch};
use super::desk::{BarRow, Bars};
use super::frame::Frame;
use super::view::View;
use super::words::Words;
use crate::problem::Problem;
use crate::service;

#[derive(Template)]
#[template(path = "quality.html")]
struct QualityPage {
    frame: Frame,
    t: Words,
    found: Option<Found>,
}

/// What a run left.
pub(crate) struct Found {
    run: String,
    at: String,
    model: String,
    records: u64,
    persons: u64,
    unlinkable: u64,
    unlinkable_share: String,
    /// What moved more than may be, in sentences.
    moved: Vec<String>,
    pub(crate) doubts: Vec<DoubtLine>,
    threshold: String,
    given_up: String,
    apart_at_threshold: u64,
    /// What blocking left out, in sentences; none where it left out nothing, or the run did not keep it.
    left_out: Vec<String>,
    pub(crate) weights: Columns,
    own: Columns,
    sizes: Bars,
    densities: Bars,
    sparse: u64,
    /// What persons show of identifiers, one by one.
    conflicts: Vec<Conflicts>,
    /// What they show of households, in a sentence.
    households: Option<String>,
    households_are_off: bool,
    pub(crate) sample: Option<SampleShown>,
    pub(crate) groups: Vec<GroupTable>,
    persons_min: u64,
    /// This run and those before it, the last first.
    runs: Vec<RunLine>,
    drift_limit: String,
    pub(crate) drifts: Option<Columns>,
}

/// What the persons show of one identifier.
pub(crate) struct Conflicts {
    identifier: String,
    /// How many values several persons have, and how many persons.
    shared: String,
    sharers: String,
    /// How many persons have several values.
    several: String,
    /// How many values so many persons have that they name nobody.
    placeholders: String,
}

/// What training doubted, of one kind.
pub(crate) struct DoubtLine {
    pub(crate) says: String,
    /// What it is about, if it is not about the whole model.
    pub(crate) about: Option<String>,
    /// Whether that is English on a page that is not.
    pub(crate) is_foreign: bool,
}

/// Upright bars in panels that share an axis, and their table.
pub(crate) struct Columns {
    pub(crate) caption: String,
    /// What the rows of the table are.
    pub(crate) what: String,
    pub(crate) panels: Vec<ColumnPanel>,
    /// The ends and the middle of the axis.
    pub(crate) axis: Vec<String>,
    /// Where the threshold is, in the units of the picture.
    pub(crate) mark: Option<f64>,
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

pub(crate) struct ColumnPanel {
    pub(crate) title: String,
    /// The picture in a sentence.
    pub(crate) says: String,
    pub(crate) total: String,
    pub(crate) top: String,
    pub(crate) width: f64,
    pub(crate) class: &'static str,
    /// Each bar with what it stands for.
    pub(crate) bars: Vec<(Bar, String)>,
}

pub(crate) struct SampleShown {
    pub(crate) at: String,
    pub(crate) drawn: String,
    pub(crate) judged: String,
    /// Precision and recall in sentences.
    pub(crate) estimates: Vec<String>,
    pub(crate) out_of_turn: u64,
    pub(crate) rows: Vec<StratumLine>,
}

pub(crate) struct StratumLine {
    pub(crate) weights: String,
    pub(crate) is_linked: bool,
    pub(crate) pairs: String,
    pub(crate) drawn: String,
    pub(crate) same: String,
    pub(crate) different: String,
    pub(crate) cannot_say: String,
}

pub(crate) struct GroupTable {
    pub(crate) title: String,
    pub(crate) has_truth: bool,
    pub(crate) has_sample: bool,
    pub(crate) rows: Vec<GroupLine>,
}

pub(crate) struct GroupLine {
    pub(crate) name: String,
    pub(crate) persons: String,
    pub(crate) records: String,
    pub(crate) records_per_person: String,
    pub(crate) weight: String,
    pub(crate) unlinkable: String,
    pub(crate) stretch: Stretch,
    pub(crate) truth: Option<[String; 2]>,
    pub(crate) sample: [Option<String>; 2],
}

struct RunLine {
    at: String,
    model: String,
    records: String,
    persons: String,
    unlinkable: String,
    /// How far each distribution moved, with whether that is much.
    moved: Vec<Option<(String, bool)>>,
    estimates: [Option<String>; 2],
}

/// Shows the page.
pub(crate) async fn page(view: View) -> Response {
    let answer = quality(&view).await;
    view.answer(answer)
}

async fn quality(view: &View) -> Result<Response, Problem> {
    let found = service::quality(&view.app, view.acting()?).await?;
    let title = |register: &str| view.register_title(register);
    let found = found.watch.map(|watch| self::found(view.t, &watch, title));
    view.page(&QualityPage { frame: view.frame()?, t: view.t, found })
}

/// Gives what a run left as the page shows it.
pub(crate) fn found(t: Words, watch: &Watch, register_title: impl Fn(&str) -> String) -> Found {
    let shape = &watch.shape;
    let threshold = watch.threshold_weight;
    let sparse = shape.sizes.iter().map(|class| class.sparse).sum();
    let weights = Weights { t, bins: bins_of(&[&shape.linked, &shape.apart]), threshold };
    let own = Weights { t, bins: bins_of(&[&shape.own]), threshold };
    let this = watch.as_past();
    let runs: Vec<&Past> = std::iter::once(&this).chain(&watch.past).collect();
    Found {
        run: watch.run.to_string(),
        at: watch.at.to_rfc3339(),
        model: watch.model_version.to_string(),
        records: shape.records,
        persons: shape.persons,
        unlinkable: shape.unlinkable,
        unlinkable_share: share(t, shape.unlinkable, shape.records),
        moved: watch.drift.as_ref().map(|drift| moved(t, drift)).unwrap_or_default(),
        doubts: doubts(t, &watch.doubts),
        threshold: t.weight(&threshold),
        given_up: t.number(&shape.pairs_given_up),
        apart_at_threshold: shape.apart_at_threshold,
        left_out: watch.left_out.map(|what| left_out(t, what)).unwrap_or_default(),
        weights: weights.columns(
            t.s("quality-weights-caption"),
            &[(t.s("quality-linked"), "bar-looks", &shape.linked), (t.s("quality-apart"), "bar-refused", &shape.apart)],
        ),
        own: own.columns(t.s("quality-own-caption"), &[(t.s("quality-records"), "bar-looks", &shape.own)]),
        sizes: sizes(t, &shape.sizes),
        densities: densities(t, &shape.sizes),
        sparse,
        conflicts: watch.identifiers.iter().map(|check| conflicts(t, check)).collect(),
        households: watch.households.as_ref().map(|check| households(t, check)),
        households_are_off: watch.households.as_ref().is_some_and(HouseholdCheck::is_off),
        sample: watch.sample.as_ref().map(|sample| self::sample(t, sample)),
        groups: watch.columns.iter().map(|column| groups(t, column, watch.sample.as_ref(), &register_title)).collect(),
        persons_min: linkage::PERSONS_MIN,
        drifts: drifts(t, &runs),
        runs: runs.into_iter().map(|past| run_line(t, past)).collect(),
        drift_limit: t.decimal(&format!("{:.2}", linkage::DRIFT_MAX)),
    }
}

/// Gives doubts by kind, those first that concern most of the model.
fn doubts(t: Words, doubts: &[Doubt]) -> Vec<DoubtLine> {
    let named = |doubt: &Doubt| {
        let about = doubt.about.as_deref()?;
        if doubt.kind == DoubtKind::Said {
            return Some(about.to_owned());
        }
        let name = t.of("field", about);
        let Some(level) = &doubt.level else { return Some(name) };
        let level = t.of("level", &level.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"));
        Some(t.with_all("quality-doubt-level", &[("name", name), ("level", level)]))
    };
    let line = |kind: DoubtKind| {
        let of_kind = || doubts.iter().filter(|doubt| doubt.kind == kind);
        of_kind().next()?;
        let about: Vec<String> = of_kind().filter_map(named).collect();
        Some(DoubtLine {
            says: t.of("doubt", kind.as_str()),
            about: (!about.is_empty()).then(|| about.join("; ")),
            is_foreign: kind == DoubtKind::Said && t.is_french(),
        })
    };
    DoubtKind::ALL.into_iter().filter_map(line).collect()
}

/// Gives in sentences what no rule looked at.
fn left_out(t: Words, what: LeftOut) -> Vec<String> {
    let LeftOut { blocks_split, blocks_skipped, pairs_cut, records_without_key } = what;
    let cut = (pairs_cut > 0).then(|| {
        let values = [("pairs", pairs_cut), ("skipped", blocks_skipped), ("split", blocks_split)];
        t.with_all("quality-cut", &values.map(|(name, number)| (name, t.number(&number))))
    });
    let without_key = (records_without_key > 0).then(|| t.count("quality-without-key", &records_without_key));
    cut.into_iter().chain(without_key).collect()
}

fn share(t: Words, part: u64, whole: u64) -> String {
    t.rate(&(if whole == 0 { 0.0 } else { part as f64 / whole as f64 }))
}

fn conflicts(t: Words, check: &IdentifierCheck) -> Conflicts {
    Conflicts {
        identifier: t.of("field", &check.comparison),
        shared: t.number(&check.shared),
        sharers: t.number(&check.sharers),
        several: t.number(&check.several),
        placeholders: t.number(&check.placeholders),
    }
}

fn households(t: Words, check: &HouseholdCheck) -> String {
    // An address is of several columns, which are named one by one.
    let named = |comparison: &str| {
        let columns: Vec<String> = comparison.split('+').map(|column| t.of("field", column)).collect();
        columns.join(", ")
    };
    let [one, other] = &check.comparisons;
    let expected = t.number(&(check.expected.round() as u64));
    let values =
        [("one", named(one)), ("other", named(other)), ("pairs", t.number(&check.pairs)), ("expected", expected)];
    t.with_all("quality-households", &values)
}

fn moved(t: Words, drift: &Drift) -> Vec<String> {
    let much = drift.moved.iter().filter(|moved| moved.is_much());
    let sentence = much.map(|moved| {
        let index = t.decimal(&format!("{:.2}", moved.index));
        let limit = t.decimal(&format!("{:.2}", moved.limit));
        let what = t.of("distribution", moved.what.as_str());
        let values = [("what", what), ("index", index), ("limit", limit), ("when", t.moment(&drift.at.to_rfc3339()))];
        t.with_all("quality-moved", &values)
    });
    let other_model = drift.is_other_model.then(|| t.s("quality-other-model"));
    let sentences: Vec<String> = sentence.collect();
    if sentences.is_empty() { sentences } else { sentences.into_iter().chain(other_model).collect() }
}

/// Gives the bins from the first to the last that holds anything.
fn bins_of(histograms: &[&Histogram]) -> std::ops::Range<usize> {
    let holds =
        |bin: &usize| histograms.iter().any(|histogram| histogram.counts.get(*bin).is_some_and(|count| *count > 0));
    let first = (0..BINS).find(holds).unwrap_or_default();
    let last = (0..BINS).rev().find(holds).unwrap_or_default();
    first..last + 1
}

/// Draws histograms of weights.
struct Weights {
    t: Words,
    bins: std::ops::Range<usize>,
    threshold: f64,
}

impl Weights {
    /// Gives the bounds of a bin in words.
    fn bounds(&self, bin: usize) -> String {
        let below = (bin + 1 < BINS).then(|| Histogram::begins(bin + 1)).flatten();
        between(self.t, Histogram::begins(bin), below)
    }

    fn columns(&self, caption: String, series: &[(String, &'static str, &Histogram)]) -> Columns {
        let t = self.t;
        let names: Vec<String> = self.bins.clone().map(|bin| self.bounds(bin)).collect();
        let panels: Vec<ColumnPanel> = series
            .iter()
            .map(|(title, class, histogram)| panel(t, title, class, &names, &histogram.counts[self.bins.clone()]))
            .collect();
        let value =
            |bin: usize| series.iter().map(|(.., histogram)| t.number(&histogram.counts[bin])).collect::<Vec<String>>();
        let rows = names.into_iter().zip(self.bins.clone().map(value)).collect();
        // The first bin has no beginning: one width before its end is where it is drawn.
        let begins = |bin: usize| Histogram::begins(bin).unwrap_or(matching::BIN_FIRST - matching::BIN_WIDTH);
        let axis =
            [self.bins.start, self.bins.start + self.bins.len() / 2, self.bins.end].map(|bin| t.weight(&begins(bin)));
        let along = (self.threshold - begins(self.bins.start)) / matching::BIN_WIDTH;
        let step = panels.first().map_or(0.0, |panel| panel.width) / self.bins.len().max(1) as f64;
        let mark = (along >= 0.0 && along <= self.bins.len() as f64).then(|| (along * step * 100.0).round() / 100.0);
        Columns { caption, what: t.s("quality-weight"), panels, axis: axis.into(), mark, rows }
    }
}

/// Gives the bounds of a range of weights in words.
fn between(t: Words, from: Option<f64>, below: Option<f64>) -> String {
    match (from, below) {
        (None, None) => t.s("quality-any"),
        (None, Some(below)) => t.with("quality-below", "below", t.weight(&below)),
        (Some(from), None) => t.with("quality-from", "from", t.weight(&from)),
        (Some(from), Some(below)) => {
            t.with_all("quality-between", &[("from", t.weight(&from)), ("below", t.weight(&below))])
        }
    }
}

fn panel(t: Words, title: &str, class: &'static str, names: &[String], values: &[u64]) -> ColumnPanel {
    let chart = chart::upright(values);
    let most = values.iter().zip(names).max_by_key(|(value, _)| **value).filter(|(value, _)| **value > 0);
    let says = match most {
        Some((value, name)) => {
            let values = [("title", title.to_owned()), ("most", t.number(value)), ("where", name.clone())];
            t.with_all("quality-chart-says", &values)
        }
        None => t.with("quality-chart-says-none", "title", title),
    };
    let told =
        |(name, value): (&String, &u64)| t.with_all("chart-day", &[("day", name.clone()), ("n", t.number(value))]);
    ColumnPanel {
        title: title.to_owned(),
        says,
        total: t.number(&values.iter().sum()),
        top: t.number(&chart.top),
        width: chart.width,
        class,
        bars: chart.bars.into_iter().zip(names.iter().zip(values).map(told)).collect(),
    }
}

/// Gives the name of the class of sizes at a place.
fn size_name(t: Words, at: usize) -> String {
    let least = u64::from(SIZES[at.min(SIZES.len() - 1)]);
    match SIZES.get(at + 1).map(|next| u64::from(*next) - 1) {
        Some(most) if most == least => t.count("quality-size", &least),
        Some(most) => t.with_all("quality-sizes", &[("least", t.number(&least)), ("most", t.number(&most))]),
        None => t.with("quality-size-more", "least", t.number(&least)),
    }
}

fn size_rows(t: Words, sizes: &[SizeClass]) -> impl Iterator<Item = (String, &SizeClass)> {
    let named = sizes.iter().enumerate().map(move |(at, class)| (size_name(t, at), class));
    named.filter(|(_, class)| class.clusters > 0)
}

fn sizes(t: Words, sizes: &[SizeClass]) -> Bars {
    let rows: Vec<(String, &SizeClass)> = size_rows(t, sizes).collect();
    let bars = chart::lying(&rows.iter().map(|(_, class)| [class.clusters]).collect::<Vec<_>>());
    Bars {
        caption: t.s("quality-sizes-caption"),
        what: t.s("quality-size-what"),
        columns: vec![(t.s("quality-persons"), "bar-looks")],
        rows: rows
            .into_iter()
            .zip(bars)
            .map(|((title, class), [bar])| bar_row(title, t.number(&class.clusters), bar))
            .collect(),
        rest: 0,
    }
}

fn densities(t: Words, sizes: &[SizeClass]) -> Bars {
    let rows: Vec<(String, f64)> =
        size_rows(t, sizes).filter_map(|(title, class)| Some((title, class.density()?))).collect();
    let row = |(title, density): (String, f64)| bar_row(title, t.rate(&density), of_all(density));
    Bars {
        caption: t.s("quality-densities-caption"),
        what: t.s("quality-size-what"),
        columns: vec![(t.s("quality-density"), "bar-looks")],
        rows: rows.into_iter().map(row).collect(),
        rest: 0,
    }
}

fn bar_row(title: String, value: String, stretch: Stretch) -> BarRow {
    BarRow { title, code: None, href: None, values: vec![(value, stretch)] }
}

/// Gives the bar of a share, of which the whole is as long as a bar can be.
fn of_all(share: f64) -> Stretch {
    Stretch { x: 0.0, width: (share.clamp(0.0, 1.0) * chart::LENGTH * 100.0).round() / 100.0 }
}

/// Gives a share that was estimated, with its interval.
fn estimated(t: Words, estimate: &Estimate) -> String {
    let values =
        [("share", t.rate(&estimate.share)), ("least", t.rate(&estimate.least)), ("most", t.rate(&estimate.most))];
    t.with_all("quality-estimate", &values)
}

fn sample(t: Words, sample: &Sample) -> SampleShown {
    let sum = |of: fn(&StratumCount) -> u64| sample.strata.iter().map(of).sum::<u64>();
    let judged = |stratum: &StratumCount| stratum.same + stratum.different + stratum.cannot_say;
    let precision = match &sample.estimates.precision {
        Some(precision) => t.with("quality-precision", "estimate", estimated(t, precision)),
        None => t.with("quality-precision-unknown", "least", t.number(&matching::JUDGED_MIN)),
    };
    let recall = match &sample.estimates.recall {
        Some(recall) => t.with("quality-recall", "estimate", estimated(t, recall)),
        None => t.with("quality-recall-unknown", "least", t.number(&matching::JUDGED_MIN)),
    };
    let weights = |stratum: &StratumCount| match stratum.is_kept {
        true => between(t, stratum.from, stratum.below),
        false => t.s("quality-not-kept"),
    };
    let line = |stratum: &StratumCount| StratumLine {
        weights: weights(stratum),
        is_linked: stratum.is_linked,
        pairs: t.number(&stratum.pairs),
        drawn: t.number(&stratum.drawn),
        same: t.number(&stratum.same),
        different: t.number(&stratum.different),
        cannot_say: t.number(&stratum.cannot_say),
    };
    // The highest weights first; of linked pairs last those of which none is known.
    let mut shown: Vec<&StratumCount> = sample.strata.iter().rev().filter(|stratum| stratum.pairs > 0).collect();
    shown.sort_by_key(|stratum| (!stratum.is_linked, !stratum.is_kept));
    SampleShown {
        at: sample.at.to_rfc3339(),
        drawn: t.number(&sum(|stratum| stratum.drawn)),
        judged: t.number(&sample.strata.iter().map(judged).sum()),
        estimates: vec![precision, recall],
        out_of_turn: sum(|stratum| stratum.out_of_turn),
        rows: shown.into_iter().map(line).collect(),
    }
}

fn groups(t: Words, column: &Column, sample: Option<&Sample>, register_title: impl Fn(&str) -> String) -> GroupTable {
    let by_register = column.name == BY_REGISTER;
    let by_form = column.name.strip_suffix(GroupBy::FORM);
    let title = match by_form {
        Some(column) => t.with("quality-by-form", "column", t.of("field", column)),
        None if by_register => t.s("quality-by-register"),
        None => t.of("field", &column.name),
    };
    let name = |group: &Group| match &group.name {
        GroupName::Value(register) if by_register => register_title(register),
        GroupName::Value(form) if by_form.is_some() => t.of("form", form),
        GroupName::Value(value) => value.clone(),
        GroupName::None => t.s("value-none"),
        GroupName::Other => t.s("quality-group-other"),
    };
    let estimates = |group: &Group| {
        let is_it = |known: &&GroupSample| known.column == column.name && known.name == group.name;
        let known = sample.and_then(|sample| sample.groups.iter().find(is_it));
        let known = known.map(|known| known.estimates).unwrap_or_default();
        [known.precision, known.recall].map(|known| known.map(|known| estimated(t, &known)))
    };
    let line = |group: &Group| {
        let shape = &group.shape;
        let unlinkable = if shape.records == 0 { 0.0 } else { shape.unlinkable as f64 / shape.records as f64 };
        GroupLine {
            name: name(group),
            persons: t.number(&shape.persons),
            records: t.number(&shape.records),
            records_per_person: t.decimal(&format!("{:.2}", shape.records as f64 / shape.persons.max(1) as f64)),
            weight: t.weight(&shape.weight_mean),
            unlinkable: t.rate(&unlinkable),
            stretch: of_all(unlinkable),
            truth: group.truth.map(|truth| [t.rate(&truth.precision), t.rate(&truth.recall)]),
            sample: estimates(group),
        }
    };
    let rows: Vec<GroupLine> = column.groups.iter().map(line).collect();
    GroupTable {
        title,
        has_truth: rows.iter().any(|row| row.truth.is_some()),
        has_sample: rows.iter().any(|row| row.sample.iter().any(Option::is_some)),
        rows,
    }
}

fn run_line(t: Words, past: &Past) -> RunLine {
    let moved = |what: Distribution| {
        let moved = past.moved.iter().find(|moved| moved.what == what)?;
        Some((t.decimal(&format!("{:.2}", moved.index)), moved.is_much()))
    };
    let estimates = [past.precision, past.recall];
    RunLine {
        at: past.at.to_rfc3339(),
        model: past.model_version.to_string(),
        records: t.number(&past.records),
        persons: t.number(&past.persons),
        unlinkable: share(t, past.unlinkable, past.records),
        moved: Distribution::ALL.into_iter().map(moved).collect(),
        estimates: estimates.map(|known| known.map(|known| estimated(t, &known))),
    }
}

/// Draws how far each run moved, the earliest first, in hundredths of the index; nothing before there are two runs.
fn drifts(t: Words, runs: &[&Past]) -> Option<Columns> {
    let moved: Vec<&&Past> = runs.iter().rev().filter(|past| !past.moved.is_empty()).collect();
    let (first, last) = (moved.first()?, moved.last()?);
    let names: Vec<String> = moved.iter().map(|past| t.moment(&past.at.to_rfc3339())).collect();
    let hundredths = |past: &Past, what: Distribution| {
        let moved = past.moved.iter().find(|moved| moved.what == what);
        moved.map_or(0, |moved| (moved.index * 100.0).round() as u64)
    };
    let panels = Distribution::ALL.into_iter().map(|what| {
        let values: Vec<u64> = moved.iter().map(|past| hundredths(past, what)).collect();
        panel(t, &t.of("distribution", what.as_str()), "bar-looks", &names, &values)
    });
    let panels: Vec<ColumnPanel> = panels.collect();
    let row = |(name, past): (&String, &&&Past)| {
        (name.clone(), Distribution::ALL.into_iter().map(|what| t.number(&hundredths(past, what))).collect())
    };
    let day = |past: &Past| t.day_and_month(past.at.date_naive());
    let axis = if moved.len() > 1 { vec![day(first), day(last)] } else { vec![day(first)] };
    let rows = names.iter().zip(&moved).map(row).collect();
    let (caption, what) = (t.s("quality-drifts-caption"), t.s("quality-run"));
    Some(Columns { caption, what, panels, axis, mark: None, rows })
}

#[cfg(test)]
mod tests {
    use matching::{Estimates, GroupShape, STRATA, Shape, Stratum};
    use model::RunId;

    use super::*;
    use crate::pages::words::Language;

    const EN: Words = Words::new(Language::English);

    fn histogram(filled: &[(f64, u64)]) -> Histogram {
        let mut histogram = Histogram::default();
        for (weight, count) in filled {
            histogram.counts[Histogram::bin(*weight)] += count;
        }
        histogram
    }

    fn watch() -> Watch {
        let class = |records_min: u32, clusters: u64, edges: u64, pairs: u64, sparse: u64| SizeClass {
            records_min,
            clusters,
            records: clusters * u64::from(records_min),
            edges,
            pairs,
            sparse,
        };
        let mut sizes: Vec<SizeClass> = SIZES.iter().map(|least| class(*least, 0, 0, 0, 0)).collect();
        sizes[0] = class(1, 1_200, 0, 0, 0);
        sizes[2] = class(3, 400, 900, 1_200, 7);
        sizes[10] = class(20, 1, 40, 190, 1);
        let group = |name: GroupName, unlinkable: u64, truth: Option<linkage::Truth>| Group {
            name,
            shape: GroupShape {
                records: 1_000,
                persons: 400,
                unlinkable,
                linked: histogram(&[(20.0, 500)]),
                weight_mean: 21.24,
            },
            truth,
        };
        let truth = Some(linkage::Truth { precision: 0.991, recall: 0.95, pairs: 700 });
        let stratum = |at: usize| {
            let Stratum { is_linked, is_kept, from, below } = Stratum::of(at);
            let pairs = if is_linked { 300 } else { 0 };
            StratumCount {
                is_linked,
                is_kept,
                from,
                below,
                pairs,
                drawn: pairs.min(20),
                same: 4,
                different: 0,
                cannot_say: 1,
                out_of_turn: 2,
            }
        };
        let doubt = |kind, about: Option<&str>, level: Option<&str>| Doubt {
            kind,
            about: about.map(str::to_owned),
            level: level.map(str::to_owned),
        };
        Watch {
            format: 1,
            run: RunId::new("link-2").unwrap(),
            at: "2026-05-04T12:00:00Z".parse().unwrap(),
            model_version: 3,
            doubts: vec![
                doubt(DoubtKind::NeverSeen, Some("first_name"), Some("one slip")),
                doubt(DoubtKind::NeverSeen, Some("<i>"), None),
                doubt(DoubtKind::NoPairs, None, None),
            ],
            threshold_weight: 4.25,
            shape: Shape {
                records: 2_420,
                persons: 1_601,
                pairs_given_up: 12_345,
                linked: histogram(&[(6.0, 30), (20.0, 500)]),
                apart: histogram(&[(-1.0, 900), (5.0, 3)]),
                apart_at_threshold: 3,
                own: histogram(&[(2.0, 10), (40.0, 2_410)]),
                unlinkable: 10,
                sizes,
            },
            left_out: Some(LeftOut {
                blocks_split: 4,
                blocks_skipped: 3,
                pairs_cut: 45_678,
                records_without_key: 1_017,
            }),
            identifiers: vec![IdentifierCheck {
                comparison: "ssn".to_owned(),
                shared: 12,
                sharers: 25,
                placeholders: 1,
                several: 1_031,
            }],
            households: Some(HouseholdCheck {
                comparisons: ["last_name".to_owned(), "house_number+street".to_owned()],
                pairs: 4_321,
                expected: 1_234.4,
                believed: 1e-6,
                found: 3.5e-6,
            }),
            columns: vec![
                Column {
                    name: BY_REGISTER.to_owned(),
                    groups: vec![group(GroupName::Value("tax".to_owned()), 0, None)],
                },
                Column {
                    name: "sex".to_owned(),
                    groups: vec![
                        group(GroupName::Value("<b>F</b>".to_owned()), 50, truth),
                        group(GroupName::None, 500, truth),
                        group(GroupName::Other, 0, truth),
                    ],
                },
                Column {
                    name: "last_name.form".to_owned(),
                    groups: vec![group(GroupName::Value("compound".to_owned()), 0, truth)],
                },
            ],
            sample: Some(Sample {
                run: RunId::new("link-1").unwrap(),
                at: "2026-05-03T12:00:00Z".parse().unwrap(),
                model_version: 3,
                each: 20,
                pairs_kept: 1_400,
                pairs_linked: 1_100,
                strata: (0..STRATA).map(stratum).collect(),
                estimates: Estimates {
                    precision: Some(Estimate { share: 0.97, least: 0.912, most: 0.995 }),
                    recall: None,
                },
                groups: Vec::new(),
            }),
            drift: Some(Drift {
                since: RunId::new("link-1").unwrap(),
                at: "2026-05-03T12:00:00Z".parse().unwrap(),
                is_other_model: true,
                moved: vec![
                    linkage::Moved { what: Distribution::Weights, index: 0.314, limit: 0.1 },
                    linkage::Moved { what: Distribution::ClusterSizes, index: 0.02, limit: 0.1 },
                ],
            }),
            past: Vec::new(),
        }
    }

    fn page(t: Words, watch: Option<&Watch>) -> String {
        let found = watch.map(|watch| found(t, watch, |register| format!("register {register}")));
        QualityPage { frame: Frame::of_nobody(), t, found }.render().unwrap()
    }

    #[test]
    fn every_bar_is_in_the_table_too() {
        let found = found(EN, &watch(), str::to_owned);
        // From the bin of -2 to that of 20: twelve bins, and the threshold a little more than three of them along.
        assert_eq!((found.weights.rows.len(), found.weights.panels[0].bars.len()), (12, 12));
        assert_eq!(found.weights.rows[0], ("\u{2212}2.0 to 0.0".to_owned(), vec!["0".to_owned(), "900".to_owned()]));
        assert_eq!(found.weights.mark, Some(62.5));
        assert_eq!(found.weights.axis, ["\u{2212}2.0", "+10.0", "+22.0"]);
        let sizes: Vec<&str> = found.sizes.rows.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(sizes, ["One record", "3 records", "20 to 49 records"]);
        let densities: Vec<&str> = found.densities.rows.iter().map(|row| row.values[0].0.as_str()).collect();
        assert_eq!(densities, ["75.0%", "21.1%"]);
        assert_eq!(found.sparse, 8);
        assert_eq!(found.drifts.unwrap().rows.len(), 1);
    }

    #[test]
    fn it_says_what_moved_what_is_known_and_what_is_not() {
        let html = page(EN, Some(&watch()));
        for told in [
            "Weights of pairs moved since the run of 3 May 2026, 12:00 UTC: stability index 0.31, limit 0.10.",
            "The model is another one since",
            "97.0% (91.2% to 99.5%) are of one person.",
            "Recall can’t be estimated yet",
            "22 more were judged out of turn",
            "by other records alone",
            "register tax",
            ", by how it is written",
            "in several words",
            "3 pairs reach the threshold and are apart all the same",
            "data-label=\"Values that several persons have\">12<",
            "data-label=\"Persons who share one\">25<",
            "data-label=\"Persons with several\">1,031<",
            "data-label=\"Placeholders\">1<",
            ", as people of one household do: 4,321. The model expects 1,234.",
            "The two differ by more than twice",
        ] {
            assert!(html.contains(told), "{told} in {html}");
        }
        assert!(!html.contains("<b>F</b>") && html.contains("&#60;b&#62;F"), "a value is text");
        assert!(!html.contains("Records of a person moved"), "what did not move is not told");
    }

    #[test]
    fn doubts_are_told_by_kind_in_both_languages() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let html = page(t, Some(&watch()));
            let [all, seen] = ["no-pairs", "never-seen"].map(|kind| t.of("doubt", kind));
            assert!(html.find(&all).unwrap() < html.find(&seen).unwrap(), "{html}");
            assert_eq!(html.matches(&seen).count(), 1, "one line for both levels");
            let level = [("name", t.of("field", "first_name")), ("level", t.of("level", "one-slip"))];
            assert!(html.contains(&t.with_all("quality-doubt-level", &level)) && !html.contains("<i>"), "{html}");
            let mut sure = watch();
            sure.doubts.clear();
            assert!(!page(t, Some(&sure)).contains(&t.s("quality-doubts-title")));
        }
    }

    #[test]
    fn what_no_rule_looked_at_is_told_where_there_is_any() {
        for (language, cut, without_key) in [
            (
                Language::English,
                "since too many records share a value: 45,678 (groups left out: 3, split: 4)",
                "1,017 records have all values of none of the rules",
            ),
            (
                Language::French,
                "partagent une même valeur\u{a0}: 45\u{202f}678 (groupes laissés de côté\u{a0}: 3, divisés\u{a0}: 4)",
                "1\u{202f}017 enregistrements n’ont toutes les valeurs d’aucune des règles",
            ),
        ] {
            let t = Words::new(language);
            let html = page(t, Some(&watch()));
            assert!(html.contains(cut) && html.contains(without_key), "{html}");
            let mut one = watch();
            one.left_out = Some(LeftOut { records_without_key: 1, ..LeftOut::default() });
            let html = page(t, Some(&one));
            assert!(!html.contains(cut) && html.contains(&t.count("quality-without-key", &1)), "{html}");
            let none = t.count("quality-without-key", &0);
            for nothing in [Some(LeftOut::default()), None] {
                one.left_out = nothing;
                let html = page(t, Some(&one));
                assert!(!html.contains(&none) && !html.contains(cut) && !html.contains(without_key), "{html}");
            }
        }
    }

    #[test]
    fn before_there_was_a_run_or_a_pair_it_says_so() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let none = page(t, None);
            assert!(none.contains(&t.s("quality-none")) && !none.contains("<figure"), "{none}");
            let mut empty = watch();
            empty.shape.linked = Histogram::default();
            empty.shape.apart = Histogram::default();
            empty.shape.own = Histogram::default();
            empty.shape.sizes.iter_mut().for_each(|class| *class = SizeClass::default());
            (empty.shape.records, empty.shape.persons, empty.shape.unlinkable) = (0, 0, 0);
            (empty.sample, empty.drift, empty.households) = (None, None, None);
            empty.columns.clear();
            empty.identifiers.clear();
            empty.left_out = None;
            let html = page(t, Some(&empty));
            assert!(html.contains(&t.s("quality-conflicts-none")), "{html}");
            assert!(!html.contains(&t.s("quality-households-off")), "{html}");
            assert!(!html.contains("NaN") && html.contains(&t.s("quality-no-sample")), "{html}");
        }
    }
}
