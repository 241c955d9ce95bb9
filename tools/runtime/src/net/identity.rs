//! A client certificate with its key, for servers that ask who connects.

use std::fmt;

use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::pem;

/// Two PEM texts.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The certificate, and those between it and the authority.
    pub certificate: String,
    /// PKCS#8, PKCS#1 or SEC 1; without a passphrase.
    pub key: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity([redacted])")
    }
}

impl Identity {
    /// The chain and the key in DER, or what is wrong with the texts.
    pub fn parse(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
        let chain: Vec<_> = pem::blocks(self.certificate.as_bytes())
            .filter(|(label, _)| *label == "CERTIFICATE")
            .map(|(_, der)| CertificateDer::from(der))
            .collect();
        if chain.is_empty() {
            return Err("the client certificate has no PEM block CERTIFICATE".into());
        }
        match private_key(&self.key) {
            Some(key) => Ok((chain, key)),
            None => Err("the client key has no PEM block with a private key".into()),
        }
    }
}

/// The first private key of a PEM text, whatever kind it says that it is.
pub fn private_key(text: &str) -> Option<PrivateKeyDer<'static>> {
    pem::blocks(text.as_bytes()).find_map(|(label, der)| match label {
        "PRIVATE KEY" => Some(PrivateKeyDer::Pkcs8(der.into())),
        "RSA PRIVATE KEY" => Some(PrivateKeyDer::Pkcs1(der.into())),
        "EC PRIVATE KEY" => Some(PrivateKeyDer::Sec1(der.into())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(label: &str) -> String {
        format!("-----BEGIN {label}-----\nAQID\n-----END {label}-----\n")
    }

    #[test]
    fn keys_of_three_kinds_and_parameters_before_them() {
        let certificate = block("CERTIFICATE").repeat(2);
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
            let key = block("EC PARAMETERS") + &block(label);
            let (chain, key) = Identity { certificate: certificate.clone(), key }.parse().unwrap();
            assert_eq!((chain.len(), key.secret_der()), (2, &[1, 2, 3][..]));
        }
    }

    #[test]
    fn what_is_missing_is_said_and_nothing_is_shown() {
        let (certificate, key) = (block("CERTIFICATE"), block("ENCRYPTED PRIVATE KEY"));
        let locked = Identity { certificate, key };
        assert_eq!(locked.parse().unwrap_err(), "the client key has no PEM block with a private key");
        let none = Identity { certificate: String::new(), ..locked };
        assert_eq!(none.parse().unwrap_err(), "the client certificate has no PEM block CERTIFICATE");
        assert_eq!(format!("{none:?}"), "Identity([redacted])");
    }
}
