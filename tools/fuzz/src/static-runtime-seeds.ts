/** A DNS server's response to the fuzzer's question: header, question, then `records`. */
function dnsMessage(flags: number, answers: number, records: readonly number[]): Uint8Array {
  return Uint8Array.from([
    0,
    7,
    flags >> 8,
    flags & 255,
    0,
    1,
    0,
    answers,
    0,
    0,
    0,
    0,
    ...QUESTION,
    ...records,
  ]);
}

const NAME = ["host", "example", "com"].flatMap((label) => [label.length, ...Buffer.from(label)]);
const QUESTION = [...NAME, 0, 0, 1, 0, 1];
/** A pointer to the question's name, then type A, class IN, 60 seconds, 4 bytes. */
const ADDRESS = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
/** The same with an alias first. */
const ALIAS = [
  0xc0,
  12,
  0,
  5,
  0,
  1,
  0,
  0,
  0,
  60,
  0,
  4,
  1,
  97,
  0xc0,
  17,
  1,
  97,
  0xc0,
  17,
  ...ADDRESS.slice(2),
];

const PEM = `-----BEGIN CERTIFICATE-----
MIIBAjCBqQIUAQ==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49
-----END EC PRIVATE KEY-----
`;
/** SEQUENCE of version, serial number, algorithm, issuer, validity, subject, as at the start of an X.509 certificate. */
const CERTIFICATE = [
  0x30, 0x1e, 0x30, 0x1c, 0xa0, 3, 2, 1, 2, 2, 1, 1, 0x30, 0, 0x30, 4, 0x31, 2, 0x30, 0, 0x30, 0, 0x30, 4,
  0x31, 2, 0x30, 0, 0x30, 0, 0x30, 0,
];

/** Seeds of each parser: valid input, which the fuzzer changes. */
export const SEEDS: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  "DNS response": [dnsMessage(0x8180, 1, ADDRESS), dnsMessage(0x8180, 2, ALIAS), dnsMessage(0x8183, 0, [])],
  "DNS answer section": [
    Uint8Array.from([0x81, 0x80, 0, 1, 0, 0, 0, 0, ...ADDRESS]),
    Uint8Array.from([0x81, 0x80, 0, 2, 0, 0, 0, 0, ...ALIAS]),
  ],
  "resolv.conf": [
    "search a.example b.example\nnameserver 10.0.0.2\nnameserver fe80::1%eth0\noptions ndots:5 timeout:1 rotate use-vc\n",
  ],
  "hosts file": ["127.0.0.1 localhost\n192.0.2.1\thost.example.com host # web\n::1 ip6-localhost\n"],
  "certificate names": [Uint8Array.from(CERTIFICATE)],
  PEM: [PEM, `comment\n${PEM}${PEM}`],
  "private key": [KEY, KEY.replaceAll("EC PRIVATE", "RSA PRIVATE"), KEY.replaceAll("EC PRIVATE", "PRIVATE")],
  "proxy URL": [
    "http://user:PASSWORD@proxy.example:3128",
    "socks5h://u:PASSWORD@[::1]:1080",
    "https://:PASSWORD@p",
  ],
  "request URL": ["https://host.example.com:8443/path?query=1", "http://[fd00:ec2::254]/latest/api/token"],
  "CONNECT response": [
    "HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 407 Proxy Authentication Required\r\n\r\n",
  ],
  "SOCKS replies": [
    Uint8Array.from([5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    Uint8Array.from([5, 0, 5, 0, 0, 3, 1, 97, 0, 80]),
  ],
  "HTTP framing": ["L123\nL123\n", "Cchunked\n", "Cgzip, chunked\nL1\n"],
  base64: ["AAECAw==", "_-8", "YW\nJj"],
  "appended program": [Uint8Array.from([0, 1]), Uint8Array.from([1, 1])],
};
