#!/bin/sh
# Generates the certificates of this directory with OpenSSL 3 and its legacy provider.
set -eu
cd "$(dirname "$0")"
password='p@ss wörd'
openssl genrsa -out key.tmp 2048
openssl genrsa -out ca-key.tmp 2048
openssl req -x509 -new -key ca-key.tmp -subj '/CN=test issuing CA' -days 36500 -out ca.tmp
openssl req -new -key key.tmp -subj '/CN=test application' -out csr.tmp
openssl x509 -req -in csr.tmp -CA ca.tmp -CAkey ca-key.tmp -set_serial 7 -days 36500 -out cert.tmp
openssl req -x509 -new -key ca-key.tmp -subj '/CN=somebody else' -days 36500 -out other.tmp

cat key.tmp cert.tmp >plain.pem
cat key.tmp cert.tmp ca.tmp >chain.pem
openssl rsa -in key.tmp -traditional -out pkcs1.tmp
cat cert.tmp pkcs1.tmp >pkcs1.pem
openssl pkcs8 -topk8 -in key.tmp -v2 aes256 -passout "pass:$password" -out encrypted.tmp
cat encrypted.tmp cert.tmp >encrypted-pkcs8.pem
openssl rsa -in key.tmp -traditional -aes128 -passout "pass:$password" -out encrypted.tmp
cat encrypted.tmp cert.tmp >encrypted-traditional.pem
openssl ecparam -genkey -name prime256v1 -noout -out ec.tmp
openssl req -x509 -new -key ec.tmp -subj '/CN=elliptic' -days 36500 -out ec-cert.tmp
cat ec.tmp ec-cert.tmp >ec.pem
cat other.tmp >other.pem
cat key.tmp other.tmp >mismatch.pem
cat key.tmp ca.tmp cert.tmp >issuer-first.pem

export_p12() { # file, options...
  out=$1
  shift
  openssl pkcs12 -export -inkey key.tmp -in cert.tmp -certfile ca.tmp -passout "pass:$password" -out "$out" "$@"
}
export_p12 aes256.p12                                            # OpenSSL 3's defaults: PBES2, AES-256, SHA-256
export_p12 aes128-sha1.p12 -keypbe AES-128-CBC -certpbe AES-128-CBC -macalg sha1
export_p12 rc2.p12 -legacy                                       # as OpenSSL 1 and Windows wrote: RC2-40 and 3DES, SHA-1
export_p12 3des.p12 -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
openssl pkcs12 -export -inkey key.tmp -in cert.tmp -passout pass: -out no-password.p12
openssl pkcs12 -export -nokeys -in cert.tmp -passout "pass:$password" -out no-key.p12
openssl pkcs12 -export -inkey ec.tmp -in ec-cert.tmp -passout "pass:$password" -out ec.p12
chmod 644 ./*.p12
rm -f ./*.tmp
