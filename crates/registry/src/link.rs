//! A person's records as the store holds them.

/// How long a link is in bytes.
pub(crate) const LINK_BYTES: usize = 2 + 16 + 8 + 8 + 2 + 16 + 1;

/// Marks that no other record led to this one.
const NO_REGISTER: u16 = u16::MAX;

/// A record by the number of its register and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) register: u16,
    pub(crate) hash: [u8; 16],
}

impl Place {
    /// Gives the bytes that sort as places do.
    pub(crate) fn key(self) -> [u8; 18] {
        let mut key = [0; 18];
        key[..2].copy_from_slice(&self.register.to_be_bytes());
        key[2..].copy_from_slice(&self.hash);
        key
    }
}

/// One record of a person, and what links it there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) place: Place,
    /// The weight of the strongest link to another record of the person, log2 of the odds; 0 when it stands alone.
    pub(crate) weight: f64,
    /// The probability that goes with it.
    pub(crate) probability: f64,
    /// That other record.
    pub(crate) via: Option<Place>,
    /// Whether a steward judged that the two are of one person.
    pub(crate) is_judged: bool,
}

impl Link {
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.place.key());
        to.extend_from_slice(&self.weight.to_le_bytes());
        to.extend_from_slice(&self.probability.to_le_bytes());
        let via = self.via.unwrap_or(Place { register: NO_REGISTER, hash: [0; 16] });
        to.extend_from_slice(&via.key());
        to.push(u8::from(self.is_judged));
    }

    fn read(bytes: &[u8; LINK_BYTES]) -> Self {
        let place = |at: usize| {
            let mut hash = [0; 16];
            hash.copy_from_slice(&bytes[at + 2..at + 18]);
            Place { register: u16::from_be_bytes([bytes[at], bytes[at + 1]]), hash }
        };
        let float = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            f64::from_le_bytes(eight)
        };
        let via = place(34);
        Self {
            place: place(0),
            weight: float(18),
            probability: float(26),
            via: (via.register != NO_REGISTER).then_some(via),
            is_judged: bytes[52] != 0,
        }
    }

    /// Gives the links that `bytes` hold; none when they are not whole links.
    pub(crate) fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (links, rest) = bytes.as_chunks::<LINK_BYTES>();
        rest.is_empty().then(|| links.iter().map(Self::read).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_back_as_they_were() {
        let place = |register, byte| Place { register, hash: [byte; 16] };
        let links = [
            Link { place: place(0, 1), weight: 0.0, probability: 1.0, via: None, is_judged: false },
            Link { place: place(11, 255), weight: -3.25, probability: 0.97, via: Some(place(3, 9)), is_judged: true },
        ];
        let mut bytes = Vec::new();
        for link in &links {
            link.write(&mut bytes);
        }
        assert_eq!(bytes.len(), 2 * LINK_BYTES);
        assert_eq!(Link::read_all(&bytes).unwrap(), links);
        assert_eq!(Link::read_all(&bytes[1..]), None);
    }
}
