//! Sentences that say where to write to: an address of electronic mail is a link in them.

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Whether it is an address of electronic mail.
    pub(crate) is_mail: bool,
}

/// A sentence in pieces, as `mailed.html` shows it.
pub(crate) type Line = Vec<Piece>;

/// Gives a sentence without addresses.
pub(crate) fn plain(sentence: String) -> Line {
    vec![Piece { text: sentence, is_mail: false }]
}

/// Gives a sentence into which these addresses were put. One that is no electronic mail, such as a street, stays text.
pub(crate) fn line<'a>(sentence: &str, addresses: impl IntoIterator<Item = &'a str>) -> Line {
    let addresses: Vec<&str> = addresses.into_iter().filter(|address| is_mail(address)).collect();
    let mut line = Line::new();
    let mut rest = sentence;
    // Of two that begin at one place the longer is meant.
    let first = |text: &str| {
        let places = addresses.iter().filter_map(|address| Some((text.find(*address)?, *address)));
        places.min_by_key(|(place, address)| (*place, std::cmp::Reverse(address.len())))
    };
    while let Some((place, address)) = first(rest) {
        let Some((before, after)) = rest.split_at_checked(place) else { break };
        if !before.is_empty() {
            line.push(Piece { text: before.to_owned(), is_mail: false });
        }
        line.push(Piece { text: address.to_owned(), is_mail: true });
        rest = after.strip_prefix(address).unwrap_or_default();
    }
    if !rest.is_empty() {
        line.push(Piece { text: rest.to_owned(), is_mail: false });
    }
    line
}

/// Tells whether a text is an address of electronic mail, and one that can stand in a link as it is.
fn is_mail(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
    };
    text.split_once('@').is_some_and(|(name, host)| is_plain(name) && is_plain(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &[Piece]) -> Vec<(&str, bool)> {
        line.iter().map(|piece| (piece.text.as_str(), piece.is_mail)).collect()
    }

    #[test]
    fn addresses_are_links_within_their_sentence() {
        let sentence = "Write to: Tax (data@tax.example), Loans (12 High Street). Or data@tax.example.org.";
        let found = line(sentence, ["data@tax.example", "12 High Street", "data@tax.example.org"]);
        assert_eq!(
            told(&found),
            [
                ("Write to: Tax (", false),
                ("data@tax.example", true),
                ("), Loans (12 High Street). Or ", false),
                ("data@tax.example.org", true),
                (".", false),
            ]
        );
        assert_eq!(told(&line("Write to nobody.", [])), [("Write to nobody.", false)]);
        assert_eq!(told(&line("a@b", ["a@b"])), [("a@b", true)]);
        assert_eq!(line("As it is.", ["a@b"]), plain("As it is.".to_owned()));
    }

    #[test]
    fn what_could_not_stand_in_a_link_is_text() {
        for other in ["", "@", "a@", "@b", "a b@c", "a@b@c", "a@b?cc=d", "https://a.example", "a@b\"", "é@b"] {
            assert!(!is_mail(other), "{other}");
        }
    }
}
