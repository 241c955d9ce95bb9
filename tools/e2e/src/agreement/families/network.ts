import { kubeletRequest } from "../../request.ts";
import { ODD_TEXTS } from "../odd.ts";
import type { Random } from "../random.ts";
import type { Family } from "../trial.ts";

/** HTTPS_PROXY and NO_PROXY. The proxy of the fakes is among the values. */
export const proxyFamily: Family = {
  name: "proxies",
  weight: 3,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const proxy = new URL(base.env["HTTPS_PROXY"] ?? "http://127.0.0.1:9");
    const name = random.pick([
      "HTTPS_PROXY",
      "HTTPS_PROXY",
      "https_proxy",
      "HTTP_PROXY",
      "ALL_PROXY",
      "all_proxy",
    ]);
    const changes: Record<string, string> = { [name]: proxyValue(proxy, random) };
    if (name === "https_proxy" && random.chance(0.7)) changes["HTTPS_PROXY"] = "";
    if (random.chance(0.4)) {
      const bypass = random.chance(0.5) ? "NO_PROXY" : "no_proxy";
      changes[bypass] = Array.from({ length: 1 + random.below(3) }, () => noProxyEntry(random)).join(
        random.pick([",", ", ", " "]),
      );
    }
    return {
      ...base,
      what: `${base.what}: ${JSON.stringify(changes)}`,
      limitSeconds: 2,
      env: { ...base.env, ...changes },
      stdin: kubeletRequest(base.image, base.request),
    };
  },
};

function proxyValue(proxy: URL, random: Random): string {
  const { host, port } = proxy;
  return random.pick([
    host,
    `http://${host}`,
    `HTTP://${host}`,
    `http://${host}/path?x#y`,
    `http://user@${host}`,
    `http://user:pass@${host}`,
    `http://user:p%40ss%zz%@${host}`,
    `http://us er:p ss@${host}`,
    `http://:pass@${host}`,
    `http://user:@${host}`,
    `http://@${host}`,
    `http://us%C3%A9r:p%00@${host}`,
    `http://LOCALHOST:${port}`,
    `http://localhost:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    `http://2130706433:${port}`,
    `http://0x7f.1:${port}`,
    `http://127.1:${port}`,
    `http://127.0.0.1.:${port}`,
    `http://proxy.test:${port}`,
    `http://no-such-host.test:${port}`,
    `https://${host}`,
    `socks5://${host}`,
    `socks5h://user:pass@${host}`,
    `socks4://${host}`,
    `ftp://${host}`,
    `http:${host}`,
    `http:/${host}`,
    `//${host}`,
    ` http://${host}`,
    `http://${host} `,
    `http://${host},http://other.test`,
    "http://127.0.0.1",
    "http://127.0.0.1:",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:x",
    "http://127.0.0.1:9",
    "http://[::1]:9",
    "http://[::1",
    "http://",
    "http://?",
    "://",
    "http://%zz",
    "http://a%20b:1",
    "http://日本:1",
    "http://-a-:1",
    "http://a_b:1",
    `http://${"a".repeat(300)}:1`,
    `http://a..b:1`,
    ...ODD_TEXTS,
  ]);
}

function noProxyEntry(random: Random): string {
  return random.pick([
    "*",
    "example.test",
    ".amazonaws.com",
    "*.azurecr.io",
    "amazonaws.com:443",
    "amazonaws.com:80",
    "GOOGLEAPIS.COM",
    ".",
    "..",
    "*.",
    "10.0.0.0/8",
    "10.0.0.0/99",
    "0.0.0.0/0",
    "::/0",
    "[::1]:443",
    "[::1]",
    "127.0.0.1",
    "/",
    ":443",
    "a:b:c",
    "com",
    "oogleapis.com",
    ...ODD_TEXTS,
  ]);
}

/** Certificate authorities: files, directories and their contents. */
export const trustFamily: Family = {
  name: "trust",
  weight: 3,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const good = Buffer.from(lane.clouds.core.authority.pem);
    const [how, content] = caFile(good.toString(), random);
    const place = random.pick([
      () => lane.file(content),
      () => lane.file(content),
      async () =>
        random.pick([
          "/nonexistent",
          "/etc",
          "/dev/null",
          "/etc/passwd/x",
          "",
          ".",
          "/dev/full",
          `/${"a".repeat(300)}`,
        ]),
    ]);
    const path = await place();
    const changes: Record<string, string> = random.pick([
      { SSL_CERT_FILE: path },
      { SSL_CERT_FILE: path },
      { SSL_CERT_FILE: "", AWS_CA_BUNDLE: path },
      { SSL_CERT_FILE: "", NODE_EXTRA_CA_CERTS: path },
      { SSL_CERT_FILE: "", SSL_CERT_DIR: path },
      { SSL_CERT_FILE: path, SSL_CERT_DIR: "/nonexistent:/etc/ssl/certs" },
      { SSL_CERT_FILE: "", SSL_CERT_DIR: lane.clouds.core.directory },
      { SSL_CERT_FILE: "", SSL_CERT_DIR: `/nonexistent:${lane.clouds.core.directory}` },
      { SSL_CERT_FILE: "/nonexistent", SSL_CERT_DIR: lane.clouds.core.directory },
      { AWS_CA_BUNDLE: path },
      { NODE_EXTRA_CA_CERTS: path },
    ]);
    return {
      ...base,
      what: `${base.what}: ${Object.keys(changes).join()} ${path} (${how})`,
      limitSeconds: 3,
      env: { ...base.env, ...changes },
      stdin: kubeletRequest(base.image, base.request),
    };
  },
};

function caFile(good: string, random: Random): readonly [string, string | Uint8Array] {
  const lines = good.trim().split("\n");
  const body = lines.slice(1, -1).join("");
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const variations: Readonly<Record<string, string | Uint8Array>> = {
    good,
    empty: "",
    "no PEM": "nothing here\n",
    CRLF: good.replaceAll("\n", "\r\n"),
    "CR only": good.replaceAll("\n", "\r"),
    "a byte order mark": `\ufeff${good}`,
    "words around it": `words\n${good}words`,
    "words on the line before": `words ${good}`,
    "spaces at the ends of lines": lines.map((line) => `${line}  `).join("\n"),
    "spaces at the starts of lines": lines.map((line) => `  ${line}`).join("\n"),
    "one line": `${lines[0]}\n${body}\n${lines.at(-1)}\n`,
    "all on one line": `${lines[0]}${body}${lines.at(-1)}`,
    "no newline at its end": good.trim(),
    "a broken block before it": broken + good,
    "a broken block after it": good + broken,
    "a block without an end before it": `${lines.slice(0, 3).join("\n")}\n${good}`,
    "a block without an end": lines.slice(0, -1).join("\n"),
    twice: good + good,
    "not base64": `${lines[0]}\n!!!!\n${lines.at(-1)}\n`,
    "base64 without padding": `${lines[0]}\n${body.replaceAll("=", "")}\n${lines.at(-1)}\n`,
    "TRUSTED CERTIFICATE": good.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
    "X509 CERTIFICATE": good.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
    "another label": good.replaceAll("CERTIFICATE", "PUBLIC KEY"),
    "four dashes": good.replaceAll("-----", "----"),
    "headers inside": `${lines[0]}\nProc-Type: 4\n\n${body}\n${lines.at(-1)}\n`,
    DER: Buffer.from(body, "base64"),
    "UTF-16": Buffer.from(good, "utf16le"),
    "junk after the certificate in its block": `${lines[0]}\n${Buffer.concat([Buffer.from(body, "base64"), Buffer.from("junk")]).toString("base64")}\n${lines.at(-1)}\n`,
    "NUL bytes": `${"\u0000".repeat(100)}${good}`,
    large: `${"#".repeat(2_000_000)}\n${good}`,
  };
  const how = random.pick(Object.keys(variations));
  return [how, variations[how] ?? ""];
}
