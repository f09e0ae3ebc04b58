//! Files in other encodings, read as UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

/// A byte that no UTF-8 text has: it stands for bytes that mean nothing in the file's encoding, so that the row in which
/// they are fails where its text is checked, with its line and place.
const NOT_IN_ENCODING: u8 = 0xFF;

/// Gives a reader of UTF-8, in which bytes that mean nothing are kept from meaning something.
pub(crate) fn utf8_reader<R: Read + Send + 'static>(reader: R, encoding: &'static Encoding) -> Box<dyn Read + Send> {
    if encoding == UTF_8 {
        return Box::new(reader);
    }
    let decoder = encoding.new_decoder();
    Box::new(Transcoder {
        reader,
        decoder,
        input: vec![0; 64 << 10],
        unread: 0..0,
        output: Vec::new(),
        given: 0,
        ended: false,
    })
}

struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    input: Vec<u8>,
    unread: std::ops::Range<usize>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    fn refill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.given = 0;
        let mut room = vec![0; 128 << 10];
        while self.output.is_empty() && !self.ended {
            if self.unread.is_empty() {
                let read = self.reader.read(&mut self.input)?;
                self.unread = 0..read;
            }
            let is_last = self.unread.is_empty();
            let input = &self.input[self.unread.clone()];
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(input, &mut room, is_last);
            self.unread.start += read;
            self.output.extend_from_slice(&room[..written]);
            match result {
                DecoderResult::Malformed(..) => self.output.push(NOT_IN_ENCODING),
                DecoderResult::InputEmpty => self.ended = is_last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.output.len() {
            self.refill()?;
        }
        let rest = &self.output[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &'static [u8], label: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let mut text = Vec::new();
        utf8_reader(bytes, encoding).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn other_encodings_become_utf8() {
        assert_eq!(read(b"Zo\xE9;1", "windows-1252"), "Zoé;1".as_bytes());
        assert_eq!(read(b"Z\0o\0\xE9\0", "utf-16le"), "Zoé".as_bytes());
        assert_eq!(read(b"Zo\xC3\xA9", "utf-8"), "Zoé".as_bytes());
    }

    #[test]
    fn what_means_nothing_stays_recognisable() {
        // A high surrogate without its low one.
        assert_eq!(read(b"a\0\x00\xD8b\0", "utf-16le"), b"a\xFFb");
        // A first byte of two without its second.
        assert_eq!(read(b"a\x81\xFFb", "shift_jis"), b"a\xFFb");
        // Half a character at the end.
        assert_eq!(read(b"a\0b", "utf-16le"), b"a\xFF");
    }
}
