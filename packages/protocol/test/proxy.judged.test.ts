/** Compares the choice of the proxy with golang.org/x/net/http/httpproxy, which Go's clients and so the Go plugins use. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { domainToASCII } from "node:url";
import { GoPrograms, notInstalled } from "@imagecred/workspace";
import { OptionsError } from "../src/errors.ts";
import { proxyFor } from "../src/http/proxy.ts";

const MODULES = join(import.meta.dirname, "go");
const JUDGE = { name: "proxy-judge", module: "proxy-judge", package: "." };

interface Question {
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
}

/** The Go program's output. */
interface Judged {
  readonly proxy: string;
  readonly error?: string;
  readonly scheme?: string;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly password?: string;
}

const PORTS: Readonly<Record<string, string>> = { http: "80", https: "443", socks5: "1080", socks5h: "1080" };

/** `direct`, `unusable` for a proxy that cannot work, else scheme, host, port, user and password. */
function byGo({ proxy, scheme = "", host = "", port = "", user, password = "" }: Judged): string {
  if (proxy === "") return "direct";
  // Go added `http://` to a text that already had it, so "http" is the host.
  const nested = /^http:\/\/[a-z0-9]+:\/\//i.test(proxy);
  const isHost = host !== "" && (!host.includes(":") || isIP(host) === 6);
  if (PORTS[scheme] === undefined || !isHost || nested) return "unusable";
  return [scheme, domainToASCII(host) || host, port || PORTS[scheme], user ?? "", password].join(" ");
}

function byUs({ env, url }: Question): string {
  let proxy: string | undefined;
  try {
    proxy = proxyFor(new URL(url), env);
  } catch (error) {
    assert.ok(error instanceof OptionsError, String(error));
    return "unusable";
  }
  if (proxy === undefined) return "direct";
  const { protocol, hostname, port, username, password } = new URL(proxy);
  const scheme = protocol.slice(0, -1);
  const host = hostname.replace(/^\[|\]$/g, "");
  return [scheme, host, port || PORTS[scheme], decoded(username), decoded(password)].join(" ");
}

/** As in both transports: a percent sign without two digits after it stays. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return text;
  }
}

const skip = notInstalled("go");

describe("the proxy for a URL, as Go's clients choose it", { skip }, () => {
  let judge: string;
  before(async () => {
    judge = await new GoPrograms(MODULES).build(JUDGE);
  });

  function compare(questions: readonly Question[]): void {
    // Our requests' URLs were parsed by the same parser.
    const asked = questions.map(({ env, url }) => ({ env, url: new URL(url).href }));
    const input = asked.map((question) => `${JSON.stringify(question)}\n`).join("");
    const answers = execFileSync(judge, { input, encoding: "utf8", maxBuffer: 64 << 20 })
      .trim()
      .split("\n");
    assert.equal(answers.length, questions.length);
    const different = questions.flatMap((question, index) => {
      const judged = JSON.parse(answers[index] ?? "") as Judged;
      const [go, us] = [byGo(judged), byUs(question)];
      return go === us ? [] : [`${JSON.stringify(question)}: Go ${go} (${judged.proxy}), we ${us}`];
    });
    assert.deepEqual(different, []);
  }

  test("golang.org/x/net's own test table", () => {
    const questions = ownTable();
    assert.ok(questions.length > 50, `${questions.length} rows`);
    compare(questions);
  });

  test("all our NO_PROXY entries and hosts", () => {
    const env = { HTTPS_PROXY: "http://proxy.test:3128", HTTP_PROXY: "http://plain.test" };
    compare(
      NO_PROXY.flatMap((entry) =>
        URLS.flatMap((url) =>
          [entry, `other.test, ${entry} ,`].map((NO_PROXY) => ({ env: { ...env, NO_PROXY }, url })),
        ),
      ),
    );
  });

  test("all our proxy URLs, except those that we accept and Go does not", () => {
    for (const value of UNDERSTOOD) {
      assert.ok(PROXIES.includes(value), value);
      assert.match(
        byUs({ env: { HTTPS_PROXY: value }, url: "https://api.test/" }),
        /^http proxy\.test /,
        value,
      );
    }
    compare(
      PROXIES.filter((value) => !UNDERSTOOD.includes(value)).map((HTTPS_PROXY) => ({
        env: { HTTPS_PROXY },
        url: "https://api.test/",
      })),
    );
  });

  test("upper and lower case of every variable", () => {
    const values = ["", "upper.test:1", undefined];
    const lower = ["", "lower.test:2", undefined];
    const set = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });
    compare(
      values.flatMap((big) =>
        lower.flatMap((small) =>
          ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) =>
            ["https://upper.test:1/", "https://api.test/", "http://api.test/", "http://lower.test:2/"].map(
              (url) => ({
                env: {
                  HTTPS_PROXY: "p.test",
                  ...set(name, big),
                  ...set(name.toLowerCase(), small),
                },
                url,
              }),
            ),
          ),
        ),
      ),
    );
  });
});

/** Configurations and URLs of proxy_test.go; the expected results come from running Go. */
function ownTable(): Question[] {
  const download = execFileSync("go", ["mod", "download", "-json", "golang.org/x/net"], {
    cwd: join(MODULES, JUDGE.module),
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "" },
  });
  const { Dir } = JSON.parse(download) as { readonly Dir: string };
  const source = readFileSync(join(Dir, "http", "httpproxy", "proxy_test.go"), "utf8");
  const table = source.slice(source.indexOf("proxyForURLTests = "), source.indexOf("func testProxyForURL"));
  const fields = (text: string) =>
    Object.fromEntries(Array.from(text.matchAll(/(\w+):\s+"([^"]*)"/g), ([, name, value]) => [name, value]));
  const configured = table.split("}, {").map((row) => {
    const { HTTPProxy, HTTPSProxy, NoProxy, req } = fields(row);
    return {
      env: { HTTP_PROXY: HTTPProxy ?? "", HTTPS_PROXY: HTTPSProxy ?? "", NO_PROXY: NoProxy ?? "" },
      url: req || "http://example.com",
    };
  });
  const noProxy = /noProxy = "([^"]+)"/.exec(source)?.[1] ?? "";
  const hosts = Array.from(
    source.slice(source.indexOf("UseProxyTests = ")).matchAll(/\{"([^"]+)", (?:true|false)\}/g),
    ([, host = ""]) => host,
  );
  return [
    // Our URLs have a host and are never ftp.
    ...configured.filter(({ url }) => /^https?:/.test(url) && URL.canParse(url)),
    ...hosts.map((host) => ({
      env: { HTTPS_PROXY: "http://p.test", NO_PROXY: noProxy },
      url: `https://${host.replace(/^::1$/, "[::1]")}/`,
    })),
  ];
}

/**
 * Passwords that are not percent-encoded, white space around a URL, slashes before a host: we accept these, but Go connects
 * directly or to a host named "http".
 */
const UNDERSTOOD = [
  "http://user:100%@proxy.test",
  "http://user:%zz@proxy.test",
  "http://user:pa ss@proxy.test",
  "http://user:päss@proxy.test",
  "//proxy.test",
  "//proxy.test:3128",
  "/proxy.test",
  "http://proxy.test/%zz",
  "proxy.test ",
  " http://proxy.test",
  "http://proxy.test ",
  "http://proxy.test\n",
];

const URLS = [
  "https://api.test/",
  "https://API.test/",
  "https://sub.api.test/",
  "https://notapi.test/",
  "https://api.test:8443/",
  "http://api.test/",
  "http://api.test:443/",
  "https://api.test./",
  "https://10.1.2.3/",
  "https://10.1.2.3:8443/",
  "https://169.254.169.254/",
  "https://[fd00::1]/",
  "https://[fd00::1]:8443/",
  "https://[::ffff:10.1.2.3]/",
  "https://[::1]/",
  "https://127.0.0.1/",
  "https://127.9.9.9:1/",
  "https://localhost/",
  "https://LOCALHOST:1/",
  "https://localhost./",
  "https://sub.localhost/",
  "https://a-b.api.test/",
  "https://xn--bcher-kva.test/",
  "https://test/",
];

const NO_PROXY = [
  "",
  "*",
  " * ",
  "*,x",
  "**",
  "*.*",
  "api.test",
  ".api.test",
  "..api.test",
  "*.api.test",
  "*api.test",
  "API.TEST",
  "api.test.",
  "test",
  ".test",
  "pi.test",
  "api.*",
  "api.test:443",
  "api.test:8443",
  ".api.test:443",
  "*.api.test:443",
  "*.api.test:",
  "api.test:",
  "api.test:https",
  "api.test:x:y",
  ":443",
  ":",
  ".",
  "*.",
  "*.:443",
  "http://api.test",
  "api.test/",
  "api.test/path",
  "10.1.2.3",
  "10.1.2.3:443",
  "10.1.2.3:8443",
  "10.1.2.3:",
  "010.1.2.3",
  "10.1.2",
  "10.",
  ".10.1.2.3",
  "10.0.0.0/8",
  "10.0.0.0/08",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/",
  "10.1.2.3/32",
  "10.9.9.9/8",
  "0.0.0.0/0",
  "10.0.0.0/8:443",
  "169.254.0.0/16",
  "::/0",
  "fd00::/8",
  "FD00::/8",
  "fd00::1",
  "FD00:0::1",
  "[fd00::1]",
  "[fd00::1]:443",
  "[fd00::1]:8443",
  "[fd00::1",
  "fd00::1%eth0",
  "::ffff:10.1.2.3",
  "::ffff:10.0.0.0/104",
  "[::ffff:10.1.2.3]:443",
  "localhost",
  "127.0.0.1",
  "xn--bcher-kva.test",
  "bücher.test",
  "BÜCHER.test",
  "api.test,",
  ",api.test",
  "api.test other.test",
  "api.test;other.test",
  "'api.test'",
];

const PROXIES = [
  "proxy.test",
  "proxy.test:3128",
  "proxy.test:",
  "proxy.test/",
  "proxy.test:3128/path?query#fragment",
  "proxy",
  "proxy:3128",
  "localhost",
  "localhost:3128",
  "10.1.2.3",
  "10.1.2.3:3128",
  "[fd00::1]:3128",
  "[fd00::1]",
  "http://proxy.test",
  "http://proxy.test:3128/",
  "HTTP://Proxy.Test:3128",
  "https://proxy.test",
  "https://proxy.test:8443",
  "socks5://proxy.test",
  "socks5://user:pass@proxy.test:1081",
  "socks5h://proxy.test",
  "SOCKS5://proxy.test",
  "socks4://proxy.test",
  "socks://proxy.test",
  "ftp://proxy.test",
  "foo://proxy.test:1",
  "user@proxy.test",
  "user:pass@proxy.test",
  "user:pass@proxy.test:3128",
  "http://user@proxy.test",
  "http://user:pass@proxy.test",
  "http://user:@proxy.test",
  "http://:pass@proxy.test",
  "http://@proxy.test",
  "http://us%40er:p%3Ass%2F@proxy.test",
  "http://user:p:a:ss@proxy.test",
  "http://user:p$s!s;=&~@proxy.test",
  "http://user:100%@proxy.test",
  "http://user:%zz@proxy.test",
  "http://user:pa ss@proxy.test",
  "http://user:pa#ss@proxy.test",
  "http://user:pa/ss@proxy.test",
  "http://user:pa?ss@proxy.test",
  "http://user:p@ss@proxy.test",
  "http://user:päss@proxy.test",
  "http://",
  "http:",
  "http:/",
  "http:///",
  "http:proxy.test",
  "http:/proxy.test",
  "//proxy.test",
  "//proxy.test:3128",
  "://proxy.test",
  "://",
  ":",
  ":3128",
  "http://:3128",
  "/",
  "/proxy.test",
  "?",
  "#",
  "%",
  "%zz",
  "http://%zz",
  "http://proxy.test/%zz",
  "http://proxy.test/?%zz",
  "http://pro%20xy.test",
  " ",
  " proxy.test",
  "proxy.test ",
  " http://proxy.test",
  "http://proxy.test ",
  "http:// proxy.test",
  "http://pro xy.test",
  "pro xy.test",
  "http://proxy.test:0",
  "http://proxy.test:x",
  "http://proxy.test:-1",
  "http://proxy.test:3128x",
  "proxy.test:x",
  "proxy.test:3128:3128",
  "http://[fd00::1",
  "http://fd00::1",
  "http://[fd00::1]x",
  "[fd00::1",
  "http://[]",
  "http://[proxy.test]",
  "http://proxy.test\n",
  "proxy\u0000.test".replace("\u0000", "\u0001"),
  "http://proxy.test\u007f",
  "http://proxy_1.test",
  "http://-proxy.test",
  "http://proxy..test",
  "http://proxy.test.",
  "http://bücher.test",
  "http://proxy.test,http://other.test",
  "http://proxy.test http://other.test",
  "DIRECT",
  "none",
  "null",
  "PROXY proxy.test:3128",
];
