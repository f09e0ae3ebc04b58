//! Made-up identifiers: every person's are unique, none tells the order in which people were made.

/// The kinds of identifier; each scatters the person numbers in its own way.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    National = 1,
    Tax = 2,
    Passport = 3,
    Mobile = 4,
    Landline = 5,
    Loan = 6,
    Licence = 7,
    Donor = 8,
    Immigration = 9,
    /// The key of a row; the register's number is added to it.
    RowKey = 32,
}

/// The greatest number of people: identifiers have nine free digits.
pub(crate) const PEOPLE_MAX: u64 = 500_000_000;

/// Gives a nine-digit number for `number` (< 10⁹): a permutation of the nine-digit numbers, another for each kind and
/// seed.
pub(crate) fn nine(seed: u64, kind: Kind, number: u64) -> u64 {
    scatter(mix(seed ^ ((kind as u64) << 56)), number, 15, 1_000_000_000)
}

/// Gives a twelve-digit number for the `ordinal`-th (< 100) thing of this kind that belongs to `person`.
pub(crate) fn twelve(seed: u64, kind: u64, person: u64, ordinal: u64) -> u64 {
    scatter(mix(seed ^ (kind << 56)), person * 100 + ordinal % 100, 20, 1_000_000_000_000)
}

/// Gives a permutation of `0..domain`: four Feistel rounds over two halves of `half_bits` bits; results outside are put
/// through again until they are inside (cycle walking), which keeps the map one to one.
fn scatter(key: u64, number: u64, half_bits: u32, domain: u64) -> u64 {
    let mask = (1_u64 << half_bits) - 1;
    let mut value = number % domain;
    loop {
        let (mut left, mut right) = (value >> half_bits, value & mask);
        for round in 0..4 {
            let mixed = mix(key ^ (round << 44) ^ right) & mask;
            (left, right) = (right, left ^ mixed);
        }
        value = (left << half_bits) | right;
        if value < domain {
            return value;
        }
    }
}

/// Gives a well-mixed word of `word` (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
pub(crate) fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Gives a word that is always the same for this person and this trait: what does not change from row to row.
pub(crate) fn lasting(person: u64, what: &str) -> u64 {
    what.bytes().fold(mix(person), |word, byte| mix(word ^ u64::from(byte)))
}

/// Gives the Luhn check digit (ISO/IEC 7812-1) for a string of digits: the digit that, put behind it, makes it valid.
pub(crate) fn luhn(digits: &str) -> u8 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let weighted = if place % 2 == 0 { value * 2 } else { value };
            weighted / 10 + weighted % 10
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// Gives the national identifier (Republic Personal Number): nine digits and their Luhn check digit.
pub(crate) fn national(seed: u64, person: u64) -> String {
    let payload = format!("{:09}", nine(seed, Kind::National, person));
    let check = luhn(&payload);
    format!("{payload}{check}")
}

/// Gives the tax number: `T`, nine digits, and a letter that is their remainder by 23.
pub(crate) fn tax(seed: u64, person: u64) -> String {
    let number = nine(seed, Kind::Tax, person);
    let letter = char::from(b"ABCDEFGHJKLMNPQRSTUVWXY"[(number % 23) as usize]);
    format!("T{number:09}{letter}")
}

/// Gives a passport number: `V` and eight letters or digits; a renewed passport has a new one.
pub(crate) fn passport(seed: u64, person: u64, ordinal: u64) -> String {
    let mut left = twelve(seed, Kind::Passport as u64, person, ordinal);
    let mut letters = [b'0'; 8];
    for letter in letters.iter_mut().rev() {
        *letter = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(left % 36) as usize];
        left /= 36;
    }
    std::iter::once('V').chain(letters.map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn scatter_is_one_to_one_and_leaves_order_behind() {
        let scattered: Vec<u64> = (0..50_000).map(|n| nine(7, Kind::National, n)).collect();
        assert_eq!(scattered.iter().collect::<HashSet<_>>().len(), scattered.len());
        let rising = scattered.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((23_000..27_000).contains(&rising), "{rising}");
    }

    #[test]
    fn check_digit_of_the_standard() {
        // The usual textbook example of the Luhn algorithm: 7992739871 has check digit 3.
        assert_eq!(luhn("7992739871"), 3);
    }

    #[test]
    fn check_digit_finds_every_single_error() {
        let number = national(1, 12_345);
        for place in 0..9 {
            for digit in b'0'..=b'9' {
                let mut wrong = number.clone().into_bytes();
                if wrong[place] == digit {
                    continue;
                }
                wrong[place] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_ne!(luhn(&wrong[..9]), wrong.as_bytes()[9] - b'0');
            }
        }
    }
}
