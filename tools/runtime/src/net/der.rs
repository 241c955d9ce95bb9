//! As much of X.509 (RFC 5280, 4.1) as it takes to find a certificate's two names without parsing the rest of it.
//! Nothing is trusted because of what this finds: it only chooses which roots `webpki` gets to look at.

/// Contents of the issuer and subject names, without their outer tag.
pub struct Names<'a> {
    pub issuer: &'a [u8],
    pub subject: &'a [u8],
}

/// Splits one TLV off the front: tag, content, rest.
fn element(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 3 {
            return None;
        }
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `None` for what is not a certificate.
pub fn names(certificate: &[u8]) -> Option<Names<'_>> {
    let (_, certificate, _) = element(certificate)?;
    let (_, tbs, _) = element(certificate)?;
    let (tag, _, after_first) = element(tbs)?;
    // [0] version is absent in version 1 certificates, which begin with the serial number.
    let fields = if tag == 0xa0 { element(after_first)?.2 } else { after_first };
    let (_, _signature, fields) = element(fields)?;
    let (_, issuer, fields) = element(fields)?;
    let (_, _validity, fields) = element(fields)?;
    let (_, subject, _) = element(fields)?;
    Some(Names { issuer, subject })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        match content.len() {
            length @ 0..=127 => out.push(length as u8),
            length => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        out
    }

    fn certificate(version: &[u8], issuer: &[u8]) -> Vec<u8> {
        let tbs = [
            version,
            &tlv(2, &[1]),
            &tlv(0x30, &[5]),
            &tlv(0x30, issuer),
            &tlv(0x30, &[]),
            &tlv(0x30, b"subject"),
        ];
        tlv(0x30, &tlv(0x30, &tbs.concat()))
    }

    #[test]
    fn finds_names_with_and_without_a_version_and_in_long_form() {
        for version in [tlv(0xa0, &[2, 1, 2]), vec![]] {
            for issuer in [b"issuer".to_vec(), vec![7; 300]] {
                let der = certificate(&version, &issuer);
                let names = names(&der).unwrap();
                assert_eq!((names.issuer, names.subject), (&issuer[..], &b"subject"[..]));
            }
        }
    }

    #[test]
    fn anything_cut_short_is_no_certificate() {
        let der = certificate(&[], b"issuer");
        for length in 0..der.len() {
            assert!(names(&der[..length]).is_none());
        }
    }
}
