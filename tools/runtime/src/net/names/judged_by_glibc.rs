//! The same names, files and servers through glibc's getaddrinfo (Python's) and through ours: in a network and mount
//! namespace of a thread of its own, so that port 53 and /etc/resolv.conf are the test's.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::unbounded_channel;

use super::lookup;
use crate::net::testing::name_server::{Asked, NameServer, Reply};
use crate::net::testing::namespace;

const GETADDRINFO: &str = "
import socket, sys
try:
    print(*sorted({found[4][0] for found in socket.getaddrinfo(sys.argv[1].encode(), None)}))
except socket.gaierror as error:
    print({-2: 'ENOTFOUND', -5: 'ENOTFOUND', -3: 'EAI_AGAIN', -4: 'EAI_AGAIN'}.get(error.errno, error))
";

/// Names that glibc gives up and we find: to glibc, FORMERR and unknown codes are final, where we query the next server, and
/// with `attempts:0` it does not query any server.
const BETTER: &[&str] = &["formerr.example", "odd.example", "zero.example", "zero"];

type Answer = fn(&Asked) -> Option<Reply>;

/// resolv.conf, what the servers at 127.0.0.1, .2 and .3 do, and the names to look up.
struct Case {
    what: &'static str,
    conf: &'static str,
    servers: &'static [Answer],
    names: &'static [&'static str],
}

fn address(asked: &Asked) -> Option<Reply> {
    Some(if asked.kind == 1 { Reply::new().a(&asked.name, [10, 0, 0, 1]) } else { Reply::new() })
}

fn only_in_zone(asked: &Asked) -> Option<Reply> {
    if asked.name.ends_with(".zone.example") { address(asked) } else { Some(Reply::new().rcode(3)) }
}

const CASES: &[Case] = &[
    Case {
        what: "names that no host has are not asked for",
        conf: "nameserver 127.0.0.1\n",
        servers: &[address],
        names: &[
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
    Case {
        what: "A and AAAA",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            Some(match asked.kind {
                1 => Reply::new().a(&asked.name, [10, 0, 0, 1]).a(&asked.name, [10, 0, 0, 2]),
                _ => Reply::new().aaaa(&asked.name, "fd00::1"),
            })
        }],
        names: &["api.example", "API.Example", "api.example."],
    },
    Case {
        what: "the first server is dead",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1\n",
        servers: &[|_| None, address],
        names: &["api.example"],
    },
    Case {
        what: "dropped AAAA questions do not matter",
        conf: "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        servers: &[|asked| if asked.kind == 1 { address(asked) } else { None }],
        names: &["api.example"],
    },
    Case {
        what: "all servers are silent",
        conf: "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        servers: &[|_| None],
        names: &["api.example"],
    },
    Case {
        what: "SERVFAIL, REFUSED and NOTIMP of the first server",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n",
        servers: &[|_| Some(Reply::new().rcode(2)), |_| Some(Reply::new().rcode(5)), address],
        names: &["api.example"],
    },
    Case {
        what: "SERVFAIL of all",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\n",
        servers: &[|_| Some(Reply::new().rcode(2)), |_| Some(Reply::new().rcode(4))],
        names: &["api.example"],
    },
    Case {
        what: "NXDOMAIN of the first is final, whatever the second knows",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\n",
        servers: &[|_| Some(Reply::new().rcode(3)), address],
        names: &["api.example"],
    },
    Case {
        what: "no data",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|_| Some(Reply::new())],
        names: &["api.example"],
    },
    Case {
        what: "a lame server is passed over",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\n",
        servers: &[|_| Some(Reply::new().flags(0x8000)), address],
        names: &["api.example"],
    },
    Case {
        what: "a chain of aliases, and one that leads nowhere",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            let reply = Reply::new().cname(&asked.name, "lb.example");
            Some(if asked.name == "api.example" && asked.kind == 1 {
                reply.a("lb.example", [10, 0, 0, 7])
            } else {
                reply
            })
        }],
        names: &["api.example", "dangling.example"],
    },
    Case {
        what: "truncated, with a record that is cut",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            let whole = address(asked)?;
            Some(if asked.by_tcp {
                whole
            } else {
                whole.flags(0x8380).counts(Some(2), None, None).tail(&[0xc0])
            })
        }],
        names: &["api.example"],
    },
    Case {
        what: "an odd authority section",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| Some(address(asked)?.counts(None, Some(2), None).tail(&[0xc0, 0xff, 3]))],
        names: &["api.example"],
    },
    Case {
        what: "forged responses first",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| Some(address(asked)?.after_forged(|id| id.wrapping_add(1)))],
        names: &["api.example"],
    },
    Case {
        what: "the question comes back in another letter case",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            Some(if asked.kind == 1 {
                Reply::new().a(&asked.name.to_uppercase(), [10, 0, 0, 1])
            } else {
                Reply::new()
            })
        }],
        names: &["api.example"],
    },
    Case {
        what: "search list, ndots",
        conf: "nameserver 127.0.0.1\nsearch other.example zone.example\noptions ndots:3\n",
        servers: &[only_in_zone],
        names: &["api", "api.zone.example", "a.b", "a.b.c.d", "nothing.at.all.example."],
    },
    Case {
        what: "SERVFAIL on the way through the search list",
        conf: "nameserver 127.0.0.1\nsearch other.example zone.example\noptions attempts:1\n",
        servers: &[|asked| match asked.name.ends_with(".other.example") {
            true => Some(Reply::new().rcode(2)),
            false => only_in_zone(asked),
        }],
        names: &["api", "api.down"],
    },
    Case {
        what: "domain after search, comments, an indented server, a trailing comment",
        conf: "; x\n# y\nsearch other.example\ndomain zone.example # here\n nameserver 127.0.0.2\nnameserver 127.0.0.1 # ours\noptions timeout:1 attempts:1\n",
        servers: &[only_in_zone, |_| Some(Reply::new().rcode(2))],
        names: &["api"],
    },
    Case {
        what: "use-vc",
        conf: "nameserver 127.0.0.1\noptions use-vc\n",
        servers: &[|asked| if asked.by_tcp { address(asked) } else { None }],
        names: &["api.example"],
    },
    Case {
        what: "single-request: a server that drops two questions at once is served",
        conf: "nameserver 127.0.0.1\noptions single-request\n",
        servers: &[address],
        names: &["api.example"],
    },
    Case {
        what: "a short form of an address, and no more than three servers",
        conf: "nameserver 127.1\nnameserver 127.0.0.2\nnameserver 127.0.0.2\nnameserver 127.0.0.3\noptions attempts:1\n",
        servers: &[|_| Some(Reply::new().rcode(2)), |_| Some(Reply::new().rcode(2)), address],
        names: &["api.example"],
    },
    Case {
        what: "no file to speak of: the local server",
        conf: "# nothing\n",
        servers: &[address],
        names: &["api.example"],
    },
    Case {
        what: "a response that takes its time",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| Some(address(asked)?.after(Duration::from_millis(800)))],
        names: &["api.example"],
    },
    Case {
        what: "A long after AAAA, and AAAA long after A",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            let late = (asked.kind == 1) == asked.name.starts_with("a-late");
            let reply = match asked.kind {
                1 => Reply::new().a(&asked.name, [10, 0, 0, 1]),
                _ => Reply::new().aaaa(&asked.name, "fd00::1"),
            };
            Some(if late { reply.after(Duration::from_millis(600)) } else { reply })
        }],
        names: &["a-late.example", "aaaa-late.example"],
    },
    Case {
        what: "one question fails, the other is answered",
        conf: "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        servers: &[|asked| match (asked.kind, asked.name.as_str()) {
            (1, _) => address(asked),
            (_, "servfail.example") => Some(Reply::new().rcode(2)),
            (_, "refused.example") => Some(Reply::new().rcode(5)),
            _ => Some(Reply::new().rcode(3)),
        }],
        names: &["servfail.example", "refused.example", "nxdomain.example"],
    },
    Case {
        what: "FORMERR, and unknown codes, of the first server",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\n",
        servers: &[
            |asked| Some(Reply::new().rcode(if asked.name.starts_with("odd") { 11 } else { 1 })),
            address,
        ],
        names: &["formerr.example", "odd.example"],
    },
    Case {
        what: "messages that are no responses: queries, other operations",
        conf: "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1 attempts:1\n",
        servers: &[|asked| Some(address(asked)?.flags(0x0100)), address],
        names: &["api.example"],
    },
    Case {
        what: "records of other names, kinds and sizes among the addresses",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            if asked.kind != 1 {
                return Some(Reply::new());
            }
            Some(
                Reply::new()
                    .a("elsewhere.example", [10, 9, 9, 9])
                    .record(&asked.name, 16, b"\x04text")
                    .a(&asked.name, [10, 0, 0, 1])
                    .record(&asked.name, 99, &[0; 40])
                    .a(&asked.name, [10, 0, 0, 2]),
            )
        }],
        names: &["api.example"],
    },
    Case {
        what: "an address twice",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| Some(address(asked)?.a(&asked.name, [10, 0, 0, 1]))],
        names: &["two.example"],
    },
    Case {
        what: "aliases that lead back to themselves",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            Some(Reply::new().cname(&asked.name, "b.example").cname("b.example", &asked.name))
        }],
        names: &["a.example"],
    },
    Case {
        what: "a chain of six aliases",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            let reply = ["b", "c", "d", "e", "f"]
                .windows(2)
                .fold(Reply::new().cname(&asked.name, "b.example"), |reply, pair| {
                    reply.cname(&format!("{}.example", pair[0]), &format!("{}.example", pair[1]))
                });
            Some(if asked.kind == 1 { reply.a("f.example", [10, 0, 0, 6]) } else { reply })
        }],
        names: &["a.example"],
    },
    Case {
        what: "60 addresses, which need TCP",
        conf: "nameserver 127.0.0.1\n",
        servers: &[|asked| {
            if asked.kind != 1 {
                return Some(Reply::new());
            }
            if !asked.by_tcp {
                return Some(Reply::new().flags(0x8380));
            }
            Some((1..=60).fold(Reply::new(), |reply, last| reply.a(&asked.name, [10, 0, 1, last])))
        }],
        names: &["many.example"],
    },
    Case {
        what: "names at the limits of length",
        conf: "nameserver 127.0.0.1\n",
        servers: &[address],
        names: &[
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
            "a..example",
        ],
    },
    Case {
        what: "options at and beyond their limits",
        conf: "nameserver 127.0.0.1\noptions ndots:99 timeout:0 attempts:0 rotate edns0 trust-ad no-such-option\n",
        servers: &[address],
        names: &["zero.example", "zero"],
    },
    Case {
        what: "tabs, blank lines, servers that are no addresses, no newline at the end",
        conf: "\n\tnameserver 127.0.0.9\nnameserver\t127.0.0.1:53\nnameserver\nnameserver dns.example\nsearch\nnameserver \t 127.0.0.1",
        servers: &[address],
        names: &["api.example"],
    },
    Case {
        what: "seven domains in the search list",
        conf: "nameserver 127.0.0.1\nsearch a.example b.example c.example d.example e.example f.example zone.example\n",
        servers: &[only_in_zone],
        names: &["api"],
    },
    Case {
        what: "/etc/hosts comes first",
        conf: "nameserver 127.0.0.1\n",
        servers: &[address],
        names: &["listed.example", "Alias"],
    },
];

/// Why this cannot be tried here.
fn missing() -> Option<&'static str> {
    let python = Command::new("python3").args(["-c", "import socket"]).stderr(Stdio::null()).status();
    let has_python = python.is_ok_and(|status| status.success());
    namespace::missing()
        .or_else(|| (!has_python).then_some("there is no python3, which has glibc's getaddrinfo"))
}

fn glibc(name: &str) -> String {
    let run = Command::new("python3").args(["-c", GETADDRINFO, name]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).trim().to_owned()
}

fn ours(name: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (tell, mut found) = unbounded_channel();
        let outcome = lookup(name, &tell).await;
        drop(tell);
        let mut addresses = BTreeSet::new();
        while let Some(batch) = found.recv().await {
            addresses.extend(batch.iter().map(ToString::to_string));
        }
        match outcome {
            Some(error) if addresses.is_empty() => error.code.to_owned(),
            _ => addresses.into_iter().collect::<Vec<_>>().join(" "),
        }
    })
}

/// The result for one name.
struct Judged {
    name: &'static str,
    glibc: String,
    ours: String,
    /// By how much longer we took.
    late: Duration,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    (work(), started.elapsed())
}

/// Gives each name's two outcomes, in namespaces of their own.
fn run(case: &'static Case) -> Vec<Judged> {
    let hosts = "127.0.0.1 localhost\n10.1.1.1 listed.example alias # comment\nfd00::9 listed.example\n";
    namespace::enter(&[
        ("resolv.conf", case.conf),
        ("hosts", hosts),
        ("nsswitch.conf", "hosts: files dns\n"),
    ]);
    let answers = Arc::new(case.servers);
    let servers: Vec<_> = (0..answers.len())
        .map(|index| {
            let answers = answers.clone();
            NameServer::start_at(&format!("127.0.0.{}", index + 1), move |asked| answers[index](asked))
        })
        .collect();
    let outcomes = case
        .names
        .iter()
        .map(|name| {
            let (theirs, patience) = timed(|| glibc(name));
            let (ours, took) = timed(|| ours(name));
            Judged { name, glibc: theirs, ours, late: took.saturating_sub(patience) }
        })
        .collect();
    drop(servers);
    outcomes
}

#[test]
fn glibc_and_we_find_the_same() {
    if let Some(reason) = missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    // All at once: each has namespaces of its own, and most of the time is glibc's patience.
    let running: Vec<_> = CASES.iter().map(|case| (case, thread::spawn(move || run(case)))).collect();
    let mut wrong = Vec::new();
    for (case, running) in running {
        for Judged { name, glibc, ours, late } in running.join().unwrap() {
            let better = BETTER.contains(&name) && glibc.starts_with('E');
            if ours != glibc && !better {
                wrong.push(format!("{name}: {ours}, and by glibc {glibc}: {}", case.what));
            }
            if late >= Duration::from_secs(1) {
                wrong.push(format!("{name}: {late:?} after glibc: {}", case.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
