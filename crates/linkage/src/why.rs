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
    /// A judgement put it there, and no pair that it makes with a record of the person was kept.
    Judgement,
    /// Records that it has no kept pair with connect it, for instance because blocking gave none.
    Others,
}

/// The reasons of a run as JSON, each once: a million records have a few thousand.
pub(crate) struct Whys {
    texts: Vec<String>,
    by_pattern: HashMap<u64, u32>,
}

impl Whys {
    /// The place of [`Why::Alone`].
    pub(crate) const ALONE: u32 = 0;
    /// The place of [`Why::Judgement`].
    pub(crate) const JUDGEMENT: u32 = 1;
    /// The place of [`Why::Others`].
    pub(crate) const OTHERS: u32 = 2;

    pub(crate) fn new() -> Self {
        Self { texts: [Why::Alone, Why::Judgement, Why::Others].iter().map(json).collect(), by_pattern: HashMap::new() }
    }

    /// Gives the place of a pattern's reason. A pattern has four bits for each comparison of `model`, the first in the
    /// lowest, 0 for missing.
    pub(crate) fn of_pattern(&mut self, model: &Model, pattern: u64) -> u32 {
        if let Some(place) = self.by_pattern.get(&pattern) {
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
        self.texts.push(json(&Why::Score { levels }));
        self.by_pattern.insert(pattern, place);
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
        let place = whys.of_pattern(&model, 0x201);
        let Why::Score { levels } = serde_json::from_str(whys.text(place)).unwrap() else { panic!("no score") };
        let names: Vec<&String> = levels.keys().collect();
        assert_eq!(names, ["first_name", "national_id"], "what is missing is not named");
        assert_eq!(levels["national_id"], model.comparisons[2].levels[1].name);
        assert_eq!(whys.of_pattern(&model, 0x201), place, "each pattern is written once");
        let fixed = [(Whys::ALONE, Why::Alone), (Whys::JUDGEMENT, Why::Judgement), (Whys::OTHERS, Why::Others)];
        for (place, why) in fixed {
            assert_eq!(serde_json::from_str::<Why>(whys.text(place)).unwrap(), why);
        }
    }
}
