//! PEM blocks (RFC 7468), read leniently as OpenSSL does: text between blocks is skipped, a broken block too.

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle[0];
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == first) {
        if haystack[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// Label and decoded content of each block.
pub fn blocks(text: &[u8]) -> impl Iterator<Item = (&str, Vec<u8>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = find(rest, BEGIN)? + BEGIN.len();
            rest = &rest[start..];
            // A label is of one line.
            let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let Some(label_end) = find(&rest[..line], DASHES) else { continue };
            let (label, body) = (&rest[..label_end], &rest[label_end + DASHES.len()..]);
            // No dashes are in base64. A block that ends where another begins has lost its own end; the other one counts.
            let body_end = find(body, DASHES)?;
            rest = &body[body_end..];
            if !rest.starts_with(END) {
                continue;
            }
            let decoded = base64_simd::forgiving_decode_to_vec(&body[..body_end]);
            if let (Ok(label), Ok(der)) = (std::str::from_utf8(label), decoded) {
                return Some((label, der));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_blocks_between_comments_and_skips_broken_ones() {
        let text = b"# Root\n-----BEGIN CERTIFICATE-----\nAQID\nBA==\n-----END CERTIFICATE-----\r\n\
            -----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n\
            -----BEGIN PRIVATE KEY-----\r\nBQY=\r\n-----END PRIVATE KEY-----";
        let found: Vec<_> = blocks(text).collect();
        assert_eq!(found, [("CERTIFICATE", vec![1, 2, 3, 4]), ("PRIVATE KEY", vec![5, 6])]);
        let cut = b"-----BEGIN CERTIFICATE-----\nAQ\n-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n\
            -----BEGIN CERTIFICATE\n-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----\n";
        let found: Vec<_> = blocks(cut).collect();
        assert_eq!(found, [("CERTIFICATE", vec![1, 2, 3]), ("CERTIFICATE", vec![4, 5, 6])]);
        assert_eq!(blocks(b"").count(), 0);
        assert_eq!(blocks(b"-----BEGIN CERTIFICATE-----\nAQID").count(), 0);
    }
}
