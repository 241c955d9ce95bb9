import { type Answers, a, aaaa, cname, type Reply } from "./name-server.ts";

/**
 * The cases of `tools/runtime/src/net/names/judged_by_glibc.rs`, where the static runtime is judged: resolv.conf, what the servers at
 * 127.0.0.1, .2 and .3 do, and the names that are looked up.
 */
export interface Case {
  readonly what: string;
  readonly conf: string;
  readonly servers: readonly Answers[];
  readonly names: readonly string[];
}

export const HOSTS = "127.0.0.1 localhost\n10.1.1.1 listed.example alias # comment\nfd00::9 listed.example\n";

const LOCAL = "nameserver 127.0.0.1\n";
const TWO = `${LOCAL}nameserver 127.0.0.2\n`;

const address: Answers = ({ name, kind }) => ({ records: kind === "A" ? [a(name, "10.0.0.1")] : [] });
const onlyInZone: Answers = (asked) => (asked.name.endsWith(".zone.example") ? address(asked) : { rcode: 3 });
const code =
  (rcode: number): Answers =>
  () => ({ rcode });
const silent: Answers = () => undefined;

/** The usual response, changed. */
const but =
  (change: Reply): Answers =>
  (asked) => ({ ...address(asked), ...change });

export const CASES: readonly Case[] = [
  {
    what: "names that no host has",
    conf: LOCAL,
    servers: [address],
    names: [
      "$home.example",
      "a%20b.example",
      "a/b.example",
      "-a.example",
      "-",
      "_a.example",
      "a-.example",
      "a_b.example",
    ],
  },
  {
    what: "A and AAAA",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records: kind === "A" ? [a(name, "10.0.0.1"), a(name, "10.0.0.2")] : [aaaa(name, "fd00::1")],
      }),
    ],
    names: ["api.example", "API.Example", "api.example."],
  },
  {
    what: "the first server is dead",
    conf: `${TWO}options timeout:1\n`,
    servers: [silent, address],
    names: ["api.example"],
  },
  {
    what: "dropped AAAA questions do not matter",
    conf: `${LOCAL}options timeout:1 attempts:1\n`,
    servers: [(asked) => (asked.kind === "A" ? address(asked) : undefined)],
    names: ["api.example"],
  },
  {
    what: "all servers are silent",
    conf: `${LOCAL}options timeout:1 attempts:1\n`,
    servers: [silent],
    names: ["api.example"],
  },
  {
    what: "SERVFAIL, REFUSED and NOTIMP of the first server",
    conf: `${TWO}nameserver 127.0.0.3\n`,
    servers: [code(2), code(5), address],
    names: ["api.example"],
  },
  { what: "SERVFAIL of all", conf: TWO, servers: [code(2), code(4)], names: ["api.example"] },
  {
    what: "NXDOMAIN of the first is final, whatever the second knows",
    conf: TWO,
    servers: [code(3), address],
    names: ["api.example"],
  },
  { what: "no data", conf: LOCAL, servers: [() => ({})], names: ["api.example"] },
  {
    what: "a lame server",
    conf: TWO,
    servers: [() => ({ flags: 0x8000 }), address],
    names: ["api.example"],
  },
  {
    what: "a chain of aliases, and one that leads nowhere",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records: [
          cname(name, "lb.example"),
          ...(name === "api.example" && kind === "A" ? [a("lb.example", "10.0.0.7")] : []),
        ],
      }),
    ],
    names: ["api.example", "dangling.example"],
  },
  {
    what: "truncated, with a record that is cut",
    conf: LOCAL,
    servers: [
      (asked) =>
        asked.byTcp
          ? address(asked)
          : { ...address(asked), flags: 0x8380, counts: [2, undefined], tail: [0xc0] },
    ],
    names: ["api.example"],
  },
  {
    what: "an odd authority section",
    conf: LOCAL,
    servers: [but({ counts: [undefined, 2], tail: [0xc0, 0xff, 3] })],
    names: ["api.example"],
  },
  {
    what: "forged responses first",
    conf: LOCAL,
    servers: [but({ afterForged: true })],
    names: ["api.example"],
  },
  {
    what: "the question comes back in another letter case",
    conf: LOCAL,
    servers: [({ name, kind }) => ({ records: kind === "A" ? [a(name.toUpperCase(), "10.0.0.1")] : [] })],
    names: ["api.example"],
  },
  {
    what: "search list, ndots",
    conf: `${LOCAL}search other.example zone.example\noptions ndots:3\n`,
    servers: [onlyInZone],
    names: ["api", "api.zone.example", "a.b", "a.b.c.d", "nothing.at.all.example."],
  },
  {
    what: "SERVFAIL on the way through the search list",
    conf: `${LOCAL}search other.example zone.example\noptions attempts:1\n`,
    servers: [(asked) => (asked.name.endsWith(".other.example") ? { rcode: 2 } : onlyInZone(asked))],
    names: ["api", "api.down"],
  },
  {
    what: "domain after search, comments, an indented server, a trailing comment",
    conf: "; x\n# y\nsearch other.example\ndomain zone.example # here\n nameserver 127.0.0.2\nnameserver 127.0.0.1 # ours\noptions timeout:1 attempts:1\n",
    servers: [onlyInZone, code(2)],
    names: ["api"],
  },
  {
    what: "use-vc",
    conf: `${LOCAL}options use-vc\n`,
    servers: [(asked) => (asked.byTcp ? address(asked) : undefined)],
    names: ["api.example"],
  },
  {
    what: "single-request",
    conf: `${LOCAL}options single-request\n`,
    servers: [address],
    names: ["api.example"],
  },
  {
    what: "a short form of an address, and no more than three servers",
    conf: "nameserver 127.1\nnameserver 127.0.0.2\nnameserver 127.0.0.2\nnameserver 127.0.0.3\noptions attempts:1\n",
    servers: [code(2), code(2), address],
    names: ["api.example"],
  },
  {
    what: "no file to speak of: the local server",
    conf: "# nothing\n",
    servers: [address],
    names: ["api.example"],
  },
  {
    what: "a response that takes its time",
    conf: LOCAL,
    servers: [but({ delayMs: 800 })],
    names: ["api.example"],
  },
  {
    what: "A long after AAAA, and AAAA long after A",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records: kind === "A" ? [a(name, "10.0.0.1")] : [aaaa(name, "fd00::1")],
        delayMs: (kind === "A") === name.startsWith("a-late") ? 600 : 0,
      }),
    ],
    names: ["a-late.example", "aaaa-late.example"],
  },
  {
    what: "one question fails, the other gets a response",
    conf: `${LOCAL}options timeout:1 attempts:1\n`,
    servers: [
      (asked) => {
        if (asked.kind === "A") return address(asked);
        return { rcode: { "servfail.example": 2, "refused.example": 5 }[asked.name] ?? 3 };
      },
    ],
    names: ["servfail.example", "refused.example", "nxdomain.example"],
  },
  {
    what: "FORMERR, and unknown codes, of the first server",
    conf: TWO,
    servers: [({ name }) => ({ rcode: name.startsWith("odd") ? 11 : 1 }), address],
    names: ["formerr.example", "odd.example"],
  },
  {
    what: "messages that are not responses: queries, other operations",
    conf: `${TWO}options timeout:1 attempts:1\n`,
    servers: [but({ flags: 0x0100 }), address],
    names: ["api.example"],
  },
  {
    what: "records of other names, kinds and sizes among the addresses",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records:
          kind !== "A"
            ? []
            : [
                a("elsewhere.example", "10.9.9.9"),
                { owner: name, kind: 16, data: Buffer.from("\x04text") },
                a(name, "10.0.0.1"),
                { owner: name, kind: 99, data: new Uint8Array(40) },
                a(name, "10.0.0.2"),
              ],
      }),
    ],
    names: ["api.example"],
  },
  {
    what: "an address twice",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records: [...(kind === "A" ? [a(name, "10.0.0.1")] : []), a(name, "10.0.0.1")],
      }),
    ],
    names: ["two.example"],
  },
  {
    what: "aliases that lead back to themselves",
    conf: LOCAL,
    servers: [({ name }) => ({ records: [cname(name, "b.example"), cname("b.example", name)] })],
    names: ["a.example"],
  },
  {
    what: "a chain of six aliases",
    conf: LOCAL,
    servers: [
      ({ name, kind }) => ({
        records: [
          cname(name, "b.example"),
          cname("b.example", "c.example"),
          cname("c.example", "d.example"),
          cname("d.example", "e.example"),
          cname("e.example", "f.example"),
          ...(kind === "A" ? [a("f.example", "10.0.0.6")] : []),
        ],
      }),
    ],
    names: ["a.example"],
  },
  {
    what: "60 addresses, which need TCP",
    conf: LOCAL,
    servers: [
      ({ name, kind, byTcp }) => {
        if (kind !== "A") return {};
        if (!byTcp) return { flags: 0x8380 };
        return { records: Array.from({ length: 60 }, (_, index) => a(name, `10.0.1.${index + 1}`)) };
      },
    ],
    names: ["many.example"],
  },
  {
    what: "names at the limits of length",
    conf: LOCAL,
    servers: [address],
    names: [`${"a".repeat(63)}.example`, `${"a".repeat(64)}.example`, "a..example"],
  },
  {
    what: "options at and beyond their limits",
    conf: `${LOCAL}options ndots:99 timeout:0 attempts:0 rotate edns0 trust-ad no-such-option\n`,
    servers: [address],
    names: ["zero.example", "zero"],
  },
  {
    what: "tabs, blank lines, servers that are not addresses, no newline at the end",
    conf: "\n\tnameserver 127.0.0.9\nnameserver\t127.0.0.1:53\nnameserver\nnameserver dns.example\nsearch\nnameserver \t 127.0.0.1",
    servers: [address],
    names: ["api.example"],
  },
  {
    what: "seven domains in the search list",
    conf: `${LOCAL}search a.example b.example c.example d.example e.example f.example zone.example\n`,
    servers: [onlyInZone],
    names: ["api"],
  },
  { what: "/etc/hosts comes first", conf: LOCAL, servers: [address], names: ["listed.example", "Alias"] },
];
