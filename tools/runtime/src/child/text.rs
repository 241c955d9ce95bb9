//! UTF-8 that arrives in pieces.

/// Holds back a character that is not complete yet.
#[derive(Default)]
pub struct Utf8Pieces {
    rest: Vec<u8>,
}

impl Utf8Pieces {
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.rest) {
            // Cut short at the end, rather than broken: the rest comes with the next piece.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let later = self.rest.split_off(complete);
        let now = std::mem::replace(&mut self.rest, later);
        String::from_utf8_lossy(&now).into_owned()
    }

    /// The incomplete bytes at the end of the input.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_in_two_arrives_whole() {
        let mut pieces = Utf8Pieces::default();
        let euro = "€".as_bytes();
        assert_eq!(pieces.push(&[b"a", &euro[..2]].concat()), "a");
        assert_eq!(pieces.push(&euro[2..]), "€");
        assert_eq!(pieces.push(b"\xffb"), "\u{fffd}b");
        assert_eq!(pieces.push(&euro[..1]), "");
        assert_eq!(pieces.finish(), "\u{fffd}");
    }
}
