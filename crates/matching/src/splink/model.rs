//! A Splink model as Splink saves it.

use serde_json::{Map, Value as Json};

use super::error::SplinkError;
use super::sql::{Comparator, Expr, Fault, Kind, Naming, Side, parse};

/// Splink takes no probability below this.
const PROBABILITY_MIN: f64 = 1e-300;

/// What Splink writes, and takes as a millionth, where training never saw a level.
const NOT_OBSERVED: &str = "level not observed in training dataset";

/// Which records may be one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplinkLinkType {
    /// Records of one data set.
    DedupeOnly,
    /// Records of different data sets only.
    LinkOnly,
    /// Records of the same and of different data sets.
    LinkAndDedupe,
}

/// A trained model of Splink 5 in DuckDB's dialect.
#[derive(Debug, Clone)]
pub struct SplinkModel {
    link_type: SplinkLinkType,
    prior: f64,
    id: String,
    source: Option<String>,
    comparisons: Vec<SplinkComparison>,
    pub(super) rules: Vec<Rule>,
}

/// One comparison of a model.
#[derive(Debug, Clone)]
pub struct SplinkComparison {
    /// Its output column name, which is `gamma_…` in Splink's tables.
    pub name: String,
    /// Its levels, in the order in which they are tried.
    pub levels: Vec<SplinkLevel>,
}

/// One level of a comparison.
#[derive(Debug, Clone)]
pub struct SplinkLevel {
    /// What charts call it.
    pub label: String,
    /// The SQL that a pair must meet, or `ELSE`.
    pub sql: String,
    /// The number that Splink gives it in the comparison vector; -1 for levels of missing values.
    pub gamma: i8,
    /// The log2 of m over u; 0 for levels of missing values.
    pub weight: f64,
    /// The condition; nothing for ELSE.
    pub(super) condition: Option<Expr>,
    pub(super) frequency: Option<TermFrequency>,
}

/// How the frequency of a value changes a level's weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TermFrequency {
    pub(super) column: String,
    pub(super) weight: f64,
    /// The least that counts as the frequency of a value.
    pub(super) minimum: f64,
    /// The log2 of the u that the frequency replaces.
    pub(super) log2_u: f64,
}

/// A blocking rule: equalities between both records, and conditions beside them.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) sql: String,
    /// What must be equal: an expression of the left record and one of the right.
    pub(super) keys: Vec<(Expr, Expr)>,
    pub(super) conditions: Vec<Expr>,
}

impl SplinkModel {
    /// Reads what `linker.misc.save_model_to_json` wrote.
    ///
    /// What Splink itself fills in is filled in the same way: a level that training never saw, and is therefore not in
    /// the file, gets Splink's default m and u.
    ///
    /// # Errors
    /// When the text is not JSON, has a setting that is not known, or has SQL that is not supported. The error then
    /// names the comparison, the level and the character.
    pub fn from_json(text: &str) -> Result<Self, SplinkError> {
        let json: Json = serde_json::from_str(text).map_err(|error| SplinkError::Json(error.to_string()))?;
        let model = Fields::new(
            &json,
            "the model",
            &[
                "link_type",
                "comparisons",
                "blocking_rules_to_generate_predictions",
                "probability_two_random_records_match",
                "unique_id_column_name",
                "source_dataset_column_name",
                "sql_dialect",
                // What follows changes no pair, level or weight.
                "retain_matching_columns",
                "retain_intermediate_calculation_columns",
                "additional_columns_to_retain",
                "linker_uid",
                "em_convergence",
                "max_iterations",
                "match_weight_column_prefix",
                "bayes_factor_column_prefix",
                "term_frequency_adjustment_column_prefix",
                "comparison_vector_value_column_prefix",
            ],
        )?;
        let dialect = model.text("sql_dialect")?;
        if dialect.is_some_and(|dialect| dialect != "duckdb") {
            return Err(wrong("sql_dialect must be duckdb"));
        }
        let link_type = match model.text("link_type")? {
            Some("dedupe_only") => SplinkLinkType::DedupeOnly,
            Some("link_only") => SplinkLinkType::LinkOnly,
            Some("link_and_dedupe") => SplinkLinkType::LinkAndDedupe,
            _ => return Err(wrong("link_type must be dedupe_only, link_only or link_and_dedupe")),
        };
        let prior = model.number("probability_two_random_records_match")?.unwrap_or(0.0001);
        if !(prior > 0.0 && prior < 1.0) {
            return Err(wrong("probability_two_random_records_match must be between 0 and 1"));
        }
        let source = model.text("source_dataset_column_name")?.unwrap_or("source_dataset");
        let comparisons =
            model.list("comparisons")?.iter().enumerate().map(comparison).collect::<Result<Vec<_>, _>>()?;
        if comparisons.is_empty() {
            return Err(wrong("there are no comparisons"));
        }
        let rules = model.list("blocking_rules_to_generate_predictions")?;
        let rules = rules.iter().enumerate().map(rule).collect::<Result<Vec<_>, _>>()?;
        if rules.is_empty() {
            return Err(wrong("there are no blocking rules, and every record with every other is not supported"));
        }
        Ok(Self {
            link_type,
            prior: (prior / (1.0 - prior)).log2(),
            id: unquoted(model.text("unique_id_column_name")?.unwrap_or("unique_id"))?,
            source: (link_type != SplinkLinkType::DedupeOnly).then(|| unquoted(source)).transpose()?,
            comparisons,
            rules,
        })
    }

    /// Returns which records may be one person.
    pub fn link_type(&self) -> SplinkLinkType {
        self.link_type
    }

    /// Returns the log2 odds that two records drawn at random are one person.
    pub fn prior_weight(&self) -> f64 {
        self.prior
    }

    /// Returns the comparisons.
    pub fn comparisons(&self) -> &[SplinkComparison] {
        &self.comparisons
    }

    /// Returns the SQL of the blocking rules.
    pub fn blocking_rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.sql.as_str())
    }

    /// Returns the column that tells records apart.
    pub fn id_column(&self) -> &str {
        &self.id
    }

    /// Returns the column that says which data set a record is of, unless there is only one.
    pub fn source_column(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Returns every column that linking reads, each once.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if columns.iter().all(|column| column != name) {
                columns.push(name.to_owned());
            }
        };
        add(&self.id);
        self.source.iter().for_each(|source| add(source));
        for level in self.comparisons.iter().flat_map(|comparison| &comparison.levels) {
            level.condition.iter().for_each(|condition| condition.each_column(&mut |_, name| add(name)));
            level.frequency.iter().for_each(|frequency| add(&frequency.column));
        }
        for rule in &self.rules {
            let keys = rule.keys.iter().flat_map(|(left, right)| [left, right]);
            keys.chain(&rule.conditions).for_each(|expr| expr.each_column(&mut |_, name| add(name)));
        }
        columns
    }
}

fn wrong(reason: impl Into<String>) -> SplinkError {
    SplinkError::Model(reason.into())
}

pub(super) fn faulty(place: &str, fault: Fault) -> SplinkError {
    SplinkError::Sql { place: place.to_owned(), at: fault.at, reason: fault.reason }
}

/// A JSON object of which only some fields are known. `null` is as good as absent.
struct Fields<'a> {
    place: String,
    fields: &'a Map<String, Json>,
}

impl<'a> Fields<'a> {
    fn new(json: &'a Json, place: impl Into<String>, known: &[&str]) -> Result<Self, SplinkError> {
        let place = place.into();
        let Some(fields) = json.as_object() else { return Err(wrong(format!("{place} is not an object"))) };
        if let Some(field) = fields.keys().find(|field| !known.contains(&field.as_str())) {
            return Err(wrong(format!("{place}: the setting {field:?} is not known")));
        }
        Ok(Self { place, fields })
    }

    fn get(&self, field: &str) -> Option<&'a Json> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    fn of<T>(&self, field: &str, kind: &str, read: impl Fn(&'a Json) -> Option<T>) -> Result<Option<T>, SplinkError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| wrong(format!("{}: {field} is not {kind}", self.place)))
    }

    fn text(&self, field: &str) -> Result<Option<&'a str>, SplinkError> {
        self.of(field, "a text", Json::as_str)
    }

    fn number(&self, field: &str) -> Result<Option<f64>, SplinkError> {
        self.of(field, "a number", Json::as_f64)
    }

    fn truth(&self, field: &str) -> Result<bool, SplinkError> {
        Ok(self.of(field, "true or false", Json::as_bool)?.unwrap_or(false))
    }

    fn list(&self, field: &str) -> Result<&'a [Json], SplinkError> {
        let list = self.of(field, "a list", |value| value.as_array().map(Vec::as_slice))?;
        Ok(list.unwrap_or_default())
    }

    fn probability(&self, field: &str) -> Result<Option<f64>, SplinkError> {
        if self.get(field).and_then(Json::as_str) == Some(NOT_OBSERVED) {
            return Ok(Some(1e-6));
        }
        let found = self.number(field)?;
        match found {
            Some(found) if !(PROBABILITY_MIN..=1.0).contains(&found) => {
                Err(wrong(format!("{}: {field} is not between 1e-300 and 1", self.place)))
            }
            found => Ok(found),
        }
    }
}

fn comparison((place, json): (usize, &Json)) -> Result<SplinkComparison, SplinkError> {
    let known = ["output_column_name", "comparison_levels", "comparison_description"];
    let fields = Fields::new(json, format!("comparison {}", place + 1), &known)?;
    let Some(name) = fields.text("output_column_name")? else {
        return Err(wrong(format!("{}: output_column_name is missing", fields.place)));
    };
    let of = format!("comparison {name:?}");
    let drafts = fields.list("comparison_levels")?;
    let drafts =
        drafts.iter().enumerate().map(|(place, json)| Draft::new(json, &of, place)).collect::<Result<Vec<_>, _>>()?;
    match drafts.split_last() {
        Some((last, before)) if last.condition.is_none() && before.iter().all(|draft| draft.condition.is_some()) => {}
        _ => return Err(wrong(format!("{of}: the last level, and no other, must be ELSE"))),
    }
    let counted = drafts.iter().filter(|draft| !draft.null).count();
    if !(2..=100).contains(&counted) {
        return Err(wrong(format!("{of}: 2 to 100 levels are needed beside those of missing values")));
    }
    let (default_m, default_u) = defaults(counted);
    let mut left = counted;
    let mut numbered = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        if draft.null {
            numbered.push((-1, 1.0, 1.0));
            continue;
        }
        left -= 1;
        numbered.push((left as i8, draft.m.unwrap_or(default_m[left]), draft.u.unwrap_or(default_u[left])));
    }
    let exact_u = |column: &str| {
        let mut levels = drafts.iter().zip(&numbered);
        let same = |draft: &Draft| !draft.null && draft.exact.as_deref() == Some(&*column.to_lowercase());
        levels.find(|(draft, _)| same(draft)).map(|(_, (_, _, u))| *u)
    };
    let mut levels = Vec::with_capacity(drafts.len());
    for (draft, (gamma, m, u)) in drafts.iter().zip(&numbered) {
        let frequency = match &draft.frequency {
            Some(adjusted) if !draft.null && draft.condition.is_some() => {
                let base = if draft.own_u { Some(*u) } else { exact_u(&adjusted.column) };
                let Some(base) = base else {
                    return Err(wrong(format!(
                        "{}: no level is an exact match of {:?}, which the term frequency adjustment needs",
                        draft.place, adjusted.column
                    )));
                };
                Some(TermFrequency { log2_u: base.log2(), ..adjusted.clone() })
            }
            _ => None,
        };
        levels.push(SplinkLevel {
            label: draft.label.clone().unwrap_or_else(|| gamma.to_string()),
            sql: draft.sql.clone(),
            gamma: *gamma,
            weight: if draft.null { 0.0 } else { (m / u).log2() },
            condition: draft.condition.clone(),
            frequency,
        });
    }
    Ok(SplinkComparison { name: name.to_owned(), levels })
}

/// A level as it is written, before the others of its comparison are known.
struct Draft {
    place: String,
    label: Option<String>,
    sql: String,
    condition: Option<Expr>,
    null: bool,
    m: Option<f64>,
    u: Option<f64>,
    frequency: Option<TermFrequency>,
    /// The term frequency replaces the u of this level, not that of the exact match.
    own_u: bool,
    /// The one column, in small letters, that the condition compares for equality and nothing else.
    exact: Option<String>,
}

impl Draft {
    fn new(json: &Json, of: &str, place: usize) -> Result<Self, SplinkError> {
        let known = [
            "sql_condition",
            "label_for_charts",
            "is_null_level",
            "m_probability",
            "u_probability",
            "fix_m_probability",
            "fix_u_probability",
            "tf_adjustment_column",
            "tf_adjustment_weight",
            "tf_minimum_u_value",
            "disable_tf_exact_match_detection",
        ];
        let fields = Fields::new(json, format!("{of}, level {}", place + 1), &known)?;
        let label = fields.text("label_for_charts")?.map(str::to_owned);
        let place = match &label {
            Some(label) => format!("{} ({label:?})", fields.place),
            None => fields.place.clone(),
        };
        let Some(sql) = fields.text("sql_condition")? else {
            return Err(wrong(format!("{place}: sql_condition is missing")));
        };
        let condition = if sql.trim().eq_ignore_ascii_case("else") {
            None
        } else {
            Some(parse(sql, Naming::Suffix).map_err(|fault| faulty(&place, fault))?)
        };
        let frequency = match fields.text("tf_adjustment_column")? {
            Some(column) => {
                let weight = fields.number("tf_adjustment_weight")?.unwrap_or(1.0);
                let minimum = fields.number("tf_minimum_u_value")?.unwrap_or(0.0);
                if !weight.is_finite() || !(0.0..=1.0).contains(&minimum) {
                    return Err(wrong(format!("{place}: the term frequency adjustment is out of range")));
                }
                let column = unquoted(column)?;
                (weight != 0.0).then_some(TermFrequency { column, weight, minimum, log2_u: 0.0 })
            }
            None => None,
        };
        Ok(Self {
            exact: condition.as_ref().and_then(exact_column),
            label,
            sql: sql.to_owned(),
            condition,
            null: fields.truth("is_null_level")?,
            m: fields.probability("m_probability")?,
            u: fields.probability("u_probability")?,
            frequency,
            own_u: fields.truth("disable_tf_exact_match_detection")?,
            place,
        })
    }
}

/// Returns a name of a column without its quotation marks.
fn unquoted(name: &str) -> Result<String, SplinkError> {
    let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    let name = bare.map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""));
    if name.contains('[') {
        return Err(wrong(format!("the column {name:?}: parts of lists and structs are not supported")));
    }
    Ok(name)
}

/// Returns the one column, in small letters, that a condition compares with itself and does nothing else.
fn exact_column(condition: &Expr) -> Option<String> {
    let mut found: Option<String> = None;
    for part in condition.conjuncts() {
        let Kind::Compare(Comparator::Equal, one, other) = &part.kind else { return None };
        let (Kind::Column(_, one), Kind::Column(_, other)) = (&one.kind, &other.kind) else { return None };
        let (one, other) = (one.to_lowercase(), other.to_lowercase());
        if one != other || found.is_some_and(|found| found != one) {
            return None;
        }
        found = Some(one);
    }
    found
}

/// Returns the m and u that Splink takes where none are given, by the number of the level.
fn defaults(levels: usize) -> (Vec<f64>, Vec<f64>) {
    let rest = (1.0 - 0.95) / (levels - 1) as f64;
    let mut m = vec![rest; levels - 1];
    m.push(0.95);
    let mut weights: Vec<f64> = if levels == 2 {
        vec![-5.0]
    } else {
        let step = (3.0 - -5.0) / (levels - 2) as f64;
        (0..levels - 1).map(|place| -5.0 + place as f64 * step).collect()
    };
    weights.push(10.0);
    let u = m.iter().zip(&weights).map(|(m, weight)| m / weight.exp2()).collect();
    (m, u)
}

fn rule((place, json): (usize, &Json)) -> Result<Rule, SplinkError> {
    let place = format!("blocking rule {}", place + 1);
    let sql = match json {
        Json::String(sql) => sql,
        _ => {
            let known = ["blocking_rule", "sql_dialect", "arrays_to_explode", "salting_partitions"];
            let fields = Fields::new(json, place.clone(), &known)?;
            if fields.text("sql_dialect")?.is_some_and(|dialect| dialect != "duckdb") {
                return Err(wrong(format!("{place}: sql_dialect must be duckdb")));
            }
            if !fields.list("arrays_to_explode")?.is_empty() {
                return Err(wrong(format!("{place}: arrays_to_explode is not supported")));
            }
            let Some(Json::String(sql)) = fields.get("blocking_rule") else {
                return Err(wrong(format!("{place}: blocking_rule is missing")));
            };
            sql
        }
    };
    let condition = parse(sql, Naming::Table).map_err(|fault| faulty(&place, fault))?;
    let (mut keys, mut conditions) = (Vec::new(), Vec::new());
    for part in condition.conjuncts() {
        match equality(part) {
            Some(key) => keys.push(key),
            None => conditions.push(part.clone()),
        }
    }
    if keys.is_empty() {
        let reason = "a blocking rule needs an equality between l and r, joined to the rest with AND";
        return Err(faulty(&place, Fault::new(condition.at, reason)));
    }
    Ok(Rule { sql: sql.clone(), keys, conditions })
}

/// Returns both sides of an equality between the left record and the right one, the left one first.
fn equality(part: &Expr) -> Option<(Expr, Expr)> {
    let Kind::Compare(Comparator::Equal, one, other) = &part.kind else { return None };
    match (only_side(one)?, only_side(other)?) {
        (Side::Left, Side::Right) => Some(((**one).clone(), (**other).clone())),
        (Side::Right, Side::Left) => Some(((**other).clone(), (**one).clone())),
        _ => None,
    }
}

/// Returns the side that all columns of an expression are of, where there is one.
pub(super) fn only_side(expr: &Expr) -> Option<Side> {
    let (mut left, mut right) = (false, false);
    expr.each_column(&mut |side, _| match side {
        Side::Left => left = true,
        Side::Right => right = true,
    });
    match (left, right) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => None,
    }
}
