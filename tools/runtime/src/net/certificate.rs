//! Explains an error in a server's certificate to the person who has to fix it.

use rustls::CertificateError;
use rustls_pki_types::UnixTime;

use super::error::{CertificateProblem, NetError, Phase};
use super::roots::Roots;
use super::tls::Session;

/// Most names of a certificate that a message repeats.
const NAMES_SHOWN: usize = 5;

pub fn explain(problem: &CertificateError, session: &Session<'_>) -> NetError {
    let (certificate, words) = describe(problem, session);
    let error = NetError::new(Phase::Tls, "ERR_TLS_CERTIFICATE", words);
    NetError { certificate: Some(certificate), ..error }
}

fn describe(problem: &CertificateError, session: &Session<'_>) -> (CertificateProblem, String) {
    use CertificateProblem::{Expired, NotYetValid, Other, UnknownIssuer, WrongName};
    let name = session.name;
    match problem {
        CertificateError::NotValidForNameContext { presented, .. } => {
            (WrongName, format!("it is {}, not for {name}", names(presented)))
        }
        CertificateError::NotValidForName => (WrongName, format!("it is not for {name}")),
        CertificateError::ExpiredContext { time, not_after } => (
            Expired,
            format!("it expired at {}; this machine's clock says {}", date(*not_after), date(*time)),
        ),
        CertificateError::Expired => (Expired, "it has expired".into()),
        CertificateError::NotValidYetContext { time, not_before } => (
            NotYetValid,
            format!(
                "it is not valid before {}; this machine's clock says {}",
                date(*not_before),
                date(*time)
            ),
        ),
        CertificateError::NotValidYet => (NotYetValid, "it is not valid yet".into()),
        CertificateError::UnknownIssuer => {
            let system = if session.ca.is_none() { Roots::loaded() } else { None };
            let source = system.map_or("the given CA", |roots| roots.source.as_str());
            (UnknownIssuer, format!("it is signed by an authority that is not in {source}"))
        }
        CertificateError::BadSignature => {
            (UnknownIssuer, "its signature is not that of the authority that it names".into())
        }
        CertificateError::BadEncoding => (Other, "it cannot be read".into()),
        CertificateError::Revoked => (Other, "it has been revoked".into()),
        CertificateError::UnhandledCriticalExtension => {
            (Other, "it has a critical extension that we do not know".into())
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            (Other, "it is not meant for a server (extended key usage)".into())
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            (Other, "it is signed with an algorithm that we do not support".into())
        }
        CertificateError::Other(other) => (Other, refused(&other.to_string())),
        other => (Other, format!("it is refused: {}", words(&variant(&format!("{other:?}"))))),
    }
}

/// webpki's own reasons; it has no words for them but the names of its variants.
fn refused(reason: &str) -> String {
    match variant(reason).as_str() {
        "CaUsedAsEndEntity" => "it is an authority's own certificate, not a server's".into(),
        "EndEntityUsedAsCa" => "it is signed by a certificate that is not an authority's".into(),
        "NameConstraintViolation" => "its authority may not sign for this name (name constraints)".into(),
        "PathLenConstraintViolated" => "its authority may not sign authorities (path length)".into(),
        "UnsupportedCertVersion" => "it is not an X.509 version 3 certificate".into(),
        other => format!("it is refused: {}", words(other)),
    }
}

/// `Name` of `Name(...)` and of `Name { ... }`.
fn variant(debug: &str) -> String {
    debug.chars().take_while(|c| c.is_ascii_alphanumeric()).collect()
}

/// `CamelCase` as words.
pub fn words(variant: &str) -> String {
    let mut out = String::new();
    for c in variant.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A certificate's names from webpki's error, such as `DnsName("a.example")`, as "for a.example".
fn names(presented: &[String]) -> String {
    let plain = |name: &String| match (name.find('('), name.rfind(')')) {
        (Some(open), Some(close)) if open < close => name[open + 1..close].trim_matches('"').to_owned(),
        _ => name.clone(),
    };
    let mut shown: Vec<String> = presented.iter().take(NAMES_SHOWN).map(plain).collect();
    if presented.len() > NAMES_SHOWN {
        shown.push(format!("{} more", presented.len() - NAMES_SHOWN));
    }
    match shown.split_last() {
        None => "without a subject alternative name".into(),
        Some((only, [])) => format!("for {only}"),
        Some((last, others)) => format!("for {} and {last}", others.join(", ")),
    }
}

/// RFC 3339, in UTC.
fn date(time: UnixTime) -> String {
    let (days, seconds) = (time.as_secs() / 86_400, time.as_secs() % 86_400);
    // Howard Hinnant's civil_from_days, for days since 1970: the year begins in March there.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls_pki_types::ServerName;
    use std::time::Duration;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    fn explained(problem: &CertificateError) -> (Option<CertificateProblem>, String) {
        let session = Session {
            authority: "api.example:443".into(),
            name: "api.example",
            ca: Some(""),
            identity: None,
        };
        let error = explain(problem, &session);
        assert_eq!(error.code, "ERR_TLS_CERTIFICATE");
        (error.certificate, error.message)
    }

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_799, "2024-02-28T23:59:59Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(date(at(seconds)), text);
        }
    }

    #[test]
    fn expired_and_misnamed_certificates_in_plain_words() {
        let expected = ServerName::try_from("api.example").unwrap();
        let wrong = |presented: &[&str]| {
            let presented = presented.iter().map(ToString::to_string).collect();
            explained(&CertificateError::NotValidForNameContext { expected: expected.clone(), presented })
        };
        let wrong_name = |words: &str| (Some(CertificateProblem::WrongName), words.to_owned());
        assert_eq!(
            wrong(&[r#"DnsName("a.example")"#]),
            wrong_name("it is for a.example, not for api.example")
        );
        assert_eq!(
            wrong(&[r#"DnsName("a.example")"#, r#"DnsName("*.b.example")"#, "IpAddress(10.0.0.1)"]),
            wrong_name("it is for a.example, *.b.example and 10.0.0.1, not for api.example")
        );
        assert_eq!(wrong(&[]), wrong_name("it is without a subject alternative name, not for api.example"));
        assert_eq!(
            wrong(&[r#"DnsName("a")"#; 7]),
            wrong_name("it is for a, a, a, a, a and 2 more, not for api.example")
        );
        let expired = CertificateError::ExpiredContext { time: at(951_782_400), not_after: at(0) };
        assert_eq!(
            explained(&expired),
            (
                Some(CertificateProblem::Expired),
                "it expired at 1970-01-01T00:00:00Z; this machine's clock says 2000-02-29T00:00:00Z".into()
            )
        );
        let early = CertificateError::NotValidYetContext { time: at(0), not_before: at(951_782_400) };
        assert_eq!(explained(&early).0, Some(CertificateProblem::NotYetValid));
        assert_eq!(explained(&CertificateError::UnknownIssuer).0, Some(CertificateProblem::UnknownIssuer));
    }

    #[test]
    fn no_reason_is_shown_as_rust_prints_it() {
        assert_eq!(refused("CaUsedAsEndEntity"), "it is an authority's own certificate, not a server's");
        assert_eq!(refused("MaximumPathDepthExceeded"), "it is refused: maximum path depth exceeded");
        let odd = explained(&CertificateError::UnknownRevocationStatus).1;
        assert_eq!(odd, "it is refused: unknown revocation status");
    }
}
