//! People and their lives, made family by family.
//!
//! A block is a fixed number of people whose families know nothing of other blocks, made from a stream of its own:
//! blocks can be made in any order, on any thread, and are the same. Founders marry, have children, move, part and die;
//! children leave home, marry people made for them, and so on until the day of delivery or until the block is full.

use crate::day::{AS_OF, Day};
use crate::dice::Dice;
use crate::names::{self, Culture, Sex};
use crate::place::{self, Address};

/// Where a person born abroad came from.
pub(crate) struct Country {
    /// ISO 3166-1 alpha-3.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// A person's arrival from abroad.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) day: Day,
    pub(crate) country: &'static Country,
}

/// One person, as they are: the truth that the registers see through their errors.
pub(crate) struct Person {
    /// The person's number in the republic, from 0.
    pub(crate) id: u64,
    pub(crate) sex: Sex,
    pub(crate) culture: Culture,
    pub(crate) birth: Day,
    pub(crate) death: Option<Day>,
    pub(crate) first: String,
    pub(crate) middle: Option<String>,
    /// `Jr` or `III`, of a son who bears his father's name.
    pub(crate) suffix: Option<&'static str>,
    /// Surnames with the day from which each was borne; the first is from birth, so there is always one.
    pub(crate) surnames: Vec<(Day, String)>,
    /// Dwellings with the day of moving in, as indices into the block's dwellings.
    pub(crate) homes: Vec<(Day, u32)>,
    /// Spouse, parents, siblings: those whose papers lie in the same drawer. Indices into the block's people.
    pub(crate) kin: Vec<u32>,
    pub(crate) spouse: Option<u32>,
    pub(crate) married: Option<Day>,
    pub(crate) mother_maiden: String,
    pub(crate) father_name: String,
    pub(crate) arrival: Option<Arrival>,
    pub(crate) birthplace: String,
}

/// The people of one block and the dwellings they lived in.
pub(crate) struct Block {
    pub(crate) people: Vec<Person>,
    pub(crate) homes: Vec<Address>,
}

impl Person {
    /// Gives the surname borne on this day.
    pub(crate) fn surname_on(&self, day: Day) -> &str {
        let borne = self.surnames.iter().rev().find(|(from, _)| *from <= day).or(self.surnames.first());
        borne.map_or("", |(_, name)| name)
    }

    /// Gives the place in `homes` of the dwelling on this day: the first one for days before it, none for the homeless.
    pub(crate) fn home_on(&self, day: Day) -> Option<usize> {
        if self.homes.is_empty() {
            return None;
        }
        Some(self.homes.iter().rposition(|(from, _)| *from <= day).unwrap_or(0))
    }

    pub(crate) fn alive_on(&self, day: Day) -> bool {
        self.birth <= day && self.death.is_none_or(|death| day < death)
    }

    pub(crate) fn age_on(&self, day: Day) -> f64 {
        day.years_since(self.birth)
    }
}

/// Dwellings are kept from here on; no register holds an older address.
const FIRST_MOVE: Day = Day::civil(1994, 1, 1);

/// Ages at death, as evenly spaced quantiles: chosen by us to look like those of a rich country, from no life table.
const DEATH_AGES: [f64; 11] = [0.5, 57.0, 67.0, 73.0, 78.0, 82.0, 85.5, 88.5, 91.5, 95.5, 104.0];

/// Chances of 0, 1, 2, … children of a couple, in percent.
const CHILDREN: [u32; 6] = [19, 21, 35, 16, 6, 3];

macro_rules! countries {
    ($($code:literal $name:literal),*) => { &[$(Country { code: $code, name: $name }),*] };
}

/// Gives the countries that people of this culture come from.
fn origins(culture: Culture) -> &'static [Country] {
    match culture {
        Culture::Anglo => {
            countries!["GBR" "United Kingdom", "IRL" "Ireland", "AUS" "Australia", "USA" "United States", "CAN" "Canada", "NZL" "New Zealand"]
        }
        Culture::Hispanic => {
            countries!["MEX" "Mexico", "COL" "Colombia", "ESP" "Spain", "PER" "Peru", "ARG" "Argentina", "CUB" "Cuba", "SLV" "El Salvador"]
        }
        Culture::French => countries!["FRA" "France", "CAN" "Canada", "BEL" "Belgium", "CHE" "Switzerland"],
        Culture::Germanic => countries!["DEU" "Germany", "NLD" "Netherlands", "AUT" "Austria", "BEL" "Belgium"],
        Culture::Slavic => {
            countries!["POL" "Poland", "UKR" "Ukraine", "CZE" "Czechia", "SRB" "Serbia", "HRV" "Croatia"]
        }
        Culture::Arabic => {
            countries!["MAR" "Morocco", "EGY" "Egypt", "SYR" "Syria", "LBN" "Lebanon", "IRQ" "Iraq", "DZA" "Algeria"]
        }
        Culture::SouthAsian => countries!["IND" "India", "PAK" "Pakistan", "BGD" "Bangladesh", "LKA" "Sri Lanka"],
        Culture::EastAsian => countries!["CHN" "China", "VNM" "Viet Nam", "KOR" "Korea", "JPN" "Japan"],
        Culture::WestAfrican => {
            countries!["NGA" "Nigeria", "GHA" "Ghana", "SEN" "Senegal", "MLI" "Mali", "CIV" "Côte d'Ivoire"]
        }
    }
}

struct Maker<'d> {
    dice: &'d mut Dice,
    first_id: u64,
    size: usize,
    block: Block,
}

/// Makes a block of exactly `size` people, numbered from `first_id`.
pub(crate) fn block(dice: &mut Dice, first_id: u64, size: usize) -> Block {
    let block = Block { people: Vec::with_capacity(size), homes: Vec::with_capacity(size * 3) };
    let mut maker = Maker { dice, first_id, size, block };
    while !maker.full() {
        maker.dynasty();
    }
    maker.block
}

impl Maker<'_> {
    fn full(&self) -> bool {
        self.block.people.len() >= self.size
    }

    fn person(&mut self, index: u32) -> &mut Person {
        &mut self.block.people[index as usize]
    }

    /// Founds one family, or a person who lives alone.
    fn dynasty(&mut self) {
        let culture = names::culture(self.dice);
        let year = self.dice.between(1934, 1998);
        let surname = names::surname(self.dice, culture);
        let sex = self.sex();
        let district = place::any_district(self.dice);
        let founder = self.newcomer(culture, sex, year, surname, district);
        self.grow_up(founder, district);
    }

    fn sex(&mut self) -> Sex {
        if self.dice.chance(0.512) { Sex::Male } else { Sex::Female }
    }

    /// Makes a person without parents in the republic's registers.
    fn newcomer(&mut self, culture: Culture, sex: Sex, year: i32, surname: String, district: usize) -> u32 {
        let birth = Day::civil(year, 1, 1).plus(self.dice.between(0, 364));
        let born_abroad = self.dice.chance(if culture == Culture::Anglo { 0.04 } else { 0.38 });
        let arrival = born_abroad.then(|| {
            let countries = origins(culture);
            let country = &countries[self.dice.below(countries.len())];
            let earliest = birth.max(Day::civil(1985, 1, 1));
            let latest = birth.plus_years(38.0).max(Day::civil(2003, 1, 1)).min(AS_OF.plus(-60));
            Arrival { day: Day(self.dice.between(earliest.0, latest.0)), country }
        });
        let surname = if sex == Sex::Female { names::feminine(culture, &surname) } else { surname };
        let mother_maiden = names::surname(self.dice, culture);
        let father = names::given(self.dice, culture, Sex::Male, year - 30);
        let birthplace = match arrival {
            Some(arrival) => arrival.country.name.to_owned(),
            None => place::DISTRICTS[district].capital.to_owned(),
        };
        let first = names::given(self.dice, culture, sex, year);
        let middle = self.middle(culture, sex, year);
        let father_name = format!("{father} {surname}");
        self.add(Person {
            id: 0,
            sex,
            culture,
            birth,
            death: None,
            first,
            middle,
            suffix: None,
            surnames: vec![(birth, surname)],
            homes: Vec::new(),
            kin: Vec::new(),
            spouse: None,
            married: None,
            mother_maiden,
            father_name,
            arrival,
            birthplace,
        })
    }

    fn middle(&mut self, culture: Culture, sex: Sex, year: i32) -> Option<String> {
        let share = match culture {
            Culture::Anglo => 0.82,
            Culture::Hispanic => 0.35,
            Culture::French | Culture::Germanic | Culture::Slavic | Culture::WestAfrican => 0.5,
            Culture::Arabic | Culture::SouthAsian => 0.25,
            Culture::EastAsian => 0.05,
        };
        self.dice.chance(share).then(|| names::given(self.dice, culture, sex, year - 25))
    }

    /// Adds the person, with the day of death (nobody dies before the registers begin, in 1996).
    fn add(&mut self, mut person: Person) -> u32 {
        let earliest = Day::civil(1996, 1, 1).max(person.arrival.map_or(person.birth, |arrival| arrival.day));
        let mut death = person.birth.plus_years(self.dice.quantile(&DEATH_AGES)).plus(self.dice.between(0, 364));
        if death <= earliest {
            death = earliest.plus(self.dice.between(30, 12_000));
        }
        person.death = (death < AS_OF).then_some(death);
        person.id = self.first_id + self.block.people.len() as u64;
        self.block.people.push(person);
        (self.block.people.len() - 1) as u32
    }

    /// Takes a person from leaving the parents' home (or arriving) through marriages to the end.
    fn grow_up(&mut self, index: u32, district: usize) {
        let age_leaving = f64::from(self.dice.between(19, 27));
        let person = self.person(index);
        let (birth, sex, arrival) = (person.birth, person.sex, person.arrival);
        let end = person.death.unwrap_or(AS_OF);
        let leaves = birth.plus_years(age_leaving).max(arrival.map_or(birth, |arrival| arrival.day));
        let has_home = !person.homes.is_empty();
        if has_home && leaves >= end {
            return;
        }
        let leaves = if has_home { leaves } else { leaves.min(end.plus(-1)).max(birth) };
        let marries = leaves.plus(self.dice.between(100, 4_400));
        let stays_single = self.dice.chance(0.26);
        if stays_single || marries >= end || self.full() {
            self.settle(&[index], leaves, end, district);
            return;
        }
        self.settle(&[index], leaves, marries, district);
        let spouse = self.spouse(index, sex);
        if marries >= self.person(spouse).death.unwrap_or(AS_OF) {
            self.settle(&[index], marries, end, district);
            let (born, end) = (self.person(spouse).birth, self.person(spouse).death.unwrap_or(AS_OF));
            self.settle(&[spouse], born, end, district);
            return;
        }
        self.live_together(index, spouse, marries, district, true);
    }

    /// Makes somebody to marry.
    fn spouse(&mut self, index: u32, sex: Sex) -> u32 {
        let (birth_year, own_culture) = (self.person(index).birth.year(), self.person(index).culture);
        let culture = if self.dice.chance(0.78) { own_culture } else { names::culture(self.dice) };
        let year = birth_year + self.dice.between(-4, 4);
        let other = if sex == Sex::Male { Sex::Female } else { Sex::Male };
        let same_sex = self.dice.chance(0.02);
        let surname = names::surname(self.dice, culture);
        let district = place::any_district(self.dice);
        self.newcomer(culture, if same_sex { sex } else { other }, year, surname, district)
    }

    /// Takes a couple from the wedding through moves, children, divorce or death.
    fn live_together(&mut self, one: u32, two: u32, wedding: Day, district: usize, may_have_children: bool) {
        let wedding = self.start_after_arrival(one, two, wedding);
        let last = |maker: &mut Self, index: u32| maker.person(index).death.unwrap_or(AS_OF);
        let (end_one, end_two) = (last(self, one), last(self, two));
        let together = end_one.min(end_two);
        let parts = wedding.plus(self.dice.between(700, 9_000));
        let divorces = self.dice.chance(0.34) && parts < together;
        let until = if divorces { parts } else { together };
        self.person(one).spouse = Some(two);
        self.person(two).spouse = Some(one);
        self.person(one).married = Some(wedding);
        self.person(two).married = Some(wedding);
        self.person(one).kin.push(two);
        self.person(two).kin.push(one);
        self.take_names(one, two, wedding);
        if self.person(two).homes.is_empty() {
            let leaves = self.person(two).birth.plus_years(21.0).min(wedding);
            let own_district = place::any_district(self.dice);
            self.settle(&[two], leaves, wedding, own_district);
        }
        self.settle(&[one, two], wedding, until, district);
        let children = if may_have_children { self.children(one, two, wedding, until) } else { Vec::new() };
        if divorces {
            self.part(one, two, parts, district);
        } else {
            // The survivor stays, then moves on alone.
            for (index, end) in [(one, end_one), (two, end_two)] {
                if end > until {
                    let later = until.plus(self.dice.between(300, 5_000));
                    if later < end {
                        self.settle(&[index], later, end, district);
                    }
                }
            }
        }
        for child in children {
            self.grow_up(child, district);
        }
    }

    /// Gives the first day after both have arrived, if that is later than the wedding.
    fn start_after_arrival(&mut self, one: u32, two: u32, wedding: Day) -> Day {
        let arrived = |maker: &mut Self, index: u32| maker.person(index).arrival.map_or(wedding, |a| a.day);
        let (first, second) = (arrived(self, one), arrived(self, two));
        let ends = self.person(one).death.unwrap_or(AS_OF).min(self.person(two).death.unwrap_or(AS_OF));
        wedding.max(first).max(second).min(ends.plus(-1))
    }

    fn take_names(&mut self, one: u32, two: u32, wedding: Day) {
        let (wife, husband) = if self.person(one).sex == Sex::Female { (one, two) } else { (two, one) };
        let culture = self.person(husband).culture;
        let his = self.person(husband).surname_on(wedding).to_owned();
        let hers = self.person(wife).surname_on(wedding).to_owned();
        let (takes, joins) = match culture {
            Culture::Hispanic | Culture::Arabic | Culture::EastAsian => (0.15, 0.02),
            Culture::French => (0.70, 0.10),
            // Of women married to men, 79 % say they took his name and 5 % that they joined both (Pew Research Center,
            // United States, 2023); the shares of all cultures here are chosen by us.
            _ => (0.76, 0.05),
        };
        let draw = self.dice.unit();
        if draw < takes {
            let borne = if self.person(wife).sex == Sex::Female { names::feminine(culture, &his) } else { his };
            self.person(wife).surnames.push((wedding, borne));
        } else if draw < takes + joins && !his.contains(['-', ' ']) && !hers.contains(['-', ' ']) {
            self.person(wife).surnames.push((wedding, format!("{hers}-{his}")));
        } else if draw > 0.97 {
            self.person(husband).surnames.push((wedding, hers));
        }
    }

    /// Ends a marriage: one stays, one moves out; each may marry again.
    fn part(&mut self, one: u32, two: u32, day: Day, district: usize) {
        for index in [one, two] {
            let end = self.person(index).death.unwrap_or(AS_OF);
            self.person(index).spouse = None;
            if self.person(index).surnames.len() > 1 && self.dice.chance(0.38) {
                let born = self.person(index).surnames[0].1.clone();
                self.person(index).surnames.push((day, born));
            }
            let again = day.plus(self.dice.between(500, 5_000));
            let remarries = self.dice.chance(0.42) && again < end && !self.full();
            self.settle(&[index], day, if remarries { again } else { end }, district);
            if remarries {
                let sex = self.person(index).sex;
                let partner = self.spouse(index, sex);
                if self.person(partner).death.is_none_or(|death| death > again.plus(400)) {
                    self.live_together(index, partner, again, district, false);
                } else {
                    self.settle(&[index], again, end, district);
                    let (born, end) = (self.person(partner).birth, self.person(partner).death.unwrap_or(AS_OF));
                    self.settle(&[partner], born.plus_years(20.0).min(end), end, district);
                }
            }
        }
    }

    /// Gives these people dwellings from one day to another: the first at once, then a move every few years.
    fn settle(&mut self, who: &[u32], from: Day, until: Day, district: usize) {
        let arrived = who.iter().filter_map(|index| self.block.people[*index as usize].arrival).map(|a| a.day).max();
        let mut day = from.max(arrived.unwrap_or(from)).max(FIRST_MOVE);
        let mut district = district;
        while day < until || who.iter().all(|index| self.block.people[*index as usize].homes.is_empty()) {
            if self.dice.chance(0.16) {
                district = place::any_district(self.dice);
            }
            let home = place::dwelling(self.dice, district);
            self.block.homes.push(home);
            let place = (self.block.homes.len() - 1) as u32;
            for index in who {
                self.person(*index).homes.push((day, place));
            }
            // Movers are young: about 15 % a year at 25, 4 % at 60 (chosen by us).
            let age = self.block.people[who[0] as usize].age_on(day).clamp(20.0, 70.0);
            let mean_years = 4.0 + (age - 20.0) * 0.55;
            day = day.plus_years(mean_years * (0.25 + 1.5 * self.dice.unit())).plus(1);
        }
    }

    /// Makes the couple's children, with the parents' dwellings until they leave home.
    fn children(&mut self, one: u32, two: u32, wedding: Day, until: Day) -> Vec<u32> {
        let (mother, father) = if self.person(one).sex == Sex::Female { (one, two) } else { (two, one) };
        let wanted = self.dice.weighted(&CHILDREN);
        let mut born = Vec::new();
        let mut day = wedding.plus(self.dice.between(-200, 1_600));
        let oldest_day = self.person(mother).birth.plus_years(44.0).min(until.plus(200)).min(AS_OF.plus(-20));
        while born.len() < wanted && day < oldest_day && !self.full() {
            // Twins: chosen by us, between the 9.5 in 1,000 deliveries of 1975 and the more than 17 of 2015 in the
            // United States, France and Germany (Human Multiple Births Database).
            let twins = self.dice.chance(0.016);
            let first = self.child(mother, father, day, &born, None);
            born.push(first);
            if twins && !self.full() {
                let second = self.child(mother, father, day, &born, Some(first));
                born.push(second);
            }
            day = day.plus(self.dice.between(420, 1_900));
        }
        let siblings = born.clone();
        for child in &born {
            let others = siblings.iter().copied().filter(|other| other != child);
            self.person(*child).kin.extend(others);
        }
        born
    }

    fn child(&mut self, mother: u32, father: u32, birth: Day, elder: &[u32], twin: Option<u32>) -> u32 {
        let sex = match twin {
            Some(other) if self.dice.chance(0.66) => self.person(other).sex,
            _ => self.sex(),
        };
        let (his, her) = (&self.block.people[father as usize], &self.block.people[mother as usize]);
        let culture = his.culture;
        let mother_maiden = her.surnames[0].1.clone();
        let surname = match (culture, his.surname_on(birth).split_once(' '), mother_maiden.split_once(' ')) {
            // Two surnames: the father's first, then the mother's first.
            (Culture::Hispanic, Some((paternal, _)), maternal) if !paternal.starts_with("de") => {
                format!("{paternal} {}", maternal.map_or(mother_maiden.as_str(), |(first, _)| first))
            }
            _ => his.surname_on(birth).to_owned(),
        };
        let surname = if sex == Sex::Female { names::feminine(culture, &surname) } else { surname };
        let father_name = format!("{} {}", his.first, his.surname_on(birth));
        let (his_first, his_middle, his_suffix) = (his.first.clone(), his.middle.clone(), his.suffix);
        let home = her.home_on(birth);
        let year = birth.year();
        let namesake = sex == Sex::Male && twin.is_none() && elder.is_empty() && self.dice.chance(0.07);
        let (mut first, mut middle) = (names::given(self.dice, culture, sex, year), self.middle(culture, sex, year));
        let mut suffix = None;
        if namesake {
            first = his_first;
            if self.dice.chance(0.7) {
                middle = his_middle;
                suffix = Some(if his_suffix.is_some() { "III" } else { "Jr" });
            }
        } else {
            // Siblings do not share a given name, and twins' names often begin alike.
            let taken = |name: &str, maker: &Self| elder.iter().any(|e| maker.block.people[*e as usize].first == name);
            let initial = twin.map(|other| self.person(other).first.chars().next()).filter(|_| self.dice.chance(0.4));
            for _ in 0..40 {
                let alike = initial.is_none_or(|letter| first.chars().next() == letter);
                if alike && !taken(&first, self) {
                    break;
                }
                first = names::given(self.dice, culture, sex, year);
            }
        }
        let birthplace = home
            .map(|place| self.block.people[mother as usize].homes[place].1)
            .map_or_else(String::new, |home| self.block.homes[home as usize].town.clone());
        let index = self.add(Person {
            id: 0,
            sex,
            culture,
            birth,
            death: None,
            first,
            middle,
            suffix,
            surnames: vec![(birth, surname)],
            homes: Vec::new(),
            kin: vec![mother, father],
            spouse: None,
            married: None,
            mother_maiden,
            father_name,
            arrival: None,
            birthplace,
        });
        self.person(mother).kin.push(index);
        self.person(father).kin.push(index);
        // Children live with their mother until 18 at least; those who leave later have moved out by name only.
        let leaves = birth.plus_years(18.5);
        let mother_homes = self.person(mother).homes.clone();
        let at_birth = home.unwrap_or(0);
        let homes = mother_homes.into_iter().skip(at_birth).filter(|(from, _)| *from < leaves);
        self.person(index).homes = homes.map(|(from, home)| (from.max(birth), home)).collect();
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_size_asked_for_and_lives_are_in_order() {
        let mut twins = 0;
        let mut namesakes = 0;
        let mut renamed = 0;
        for stream in 0..40 {
            let mut dice = Dice::new(11, stream);
            let block = block(&mut dice, 1_000, 256);
            assert_eq!(block.people.len(), 256);
            for (place, person) in block.people.iter().enumerate() {
                assert_eq!(person.id, 1_000 + place as u64);
                assert!(person.birth < AS_OF, "stream {stream}: person {place} is born after the delivery");
                assert!(person.death.is_none_or(|death| death < AS_OF && death >= person.birth));
                assert!(!person.homes.is_empty(), "stream {stream}: person {place} never lived anywhere");
                assert!(person.homes.iter().all(|(from, home)| *from < AS_OF && (*home as usize) < block.homes.len()));
                assert!(!person.first.is_empty() && !person.surname_on(AS_OF).is_empty());
                renamed += usize::from(person.surnames.len() > 1);
                namesakes += usize::from(person.suffix.is_some());
                twins += block
                    .people
                    .iter()
                    .filter(|other| {
                        other.id > person.id
                            && other.birth == person.birth
                            && person.kin.iter().any(|k| block.people[*k as usize].id == other.id)
                    })
                    .count();
            }
        }
        assert!(twins > 20, "{twins} twins");
        assert!(namesakes > 40, "{namesakes} sons of the same name");
        assert!(renamed > 1_000, "{renamed} changes of name");
    }
}
