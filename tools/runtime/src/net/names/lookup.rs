//! A host name becomes addresses: /etc/hosts first, then the servers of /etc/resolv.conf, A and AAAA at once. Addresses are
//! passed on as they arrive, so that connecting can begin with the first family that has one (RFC 8305, 3).

use std::net::{IpAddr, SocketAddr};

use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::mpsc::UnboundedSender;

use super::hosts;
use super::message::{Answer, Family, Question, labels};
use super::order::{Limits, Outcome, ask_in_order};
use super::query;
use super::resolv_conf::ResolvConf;
use super::servers;
use crate::files;
use crate::net::error::{NetError, Phase};

/// The receiver of addresses: once for each family that was asked for, an empty list where it has none.
pub type Found = UnboundedSender<Vec<IpAddr>>;

/// Larger than any hosts file that is not an accident.
const FILE_LIMIT: u64 = 16 << 20;

/// A missing or unreadable file is empty, as with glibc.
fn read_text(path: &str) -> String {
    files::read_regular(path.as_ref(), FILE_LIMIT)
        .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Finds the addresses of `host` and tells `found` of them. Ends when there is nothing more to come; the time that it takes
/// is limited by resolv.conf alone. Gives what went wrong: without any address, or with those of one family where the other
/// could not be asked for.
pub async fn lookup(host: &str, found: &Found) -> Option<NetError> {
    // A receiver that is gone has all that it needs.
    let tell = |addresses| drop(found.send(addresses));
    let listed = hosts::find_in_hosts(&read_text("/etc/hosts"), host.trim_end_matches('.'));
    if !listed.is_empty() {
        tell(listed);
        return None;
    }
    if let Some(addresses) = hosts::loopback(host) {
        tell(addresses);
        return None;
    }
    if !can_be_asked_for(host) {
        return Some(NetError::new(Phase::Lookup, "ENOTFOUND", format!("there is no host {host}")));
    }
    let conf = ResolvConf::of_machine(&read_text("/etc/resolv.conf"));
    ask_servers(&conf, host, found).await
}

/// Whether glibc asks name servers for this name (res_hnok): letters, digits, `-`, `_` and dots, no dash at the start.
fn can_be_asked_for(host: &str) -> bool {
    !host.starts_with('-') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The result of all candidates, as glibc's res_search sums it up.
#[derive(Default)]
struct Search {
    as_it_is: Option<Said>,
    no_data: bool,
    failed: Option<String>,
}

/// The result of both families of one full name.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Found,
    NoData,
    NoName,
    Failed(String),
    Silent,
}

async fn ask_servers(conf: &ResolvConf, host: &str, found: &Found) -> Option<NetError> {
    let mut search = Search::default();
    for name in conf.candidates(host) {
        // One that is too long only with a search domain does not end the lookup.
        if labels(&name).is_none() {
            continue;
        }
        let [v4, v6] = ask_families(conf, &name, found).await;
        let said = match (v4, v6) {
            (Said::Found, other) | (other, Said::Found) => {
                return matches!(other, Said::Failed(_) | Said::Silent).then(|| explain(host, conf, other));
            }
            (v4, v6) => both(v4, v6),
        };
        match &said {
            // Servers that say nothing will say nothing about other candidates.
            Said::Silent => {
                search.as_it_is = Some(said);
                break;
            }
            Said::NoData => search.no_data = true,
            Said::Failed(reason) => search.failed = Some(reason.clone()),
            Said::NoName | Said::Found => {}
        }
        // Tried before the search list, its own failure is the one that counts.
        if name == host && search.as_it_is.is_none() && host.matches('.').count() >= conf.ndots {
            search.as_it_is = Some(said);
        }
    }
    let said = search.as_it_is.unwrap_or(match (search.no_data, search.failed) {
        (true, _) => Said::NoData,
        (false, Some(reason)) => Said::Failed(reason),
        (false, None) => Said::NoName,
    });
    Some(explain(host, conf, said))
}

fn explain(host: &str, conf: &ResolvConf, said: Said) -> NetError {
    let failed = |reason: &str| {
        let servers: Vec<_> = conf.servers.iter().map(|server| server.ip().to_string()).collect();
        let message = format!("looking up {host} failed ({reason}; asked {})", servers.join(", "));
        NetError::new(Phase::Lookup, "EAI_AGAIN", message)
    };
    match said {
        Said::Failed(reason) => failed(&reason),
        Said::Silent => failed("no answer"),
        Said::NoData => NetError::new(Phase::Lookup, "ENOTFOUND", format!("{host} has no address")),
        Said::NoName | Said::Found => {
            NetError::new(Phase::Lookup, "ENOTFOUND", format!("there is no host {host}"))
        }
    }
}

/// Both families of one full name, at once unless the file says otherwise.
async fn ask_families(conf: &ResolvConf, name: &str, found: &Found) -> [Said; 2] {
    let servers = servers::in_order(conf);
    let v4 = ask_family(conf, &servers, name, Family::V4, found);
    if conf.no_ipv6 {
        return [said(v4.await), Said::NoData];
    }
    let v6 = ask_family(conf, &servers, name, Family::V6, found);
    let (v4, v6) = if conf.single_request { (v4.await, v6.await) } else { tokio::join!(v4, v6) };
    [said(v4), said(v6)]
}

fn said(outcome: Outcome) -> Said {
    match outcome {
        Outcome::Answer(Answer::Found(_)) => Said::Found,
        Outcome::Answer(Answer::NoData) => Said::NoData,
        Outcome::Answer(Answer::NoName) => Said::NoName,
        Outcome::Answer(Answer::Failed(reason)) | Outcome::Failed(reason) => Said::Failed(reason),
        // `query::ask` follows truncation by itself.
        Outcome::Answer(Answer::Truncated) => Said::Failed("a truncated answer".into()),
        Outcome::Silent => Said::Silent,
    }
}

/// Without any address, a failure says more than "none".
fn both(v4: Said, v6: Said) -> Said {
    let rank = |said: &Said| match said {
        Said::Failed(_) => 1,
        Said::Silent => 2,
        Said::NoData => 3,
        Said::NoName | Said::Found => 4,
    };
    if rank(&v4) <= rank(&v6) { v4 } else { v6 }
}

async fn ask_family(
    conf: &ResolvConf,
    servers: &[SocketAddr],
    name: &str,
    family: Family,
    found: &Found,
) -> Outcome {
    let limits = Limits { timeout: conf.timeout, attempts: conf.attempts };
    let use_tcp = conf.use_tcp;
    let outcome = ask_in_order(servers, &limits, |server| {
        let question = question(name, family);
        async move { query::ask(server, &question?, use_tcp).await }
    })
    .await;
    let addresses = match &outcome {
        Outcome::Answer(Answer::Found(addresses)) => addresses.clone(),
        _ => Vec::new(),
    };
    drop(found.send(addresses));
    outcome
}

/// With an id that nothing off the path can know.
fn question(name: &str, family: Family) -> std::io::Result<Question> {
    let mut id = [0; 2];
    SystemRandom::new()
        .fill(&mut id)
        .map_err(|_| std::io::Error::other("the system gives no random numbers"))?;
    Question::new(u16::from_ne_bytes(id), name, family).ok_or_else(|| std::io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::name_server::{NameServer, Reply};
    use std::time::Instant;
    use tokio::sync::mpsc::unbounded_channel;

    /// The outcome and the addresses of a lookup of `host` at these servers.
    fn run(servers: &[&NameServer], options: &str, host: &str) -> (Option<&'static str>, Vec<Vec<IpAddr>>) {
        let mut conf = ResolvConf::parse(options, None);
        conf.servers = servers.iter().map(|server| server.address).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (tell, mut found) = unbounded_channel();
            let outcome = ask_servers(&conf, host, &tell).await.map(|error| error.code);
            drop(tell);
            let mut batches = Vec::new();
            while let Some(batch) = found.recv().await {
                batches.push(batch);
            }
            batches.retain(|batch| !batch.is_empty());
            (outcome, batches)
        })
    }

    /// The first addresses that come.
    fn first(servers: &[&NameServer], host: &str) -> Vec<IpAddr> {
        let mut conf = ResolvConf::parse("", None);
        conf.servers = servers.iter().map(|server| server.address).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (tell, mut found) = unbounded_channel();
            let lookup = ask_servers(&conf, host, &tell);
            tokio::pin!(lookup);
            let mut over = false;
            loop {
                tokio::select! {
                    biased;
                    addresses = found.recv() => match addresses {
                        Some(addresses) if addresses.is_empty() => {}
                        other => return other.unwrap_or_default(),
                    },
                    _ = &mut lookup, if !over => over = true,
                }
            }
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_dead_first_server_costs_a_second_and_the_next_lookup_nothing() {
        let dead = NameServer::start(|_| None);
        let healthy = NameServer::start(|asked| {
            Some(if asked.kind == 1 { Reply::new().a(&asked.name, [10, 0, 0, 1]) } else { Reply::new() })
        });
        let start = Instant::now();
        assert_eq!(first(&[&dead, &healthy], "api.example"), [ip("10.0.0.1")]);
        let elapsed = start.elapsed();
        assert!(elapsed.as_millis() >= 1000 && elapsed.as_millis() < 3000, "{elapsed:?}");
        // One thread, one process: what the first lookup has learnt, the second knows.
        let asked = dead.questions().len();
        assert_eq!(first(&[&dead, &healthy], "api.example"), [ip("10.0.0.1")]);
        assert_eq!(dead.questions().len(), asked, "the dead server was asked first again");
    }

    #[test]
    fn responses_cut_or_odd_or_of_another_id_do_not_count_as_silence() {
        let healthy = NameServer::start(|asked| {
            Some(if asked.kind == 1 { Reply::new().a(&asked.name, [10, 0, 0, 1]) } else { Reply::new() })
        });
        let unreadable =
            NameServer::start(|_| Some(Reply::new().counts(Some(4), None, None).tail(&[0xff, 1])));
        let start = Instant::now();
        assert_eq!(run(&[&unreadable, &healthy], "", "api.example"), (None, vec![vec![ip("10.0.0.1")]]));
        assert!(start.elapsed().as_millis() < 900, "{:?}", start.elapsed());
        // Cut in the middle of a record and marked as cut: asked again by TCP.
        let cutting = NameServer::start(|asked| {
            let whole =
                if asked.kind == 1 { Reply::new().a(&asked.name, [10, 0, 0, 2]) } else { Reply::new() };
            Some(if asked.by_tcp { whole } else { whole.flags(0x8380).counts(Some(9), None, None) })
        });
        assert_eq!(run(&[&cutting], "", "api.example"), (None, vec![vec![ip("10.0.0.2")]]));
        assert!(cutting.questions().iter().any(|asked| asked.by_tcp));
        // A forged response first: the true one counts.
        let forged = NameServer::start(|asked| {
            let address = if asked.kind == 1 { [10, 0, 0, 3] } else { return Some(Reply::new()) };
            Some(Reply::new().a(&asked.name, address).after_forged(|id| id ^ 1))
        });
        assert_eq!(run(&[&forged], "", "api.example"), (None, vec![vec![ip("10.0.0.3")]]));
    }

    #[test]
    fn search_lists_as_glibc_goes_through_them() {
        let server = NameServer::start(|asked| {
            Some(match (asked.name.as_str(), asked.kind) {
                ("metadata.a.example", _) => Reply::new().rcode(2),
                ("metadata.b.example", 1) => Reply::new().a(&asked.name, [10, 0, 0, 1]),
                ("empty.a.example", _) => Reply::new(),
                ("metadata.b.example", _) => Reply::new(),
                ("down.a.example", _) => Reply::new().rcode(2),
                _ => Reply::new().rcode(3),
            })
        });
        let search = "search a.example b.example\n";
        assert_eq!(run(&[&server], search, "metadata").1, [[ip("10.0.0.1")]]);
        assert_eq!(run(&[&server], search, "nothing").0, Some("ENOTFOUND"));
        assert_eq!(run(&[&server], search, "down").0, Some("EAI_AGAIN"));
        assert_eq!(run(&[&server], search, "empty").0, Some("ENOTFOUND"));
        // The name as it is comes first: its own result counts.
        assert_eq!(run(&[&server], search, "down.nothing").0, Some("ENOTFOUND"));
        let asked: Vec<_> = server.questions().iter().map(|asked| asked.name.clone()).collect();
        assert!(asked.contains(&"nothing".into()) && asked.contains(&"nothing.b.example".into()));
    }

    #[test]
    fn one_family_is_an_answer_whatever_became_of_the_other() {
        let only_v6 = NameServer::start(|asked| {
            Some(if asked.kind == 28 {
                Reply::new().aaaa(&asked.name, "fd00::1")
            } else {
                Reply::new().rcode(2)
            })
        });
        assert_eq!(run(&[&only_v6], "", "api.example"), (Some("EAI_AGAIN"), vec![vec![ip("fd00::1")]]));
        let no_v6 = run(&[&only_v6], "options no-aaaa\n", "api.example");
        assert_eq!(no_v6.0, Some("EAI_AGAIN"));
    }

    #[test]
    fn single_request_asks_for_one_family_after_the_other() {
        let server = NameServer::start(|asked| {
            Some(if asked.kind == 1 { Reply::new().a(&asked.name, [10, 0, 0, 1]) } else { Reply::new() })
        });
        assert_eq!(run(&[&server], "options single-request\n", "api.example").0, None);
        let kinds: Vec<_> = server.questions().iter().map(|asked| asked.kind).collect();
        assert_eq!(kinds, [1, 28]);
    }

    #[test]
    fn use_vc_asks_by_tcp_alone() {
        let server = NameServer::start(|asked| Some(Reply::new().a(&asked.name, [10, 0, 0, 1])));
        assert_eq!(run(&[&server], "options use-vc\n", "api.example").0, None);
        assert!(server.questions().iter().all(|asked| asked.by_tcp));
    }
}
