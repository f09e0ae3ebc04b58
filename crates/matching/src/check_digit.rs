//! Check digits of numbers that stand for one person.

use serde::{Deserialize, Serialize};

/// How the check digit of a number is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckDigit {
    /// The last digit is the Luhn check digit (ISO/IEC 7812-1).
    Luhn,
    /// The last two digits are 97 minus the rest modulo 97 (ISO/IEC 7064 style, as French NIR).
    Mod97,
    /// The last digit makes the weighted sum divisible by 11 (ISO 2108 style weights 2, 3, … from the right).
    Mod11,
}

impl CheckDigit {
    /// Says whether a number passes. What has anything else than digits, or only one, does not.
    #[must_use]
    pub fn passes(self, number: &str) -> bool {
        let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
        let Some(digits) = digits.filter(|digits| digits.len() >= 2) else { return false };
        match self {
            Self::Luhn => is_luhn(&digits),
            Self::Mod97 => is_mod97(&digits),
            Self::Mod11 => is_mod11(&digits),
        }
    }
}

fn is_luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit < 5 { digit * 2 } else { digit * 2 - 9 };
    let each = digits.iter().rev().enumerate();
    let sum: u32 = each.map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10)
}

fn is_mod97(digits: &[u32]) -> bool {
    let Some((rest, [tens, ones])) = digits.split_last_chunk::<2>() else { return false };
    let remainder = rest.iter().fold(0, |remainder, digit| (remainder * 10 + digit) % 97);
    !rest.is_empty() && tens * 10 + ones == 97 - remainder
}

fn is_mod11(digits: &[u32]) -> bool {
    // Weights and sums are kept modulo 11, so that no length of number overflows.
    let weights = (1..=11).cycle();
    digits.iter().rev().zip(weights).fold(0, |sum, (digit, weight)| (sum + digit * weight) % 11) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_digit_is_seen() {
        for (check, good) in [
            (CheckDigit::Luhn, "79927398713"),
            (CheckDigit::Mod97, "253012345678977"),
            (CheckDigit::Mod11, "0306406152"),
        ] {
            for place in 0..good.len() {
                for digit in "0123456789".chars() {
                    let mut number = good.to_owned();
                    number.replace_range(place..=place, &digit.to_string());
                    assert_eq!(check.passes(&number), number == good, "{check:?} {number}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_with_a_check_digit_does_not_pass() {
        for check in [CheckDigit::Luhn, CheckDigit::Mod97, CheckDigit::Mod11] {
            for bad in ["", "0", "97", "7992-7398-713", "2530123456789 77", "030640615X"] {
                assert!(!check.passes(bad), "{check:?} {bad:?}");
            }
        }
    }
}
