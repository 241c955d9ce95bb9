//! `imagecred:crypto`: hashes, HMAC, RS256, ECDSA on P-256 and random numbers, all from ring.

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, hmac};
use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Exception, Result, TypedArray};

use rustls::SignatureScheme::ECDSA_NISTP256_SHA256;
use rustls::crypto::ring::sign::any_ecdsa_type;

use super::errors::throw_coded;
use super::text::Text;
use crate::net::identity::private_key;
use crate::net::pem;

type Bytes<'js> = TypedArray<'js, u8>;

/// Code of the errors about a private key.
const BAD_KEY: &str = "ERR_PRIVATE_KEY";
/// Most random bytes that one call gives, as in WebCrypto.
const RANDOM_LIMIT: usize = 65_536;

fn bytes<'a>(ctx: &Ctx<'_>, data: &'a Bytes<'_>) -> Result<&'a [u8]> {
    data.as_bytes().ok_or_else(|| Exception::throw_type(ctx, "the buffer is detached"))
}

fn hash<'js>(ctx: Ctx<'js>, algorithm: &'static digest::Algorithm, data: &Bytes<'js>) -> Result<Bytes<'js>> {
    let digest = digest::digest(algorithm, bytes(&ctx, data)?);
    TypedArray::new_copy(ctx, digest.as_ref())
}

fn sha1<'js>(ctx: Ctx<'js>, data: Bytes<'js>) -> Result<Bytes<'js>> {
    hash(ctx, &digest::SHA1_FOR_LEGACY_USE_ONLY, &data)
}

fn sha256<'js>(ctx: Ctx<'js>, data: Bytes<'js>) -> Result<Bytes<'js>> {
    hash(ctx, &digest::SHA256, &data)
}

fn hmac_sha256<'js>(ctx: Ctx<'js>, key: Bytes<'js>, data: Bytes<'js>) -> Result<Bytes<'js>> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, bytes(&ctx, &key)?);
    let tag = hmac::sign(&key, bytes(&ctx, &data)?);
    TypedArray::new_copy(ctx, tag.as_ref())
}

/// Reads the first private key of a PEM text; the message never repeats any of it.
fn rsa_key(text: &str) -> std::result::Result<RsaKeyPair, String> {
    let unusable = |error: ring::error::KeyRejected| format!("the RSA private key cannot be used: {error}");
    for (label, der) in pem::blocks(text.as_bytes()) {
        match label {
            "PRIVATE KEY" => return RsaKeyPair::from_pkcs8(&der).map_err(unusable),
            "RSA PRIVATE KEY" => return RsaKeyPair::from_der(&der).map_err(unusable),
            "ENCRYPTED PRIVATE KEY" => return Err("the private key is encrypted".into()),
            _ => {}
        }
    }
    Err("there is no PEM private key (PKCS#8 or PKCS#1)".into())
}

fn sign_rs256<'js>(ctx: Ctx<'js>, private_key_pem: Text, data: Bytes<'js>) -> Result<Bytes<'js>> {
    let key = rsa_key(&private_key_pem.0).map_err(|message| throw_coded(&ctx, BAD_KEY, &message))?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes(&ctx, &data)?, &mut signature)
        .map_err(|_| throw_coded(&ctx, BAD_KEY, "signing with the RSA private key failed"))?;
    TypedArray::new(ctx, signature)
}

/// The signature in ASN.1 DER.
fn ecdsa_p256(pem: &str, data: &[u8]) -> std::result::Result<Vec<u8>, &'static str> {
    let key = private_key(pem).ok_or("there is no PEM private key (PKCS#8 or SEC 1)")?;
    let key = any_ecdsa_type(&key).map_err(|_| "the elliptic-curve private key cannot be used")?;
    let signer =
        key.choose_scheme(&[ECDSA_NISTP256_SHA256]).ok_or("the private key is not on the curve P-256")?;
    signer.sign(data).map_err(|_| "signing with the P-256 private key failed")
}

fn sign_es256_der<'js>(ctx: Ctx<'js>, private_key_pem: Text, data: Bytes<'js>) -> Result<Bytes<'js>> {
    let signature = ecdsa_p256(&private_key_pem.0, bytes(&ctx, &data)?)
        .map_err(|message| throw_coded(&ctx, BAD_KEY, message))?;
    TypedArray::new(ctx, signature)
}

fn fill(ctx: &Ctx<'_>, buffer: &mut [u8]) -> Result<()> {
    SystemRandom::new()
        .fill(buffer)
        .map_err(|_| throw_coded(ctx, "EIO", "the system gives no random numbers"))
}

fn random_bytes(ctx: Ctx<'_>, length: usize) -> Result<Bytes<'_>> {
    if length > RANDOM_LIMIT {
        return Err(Exception::throw_range(&ctx, "more than 65536 random bytes asked for at once"));
    }
    let mut buffer = vec![0; length];
    fill(&ctx, &mut buffer)?;
    TypedArray::new(ctx, buffer)
}

/// RFC 9562 version 4.
fn random_uuid(ctx: Ctx<'_>) -> Result<String> {
    let mut bytes = [0; 16];
    fill(&ctx, &mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = bytes.map(|byte| format!("{byte:02x}")).concat();
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

pub struct CryptoModule;

impl ModuleDef for CryptoModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in ["sha1", "sha256", "hmacSha256", "signRs256", "signEs256Der", "randomBytes", "randomUUID"]
        {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("sha1", Func::from(sha1))?;
        exports.export("sha256", Func::from(sha256))?;
        exports.export("hmacSha256", Func::from(hmac_sha256))?;
        exports.export("signRs256", Func::from(sign_rs256))?;
        exports.export("signEs256Der", Func::from(sign_es256_der))?;
        exports.export("randomBytes", Func::from(random_bytes))?;
        exports.export("randomUUID", Func::from(random_uuid))?;
        Ok(())
    }
}
