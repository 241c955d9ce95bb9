import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError } from "../errors.ts";
import { isLinkLocalHost, isLoopbackHost, parseIp } from "./ip.ts";
import { cidrContains } from "./ip-blocks.ts";
import { proxyFor } from "./proxy.ts";

const proxy = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env);
const https = { HTTPS_PROXY: "http://proxy.test:3128" };

describe("proxyFor", () => {
  test("chooses by scheme, upper case before lower case", () => {
    const both = { HTTPS_PROXY: "http://s.test:1", http_proxy: "http://h.test:2" };
    assert.equal(proxy("https://api.test/", both), "http://s.test:1");
    assert.equal(proxy("http://api.test/", both), "http://h.test:2");
    assert.equal(proxy("http://api.test/", https), undefined);
    assert.equal(
      proxy("https://api.test/", { HTTPS_PROXY: "", https_proxy: "http://l.test" }),
      "http://l.test:80",
    );
  });

  test("accepts a proxy without a scheme, and one with a password", () => {
    assert.equal(proxy("https://api.test/", { HTTPS_PROXY: "proxy.test:3128" }), "http://proxy.test:3128");
    assert.equal(
      proxy("https://api.test/", { HTTPS_PROXY: "http://u:p%40ss@proxy.test:1" }),
      "http://u:p%40ss@proxy.test:1",
    );
  });

  test("never proxies loopback", () => {
    for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
      assert.equal(proxy(`https://${host}:8443/`, https), undefined);
  });

  test("follows NO_PROXY as Go does", () => {
    const bypassed: readonly (readonly [noProxy: string, url: string, direct: boolean])[] = [
      ["*", "https://api.test/", true],
      ["api.test", "https://api.test/", true],
      ["api.test", "https://sub.api.test/", true],
      ["api.test", "https://notapi.test/", false],
      [".api.test", "https://sub.api.test/", true],
      [".api.test", "https://api.test/", false],
      ["*.api.test", "https://sub.api.test/", true],
      ["API.TEST", "https://api.test/", true],
      ["other.test, api.test", "https://api.test/", true],
      ["api.test:8443", "https://api.test/", false],
      ["api.test:8443", "https://api.test:8443/", true],
      ["api.test:443", "https://api.test/", true],
      ["10.0.0.0/8", "https://10.1.2.3/", true],
      ["10.0.0.0/8", "https://11.1.2.3/", false],
      ["10.1.2.3", "https://10.1.2.3/", true],
      ["fd00::/8", "https://[fd00::1]/", true],
      ["", "https://api.test/", false],
    ];
    for (const [noProxy, url, direct] of bypassed) {
      assert.equal(proxy(url, { ...https, NO_PROXY: noProxy }) === undefined, direct, `${noProxy} ${url}`);
    }
  });

  test("accepts the kinds of proxy that Go's client has (an https:// proxy on AKS)", () => {
    for (const [value, normalized] of [
      ["https://user:p%40ss@p.test", "https://user:p%40ss@p.test:443"],
      ["https://p.test:8443/", "https://p.test:8443"],
      ["socks5://p.test", "socks5://p.test:1080"],
      ["socks5h://u:p@p.test:9", "socks5h://u:p@p.test:9"],
      ["socks5://[fd00::1]", "socks5://[fd00::1]:1080"],
    ] as const) {
      assert.equal(proxy("https://api.test/", { HTTPS_PROXY: value }), normalized);
    }
  });

  test("refuses unsupported kinds of proxy, without the password in the message", () => {
    for (const value of [
      "socks4://user:secret-word@p.test",
      "ftp://user:secret-word@p.test",
      "http://user:secret-word@:::",
      "socks5://user:secret-word@",
    ]) {
      assert.throws(
        () => proxy("https://api.test/", { HTTPS_PROXY: value }),
        (error: Error) => error instanceof OptionsError && !error.message.includes("secret-word"),
      );
    }
  });
});

describe("addresses", () => {
  test("parses only addresses", () => {
    assert.deepEqual(parseIp("10.0.0.1"), [10, 0, 0, 1]);
    assert.equal(parseIp("::ffff:10.0.0.1")?.length, 16);
    assert.deepEqual(parseIp("fe80::1%eth0")?.slice(0, 2), [0xfe, 0x80]);
    for (const text of ["256.1.1.1", "1.2.3", "r.io", "1::2::3", "12345::", "1:2:3:4:5:6:7", ":::"])
      assert.equal(parseIp(text), undefined);
  });

  test("recognizes loopback and the metadata servers' networks", () => {
    assert.ok(isLoopbackHost("127.0.0.53") && isLoopbackHost("::1") && !isLoopbackHost("128.0.0.1"));
    assert.ok(
      isLinkLocalHost("169.254.169.254") &&
        isLinkLocalHost("fe80::1") &&
        isLinkLocalHost("fd00:ec2::254") &&
        isLinkLocalHost("fd20:ce::254"),
    );
    assert.ok(
      !isLinkLocalHost("169.255.0.1") && !isLinkLocalHost("fd00::1") && !isLinkLocalHost("metadata.test"),
    );
  });

  test("matches blocks bit by bit", () => {
    assert.ok(cidrContains("192.168.128.0/17", "192.168.200.1"));
    assert.ok(!cidrContains("192.168.128.0/17", "192.168.127.1"));
    assert.ok(cidrContains("0.0.0.0/0", "8.8.8.8"));
    for (const bad of ["10.0.0.0/33", "10.0.0.0/x", "x/8"]) assert.ok(!cidrContains(bad, "10.0.0.1"));
  });
});
