//! What each comparison adds to the weight of a pair.

use super::linker::{Place, SplinkLinker, SplinkPair, lanes};

/// Takes weights of pairs apart. Holds four bytes for each record.
pub struct SplinkParts<'a> {
    linker: &'a SplinkLinker,
    /// The place of each record of the input in the order of ids.
    places: Vec<u32>,
}

impl SplinkLinker {
    /// Returns what takes weights of its pairs apart.
    pub fn parts(&self) -> SplinkParts<'_> {
        let mut places = vec![0; self.order.len()];
        for (place, record) in (0_u32..).zip(&self.order) {
            places[*record as usize] = place;
        }
        SplinkParts { linker: self, places }
    }
}

impl SplinkParts<'_> {
    /// Returns the linker whose pairs it takes apart.
    pub fn linker(&self) -> &SplinkLinker {
        self.linker
    }

    /// Returns what each comparison adds to the weight of a pair, in the order of the model, term frequencies included:
    /// log2 of what Splink has in its `bf_…` columns times `bf_tf_adj_…`. With the model's prior they add up to the weight.
    pub fn weights(&self, pair: &SplinkPair) -> impl Iterator<Item = f64> {
        let linker = self.linker;
        let width = lanes(linker.singles.len());
        let row = |record: u32| self.places[record as usize] as usize * width;
        let (left, right) = (row(pair.left), row(pair.right));
        let SplinkPair { left: left_record, right: right_record, .. } = *pair;
        linker.levels(pair).zip(&linker.places).map(move |(level, place)| match place {
            Place::Single(lane) => {
                let single = &linker.singles[*lane];
                let (a, b) = (linker.rows[left + *lane], linker.rows[right + *lane]);
                single.weights[level] + single.adjustment(level as u8, a, b)
            }
            Place::Other(at) => {
                let other = &linker.others[*at];
                other.weights[level] + other.adjustment(level as u8, left_record, right_record)
            }
        })
    }
}
