//! The land: 24 districts, their towns, postcodes and streets. It is the same for every seed.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::dice::{Dice, Ranked};
use crate::identifiers::mix;

/// A district of the republic.
pub(crate) struct District {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) capital: &'static str,
    /// Share of the population in thousandths; all districts together have 1,000.
    pub(crate) per_mille: u32,
}

const fn district(code: &'static str, name: &'static str, capital: &'static str, per_mille: u32) -> District {
    District { code, name, capital, per_mille }
}

/// The districts, row by row from the north-west; the code is also the first two digits of their postcodes.
pub(crate) const DISTRICTS: [District; 24] = [
    district("01", "Northreach", "Calder Point", 18),
    district("02", "Upper Wend", "Wendover Cross", 22),
    district("03", "Saltmarsh", "Saltmarsh", 27),
    district("04", "Kestrel Coast", "Port Kestrel", 41),
    district("05", "Farrow Isles", "Farrow", 9),
    district("06", "Highmoor", "Moorgate", 15),
    district("07", "West Alden", "Aldenford", 46),
    district("08", "East Alden", "Brightwater", 58),
    district("09", "Valmere", "Port Valmere", 168),
    district("10", "Valmere Bay", "Bayhaven", 92),
    district("11", "Sorrel Hills", "Sorrel", 24),
    district("12", "Lowmark", "Markham Ferry", 31),
    district("13", "Thornwick", "Thornwick", 37),
    district("14", "Mid Cressing", "Cressing", 63),
    district("15", "Great Cressing", "Castlebridge", 81),
    district("16", "Ambermouth", "Ambermouth", 55),
    district("17", "Eastern Shoals", "Lanternhead", 19),
    district("18", "Quarry Vale", "Stonequarry", 28),
    district("19", "Rook Country", "Rookhaven", 21),
    district("20", "Southfold", "Southfold", 34),
    district("21", "Linden Plain", "Lindenau", 39),
    district("22", "Marisol", "Puerto Marisol", 44),
    district("23", "Cape Verity", "Verity", 16),
    district("24", "Southern Marches", "Marchend", 12),
];

/// A dwelling.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) number: u32,
    pub(crate) unit: Option<u32>,
    pub(crate) street: String,
    pub(crate) town: String,
    pub(crate) postcode: String,
    pub(crate) district: usize,
    /// Which dwelling this is, for its landline; unequal for most pairs of dwellings.
    pub(crate) serial: u64,
}

const STREET_NAMES: &str = "Main Church Park Oak Maple Cedar Elm Washington Lake Hill Walnut Spring North South Ridge Mill River Sunset Railroad Jackson Highland Pine Cherry Franklin Meadow Forest Center Willow Chestnut Green Birch Liberty Union Market Water Front Bridge Station School College Victoria Queen King Albert Station Orchard Garden Harbour Beach Cliff Lighthouse Dock Chapel Abbey Priory Castle Tower Manor Grange Hall Court Bishop Abbot Friar Kestrel Falcon Heron Swan Rook Raven Lark Finch Robin Amber Sorrel Thorn Linden Rowan Hazel Alder Ash Beech Hawthorn Juniper Laurel Lilac Magnolia Poplar Sycamore Copper Iron Silver Granite Slate Quarry Foundry Forge Weaver Cooper Mason Tanner Baker Fletcher Miller Shepherd Drover Carter Wharf Canal Weir Ford Brook Marsh Fen Moor Heath Common Copse Dell Glen Vale Summit Prospect Belmont Clifton Grove Hampton Kingston Lancaster Lincoln Madison Monroe Nelson Osborne Pembroke Regent Richmond Salisbury Somerset Stafford Sussex Warwick Wellington Westminster Windsor York Verity Marisol Valmere Alden Cressing Founders Constitution Republic Independence Concord Harmony Unity Peace Charter Senate Assembly";
const STREET_KINDS: [&str; 9] = ["Street", "Road", "Avenue", "Lane", "Drive", "Close", "Way", "Court", "Place"];
const TOWN_STARTS: [&str; 24] = [
    "Ash", "Bram", "Cold", "Dun", "East", "Fair", "Glen", "Hart", "Ivy", "Kings", "Long", "Mill", "New", "Oak", "Pen",
    "Red", "Sand", "Stan", "Thorn", "Upper ", "West", "Whit", "Wood", "Yar",
];
const TOWN_ENDINGS: [&str; 12] =
    ["ford", "ton", "bridge", "field", "haven", "mere", "bury", "well", "ley", "port", "wick", "combe"];

/// Postcodes a district has: more people, more postcodes.
fn postcode_count(district: &District) -> u64 {
    8 + u64::from(district.per_mille)
}

static STREETS: LazyLock<Vec<&'static str>> = LazyLock::new(|| STREET_NAMES.split_whitespace().collect());
static STREET_RANKS: LazyLock<Ranked> = LazyLock::new(|| Ranked::new(36, 12));

/// Gives a district, by population.
pub(crate) fn any_district(dice: &mut Dice) -> usize {
    dice.weighted(&DISTRICTS.each_ref().map(|d| d.per_mille))
}

/// Gives a dwelling in this district.
pub(crate) fn dwelling(dice: &mut Dice, district: usize) -> Address {
    let place = &DISTRICTS[district];
    let count = postcode_count(place);
    let local = dice.below(count as usize) as u64;
    let postcode = format!("{}{:03}", place.code, 10 + local * (980 / count));
    // A postcode has 36 streets, always the same.
    let rank = STREET_RANKS.draw(dice) as u64;
    let hash = mix((district as u64) << 32 | local << 8 | rank);
    let name = STREETS[(hash % STREETS.len() as u64) as usize];
    let kind = STREET_KINDS[((hash >> 32) % STREET_KINDS.len() as u64) as usize];
    let longest = if dice.chance(0.7) { 120 } else { 900 };
    let number = 1 + dice.below(longest) as u32;
    let unit = dice.chance(0.24).then(|| 1 + dice.below(40) as u32);
    Address {
        number,
        unit,
        street: format!("{name} {kind}"),
        town: town(district, local, count),
        postcode,
        district,
        serial: dice.word() % 1_000_000_000,
    }
}

/// Gives the town of a postcode: the first third of a district's postcodes are its capital's.
fn town(district: usize, local: u64, count: u64) -> String {
    if local < count / 3 {
        return DISTRICTS[district].capital.to_owned();
    }
    let hash = mix((district as u64) << 16 | (local / 4));
    let start = TOWN_STARTS[(hash % 24) as usize];
    let ending = TOWN_ENDINGS[((hash >> 32) % 12) as usize];
    if start.ends_with(' ') { format!("{start}{}", capitalised(ending)) } else { format!("{start}{ending}") }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Gives the districts as GeoJSON (RFC 7946): a grid of six by four with shared, crooked borders, so that no two
/// polygons overlap. The republic lies in an empty part of the southern Pacific Ocean.
pub(crate) fn geojson() -> String {
    let mut text = String::from(
        "{\"type\":\"FeatureCollection\",\"name\":\"Districts of the Republic of Valmere\",\"features\":[\n",
    );
    for (index, district) in DISTRICTS.iter().enumerate() {
        let (row, column) = ((index / 6) as u64 * 2, (index % 6) as u64 * 2);
        // Corners and the middles of sides, anticlockwise from the south-west, as RFC 7946 wants outer rings.
        let ring = [(2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0)];
        let points: Vec<String> = ring.iter().map(|(down, right)| point(row + down, column + right)).collect();
        let _ = write!(
            text,
            "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{}\",\"name\":\"{}\",\"capital\":\"{}\",\"population_share\":0.{:03},\"postcode_prefix\":\"{}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
            district.code,
            district.name,
            district.capital,
            district.per_mille,
            district.code,
            points.join(",")
        );
        text.push_str(if index + 1 < DISTRICTS.len() { ",\n" } else { "\n" });
    }
    text.push_str("]}\n");
    text
}

/// Gives a vertex of the grid, moved by at most a quarter of the distance to its neighbours.
fn point(down: u64, right: u64) -> String {
    let hash = mix(down << 32 | right);
    let shift = |bits: u64| (bits % 201) as i64 - 100;
    // In thousandths of a degree: half a cell is 500 wide and 400 high.
    let longitude = -131_000 + right as i64 * 500 + shift(hash) * 125 / 100;
    let latitude = -34_000 - down as i64 * 400 + shift(hash >> 32);
    format!("[{},{}]", thousandths(longitude), thousandths(latitude))
}

fn thousandths(value: i64) -> String {
    format!("{}{}.{:03}", if value < 0 { "-" } else { "" }, value.abs() / 1_000, value.abs() % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(DISTRICTS.iter().map(|d| d.per_mille).sum::<u32>(), 1_000);
    }

    #[test]
    fn districts_do_not_overlap() {
        let parsed: serde_json::Value = serde_json::from_str(&geojson()).unwrap();
        let features = parsed["features"].as_array().unwrap();
        assert_eq!(features.len(), 24);
        let area = |ring: &[(f64, f64)]| -> f64 {
            ring.windows(2).map(|w| w[0].0 * w[1].1 - w[1].0 * w[0].1).sum::<f64>() / 2.0
        };
        let mut edges = std::collections::HashMap::new();
        let mut total = 0.0;
        for feature in features {
            let ring: Vec<(f64, f64)> = feature["geometry"]["coordinates"][0]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| (p[0].as_f64().unwrap(), p[1].as_f64().unwrap()))
                .collect();
            assert!(area(&ring) > 0.0, "the ring must run anticlockwise");
            total += area(&ring);
            for pair in ring.windows(2) {
                *edges.entry(format!("{:?}", pair)).or_insert(0) += 1;
            }
        }
        // Each directed edge belongs to one polygon, and the areas sum to the area inside the outer border: a tiling.
        assert!(edges.values().all(|count| *count == 1));
        let mut outer: Vec<(f64, f64)> = Vec::new();
        let parse = |p: String| -> (f64, f64) {
            let v: Vec<f64> = serde_json::from_str(&p).unwrap();
            (v[0], v[1])
        };
        outer.extend((0..12).map(|right| parse(point(8, right))));
        outer.extend((1..=8).rev().map(|down| parse(point(down, 12))));
        outer.extend((1..=12).rev().map(|right| parse(point(0, right))));
        outer.extend((0..=8).map(|down| parse(point(down, 0))));
        assert!((area(&outer) - total).abs() < 1e-6, "{} and {total}", area(&outer));
    }

    #[test]
    fn postcodes_begin_with_their_district() {
        let mut dice = Dice::new(1, 1);
        for _ in 0..2_000 {
            let district = any_district(&mut dice);
            let address = dwelling(&mut dice, district);
            assert!(address.postcode.starts_with(DISTRICTS[district].code));
            assert_eq!(address.postcode.len(), 5);
        }
    }
}
