//! Why a record is of its person, in few bytes: levels of agreement, never values.
//!
//! A record is told of the base records of its person, an attached one of those of its own register too, and of no
//! others: they may be hidden from who asks.

use std::collections::HashMap;

use indexmap::IndexMap;
use matching::Model;
use serde::{Deserialize, Serialize};

/// What the column `why` of `spine.links` holds, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Why {
    /// It is the only record of its person among those that it is told of.
    Alone,
    /// It agrees with another record; by comparison, the level of agreement. A comparison of which one record lacks the
    /// value is not named.
    Score {
        /// The levels.
        levels: IndexMap<String, String>,
    },
    /// A steward judged that it and the other record are of one person: whatever they weigh, that ties them. By comparison, the
    /// level of agreement all the same. Earlier versions name none.
    Judgement {
        /// The levels.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
        levels: IndexMap<String, String>,
    },
    /// Records that it has no kept pair with connect it, for instance because blocking gave none.
    Others,
}

impl Why {
    /// Tells whether what `why` holds says that a judgement ties the record to its person, without reading all of it.
    #[must_use]
    pub fn is_judgement(text: &str) -> bool {
        text.starts_with(BY_JUDGEMENT)
    }
}

/// How the JSON of [`Why::Judgement`] begins.
const BY_JUDGEMENT: &str = r#"{"by":"judgement""#;

/// The reasons of a run as JSON, each once: a million records have a few thousand.
pub(crate) struct Whys {
    texts: Vec<String>,
    /// By pattern, and whether a judgement ties the pair.
    by_pattern: HashMap<(u64, bool), u32>,
}

impl Whys {
    /// The place of [`Why::Alone`].
    pub(crate) const ALONE: u32 = 0;
    /// The place of [`Why::Others`].
    pub(crate) const OTHERS: u32 = 1;

    pub(crate) fn new() -> Self {
        Self { texts: [Why::Alone, Why::Others].iter().map(json).collect(), by_pattern: HashMap::new() }
    }

    /// Gives the place of a pattern's reason, `judged` or by its score. A pattern has four bits for each comparison of `model`, the
    /// first in the lowest, 0 for missing.
    pub(crate) fn of_pattern(&mut self, model: &Model, pattern: u64, judged: bool) -> u32 {
        if let Some(place) = self.by_pattern.get(&(pattern, judged)) {
            return *place;
        }
        let mut levels = IndexMap::new();
        for (place, comparison) in model.comparisons.iter().enumerate() {
            let level = (pattern >> (4 * place) & 0xf) as usize;
            if let Some(level) = level.checked_sub(1).and_then(|place| comparison.levels.get(place)) {
                levels.insert(comparison.name.clone(), level.name.clone());
            }
        }
        let place = self.texts.len() as u32;
        self.texts.push(json(&if judged { Why::Judgement { levels } } else { Why::Score { levels } }));
        self.by_pattern.insert((pattern, judged), place);
        place
    }

    /// Gives the JSON at a place.
    pub(crate) fn text(&self, place: u32) -> &str {
        &self.texts[place as usize]
    }
}

/// Gives the JSON of a reason. A map of texts can always be written.
fn json(why: &Why) -> String {
    serde_json::to_string(why).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::{Block, Comparison, Kind, Settings};

    #[test]
    fn a_pattern_names_the_levels_of_what_was_compared() {
        let settings = Settings {
            comparisons: vec![
                Comparison::new("first_name", Kind::GivenName),
                Comparison::new("birth_date", Kind::Date),
                Comparison::new("national_id", Kind::Identifier),
            ],
            blocks: vec![Block::on(["national_id"]).unwrap()],
            ..Settings::default()
        };
        let model = Model::presumed(&settings);
        let mut whys = Whys::new();
        let place = whys.of_pattern(&model, 0x201, false);
        let Why::Score { levels } = serde_json::from_str(whys.text(place)).unwrap() else { panic!("no score") };
        let names: Vec<&String> = levels.keys().collect();
        assert_eq!(names, ["first_name", "national_id"], "what is missing is not named");
        assert_eq!(levels["national_id"], model.comparisons[2].levels[1].name);
        assert_eq!(whys.of_pattern(&model, 0x201, false), place, "each pattern is written once");
        let judged = whys.of_pattern(&model, 0x201, true);
        let why: Why = serde_json::from_str(whys.text(judged)).unwrap();
        assert_eq!(why, Why::Judgement { levels }, "a judged pair names them as well");
        assert!(Why::is_judgement(whys.text(judged)) && !Why::is_judgement(whys.text(place)));
        let of_before = r#"{"by":"judgement"}"#;
        assert_eq!(serde_json::from_str::<Why>(of_before).unwrap(), Why::Judgement { levels: IndexMap::new() });
        assert!(Why::is_judgement(of_before));
        let fixed = [(Whys::ALONE, Why::Alone), (Whys::OTHERS, Why::Others)];
        for (place, why) in fixed {
            assert_eq!(serde_json::from_str::<Why>(whys.text(place)).unwrap(), why);
            assert!(!Why::is_judgement(whys.text(place)));
        }
    }
}
