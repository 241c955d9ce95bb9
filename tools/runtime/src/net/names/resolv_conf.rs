//! /etc/resolv.conf (resolv.conf(5)), line by line as glibc reads it (resolv/res_init.c): keywords begin a
//! line, numbers end where their digits do, and anything else is ignored.

use std::env;
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use crate::sys;

const PORT: u16 = 53;
/// glibc's MAXNS, RES_MAXNDOTS, RES_MAXRETRANS (seconds) and RES_MAXRETRY.
const SERVERS: usize = 3;
const NDOTS_LIMIT: u32 = 15;
const TIMEOUT_LIMIT: u32 = 30;
const ATTEMPTS_LIMIT: u32 = 5;

#[derive(Clone, Debug, PartialEq)]
pub struct ResolvConf {
    pub servers: Vec<SocketAddr>,
    /// Domains without a dot at either end.
    pub search: Vec<String>,
    /// A name with at least this many dots is tried as it is before the search list.
    pub ndots: usize,
    /// For one response of one server.
    pub timeout: Duration,
    pub attempts: u32,
    pub rotate: bool,
    pub use_tcp: bool,
    /// Ask for one family at a time.
    pub single_request: bool,
    pub no_ipv6: bool,
    /// Never ask for a name without a dot as it is.
    pub no_tld_query: bool,
}

impl Default for ResolvConf {
    /// Without a file, a server on this machine is queried.
    fn default() -> Self {
        ResolvConf {
            servers: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))],
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            use_tcp: false,
            single_request: false,
            no_ipv6: false,
            no_tld_query: false,
        }
    }
}

/// The number at the beginning of a text, as atoi(3) has it; nonsense is 0.
fn leading_number(text: &str) -> u32 {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 { 0 } else { text[..digits].parse().unwrap_or(u32::MAX) }
}

/// The interface of a scoped address: by name where the address is of a link, else by number.
fn scope_id(address: Ipv6Addr, scope: &str) -> u32 {
    let named = || {
        let of_link = address.is_unicast_link_local() || address.octets()[..2] == [0xff, 0x02];
        CString::new(scope).ok().filter(|_| of_link).and_then(|name| sys::interface_index(&name))
    };
    // glibc ignores an unknown scope, too.
    named().or_else(|| scope.parse().ok()).unwrap_or(0)
}

fn parse_server(word: &str) -> Option<SocketAddr> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, PORT));
    }
    if let Some((address, scope)) = word.split_once('%') {
        let address = address.parse::<Ipv6Addr>().ok()?;
        return Some(SocketAddrV6::new(address, PORT, 0, scope_id(address, scope)).into());
    }
    short_ipv4(word).map(|address| SocketAddr::from((address, PORT)))
}

/// inet_aton(3): one to four numbers, decimal, octal or hexadecimal, of which the last fills what is left.
fn short_ipv4(word: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok(),
        None => None,
    };
    let parts = word.split('.').map(number).collect::<Option<Vec<u32>>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|part| *part > 0xff) {
        return None;
    }
    let free = 32 - 8 * first.len() as u32;
    if free < 32 && *last >> free != 0 {
        return None;
    }
    let high = first.iter().fold(0_u32, |value, part| value << 8 | part);
    Some(Ipv4Addr::from(if free == 32 { *last } else { high << free | last }))
}

fn domains<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.map(|word| word.trim_matches('.').to_owned()).filter(|word| !word.is_empty()).collect()
}

impl ResolvConf {
    /// The machine's: `text` is its /etc/resolv.conf, and LOCALDOMAIN and RES_OPTIONS have their say.
    pub fn of_machine(text: &str) -> ResolvConf {
        let variable = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let mut conf = ResolvConf::parse(text, sys::host_name().as_deref());
        if let Some(list) = variable("LOCALDOMAIN") {
            conf.search = domains(list.split_ascii_whitespace());
        }
        if let Some(options) = variable("RES_OPTIONS") {
            options.split_ascii_whitespace().for_each(|word| conf.option(word));
        }
        conf
    }

    /// `host_name` gives the search list where the text has none.
    pub fn parse(text: &str, host_name: Option<&str>) -> ResolvConf {
        let mut conf = ResolvConf { servers: Vec::new(), ..ResolvConf::default() };
        let mut search = None;
        for line in text.lines() {
            // A keyword ends at a blank; `search` alone on its line does not count.
            let Some((keyword, rest)) = line.split_once([' ', '\t']) else { continue };
            let mut words = rest.split_ascii_whitespace();
            match keyword {
                "nameserver" if conf.servers.len() < SERVERS => {
                    conf.servers.extend(words.next().and_then(parse_server));
                }
                // The last of these lines counts; `domain` is a list of one.
                "domain" => search = words.next().map(|word| domains([word].into_iter())).or(search),
                "search" if !rest.trim().is_empty() => search = Some(domains(words)),
                "options" => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        if conf.servers.is_empty() {
            conf.servers = ResolvConf::default().servers;
        }
        conf.search = search.unwrap_or_else(|| {
            domains(host_name.and_then(|name| name.split_once('.')).map(|(_, domain)| domain).into_iter())
        });
        conf
    }

    fn option(&mut self, word: &str) {
        if let Some(number) = word.strip_prefix("ndots:") {
            self.ndots = leading_number(number).min(NDOTS_LIMIT) as usize;
        } else if let Some(number) = word.strip_prefix("timeout:") {
            self.timeout = Duration::from_secs(leading_number(number).clamp(1, TIMEOUT_LIMIT).into());
        } else if let Some(number) = word.strip_prefix("attempts:") {
            self.attempts = leading_number(number).clamp(1, ATTEMPTS_LIMIT);
        }
        // glibc compares as many characters as its own word has.
        let is = |name: &str| word.starts_with(name);
        self.rotate |= is("rotate");
        self.use_tcp |= is("use-vc");
        // `single-request-reopen` is about sockets, and each of our questions has its own.
        self.single_request |= is("single-request") && !is("single-request-reopen");
        self.no_ipv6 |= is("no-aaaa");
        self.no_tld_query |= is("no-tld-query") || is("no_tld_query");
    }

    /// Full names to ask for, in order.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.into()];
        }
        let dots = name.matches('.').count();
        let searched = self.search.iter().map(|domain| format!("{name}.{domain}"));
        if dots >= self.ndots {
            return std::iter::once(name.into()).chain(searched).collect();
        }
        let as_it_is = (dots > 0 || !self.no_tld_query).then(|| name.to_owned());
        searched.chain(as_it_is).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ResolvConf {
        ResolvConf::parse(text, None)
    }

    fn servers(text: &str) -> Vec<String> {
        parse(text).servers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn servers_as_glibc_reads_them() {
        assert_eq!(
            servers(
                "nameserver 10.0.0.2 # the first\nnameserver\t10.0.0.3;x\nnameserver nonsense\nnameserver fd00::53\n"
            ),
            ["10.0.0.2:53", "[fd00::53]:53"],
        );
        assert_eq!(
            servers("nameserver 10.1\nnameserver 0x7f000001\nnameserver 010.0.0.1\n"),
            ["10.0.0.1:53", "127.0.0.1:53", "8.0.0.1:53"]
        );
        // No more than three, no keyword that is indented, no port.
        assert_eq!(
            servers(
                " nameserver 9.9.9.9\nnameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4"
            ),
            ["1.1.1.1:53", "2.2.2.2:53", "3.3.3.3:53"],
        );
        assert_eq!(
            servers("nameserver 1.1.1.1#53\nnameserver 256.1.1.1\n#nameserver 1.1.1.1\n"),
            ["127.0.0.1:53"]
        );
    }

    #[test]
    fn scopes_by_number_and_by_name() {
        assert_eq!(servers("nameserver fe80::1%3\n"), ["[fe80::1%3]:53"]);
        let loopback = sys::interface_index(c"lo").expect("every Linux has lo");
        assert_eq!(servers("nameserver fe80::1%lo\n"), [format!("[fe80::1%{loopback}]:53")]);
        // No interface of that name: glibc goes without.
        assert_eq!(servers("nameserver fe80::1%nosuchif\n"), ["[fe80::1]:53"]);
    }

    #[test]
    fn options_and_their_limits() {
        let conf = parse(
            "options ndots:5 timeout:1;x attempts:9 rotate edns0 use-vc single-request-reopen # trust-ad\n",
        );
        assert_eq!(
            (conf.ndots, conf.timeout, conf.attempts, conf.rotate, conf.use_tcp, conf.single_request),
            (5, Duration::from_secs(1), 5, true, true, false)
        );
        let conf = parse("options timeout:99 ndots:99\noptions attempts:0 single-request no-aaaa\n");
        assert_eq!(
            (conf.ndots, conf.timeout, conf.attempts, conf.single_request, conf.no_ipv6),
            (15, Duration::from_secs(30), 1, true, true)
        );
        assert_eq!(parse("options timeout:0 ndots:x\n").timeout, Duration::from_secs(1));
        assert_eq!(parse("options ndots:x\n").ndots, 0);
    }

    #[test]
    fn the_last_of_search_and_domain_counts() {
        assert_eq!(parse("search a.example. b.example\ndomain c.example ignored\n").search, ["c.example"]);
        assert_eq!(
            parse("domain c.example\nsearch a.example b.example\n").search,
            ["a.example", "b.example"]
        );
        assert_eq!(parse("search a.example\nsearch\nsearch \n").search, ["a.example"]);
        assert_eq!(parse("search a.example\nsearch .\n").search, Vec::<String>::new());
        assert_eq!(ResolvConf::parse("", Some("node1.zone.example")).search, ["zone.example"]);
        assert_eq!(ResolvConf::parse("search x.example\n", Some("node1.zone.example")).search, ["x.example"]);
        assert!(ResolvConf::parse("", Some("node1")).search.is_empty());
    }

    #[test]
    fn full_names_in_order() {
        let conf = parse("search a.example b.example\noptions ndots:2\n");
        assert_eq!(conf.candidates("ecr.aws"), ["ecr.aws.a.example", "ecr.aws.b.example", "ecr.aws"]);
        assert_eq!(
            conf.candidates("api.ecr.aws"),
            ["api.ecr.aws", "api.ecr.aws.a.example", "api.ecr.aws.b.example"]
        );
        assert_eq!(conf.candidates("ecr.aws."), ["ecr.aws"]);
        assert_eq!(parse("options no-tld-query\n").candidates("metadata"), Vec::<String>::new());
        assert_eq!(ResolvConf::default().candidates("a.b"), ["a.b"]);
    }

    #[test]
    fn an_empty_file_means_a_local_server() {
        assert_eq!(parse(""), ResolvConf::default());
    }
}
