//! The order in which servers are queried: each in turn, as soon as the ones before it have failed or a second has passed, while the
//! earlier ones may still respond.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::message::Answer;
use super::servers::{self, Asked, PATIENCE};

/// The combined result of all servers.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Answer(Answer),
    /// Some could not say, and the others said nothing; the last reason.
    Failed(String),
    /// No server responded in time.
    Silent,
}

pub struct Limits {
    /// For one response of one server.
    pub timeout: Duration,
    /// How often each server is queried.
    pub attempts: u32,
}

/// Asks `servers` in turn with `ask` until one says something definite. "There is no such name" counts only once the
/// servers before it have had their time: the first may know names that the others do not.
pub async fn ask_in_order<Asking>(
    servers: &[SocketAddr],
    limits: &Limits,
    ask: impl Fn(SocketAddr) -> Asking,
) -> Outcome
where
    Asking: Future<Output = io::Result<Answer>> + Send + 'static,
{
    let tries = servers.len() * limits.attempts as usize;
    let patience = PATIENCE.min(limits.timeout);
    // All have their time in full, also the one that is queried last.
    let whole = (limits.timeout * limits.attempts).max(patience * (tries as u32 - 1) + limits.timeout);
    let end = Instant::now() + whole;
    let mut asking = JoinSet::new();
    // Of each try, since when it has been waited for; `None` once it is over.
    let mut since: Vec<Option<Instant>> = Vec::new();
    let mut next_at = Instant::now();
    let mut no: Option<(usize, Answer)> = None;
    let mut reason = None;
    loop {
        let now = Instant::now();
        if since.len() < tries && no.is_none() && (asking.is_empty() || now >= next_at) {
            let (index, server) = (since.len(), servers[since.len() % servers.len()]);
            let answer = ask(server);
            asking.spawn(async move {
                let asked = Asked::now(server);
                let answer = answer.await;
                asked.answered();
                (index, answer)
            });
            since.push(Some(now));
            next_at = now + patience;
        }
        if let Some((index, answer)) = &no {
            let waited_for = since[..*index].iter().flatten().map(|since| *since + limits.timeout).max();
            if waited_for.is_none_or(|until| now >= until) {
                return Outcome::Answer(answer.clone());
            }
            next_at = waited_for.unwrap_or(end);
        } else if asking.is_empty() {
            return reason.map_or(Outcome::Silent, Outcome::Failed);
        }
        tokio::select! {
            Some(Ok((index, answer))) = asking.join_next() => {
                since[index] = None;
                match answer {
                    Ok(Answer::Failed(why)) => reason = Some(why),
                    Err(error) => reason = Some(error.to_string()),
                    Ok(answer @ (Answer::NoName | Answer::NoData)) => {
                        if no.as_ref().is_none_or(|(known, _)| index < *known) {
                            no = Some((index, answer));
                        }
                        continue;
                    }
                    Ok(answer) => return Outcome::Answer(answer),
                }
                next_at = Instant::now();
            }
            () = sleep_until(next_at), if since.len() < tries || no.is_some() => {
                let late = since.iter().enumerate().filter(|(_, since)| since.is_some());
                late.for_each(|(index, _)| servers::is_silent(servers[index % servers.len()]));
            }
            () = sleep_until(end) => return match (no, reason) {
                (Some((_, answer)), _) => Outcome::Answer(answer),
                (None, Some(reason)) => Outcome::Failed(reason),
                (None, None) => Outcome::Silent,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    /// The behavior of a server, after that many milliseconds; `None`: it never responds.
    type Behaviour = Option<(u64, Answer)>;

    fn found(last: u8) -> Answer {
        Answer::Found(vec![IpAddr::from([10, 0, 0, last])])
    }

    fn failed() -> Answer {
        Answer::Failed("SERVFAIL".into())
    }

    /// The outcome with servers that behave so, and how many milliseconds it took, on a clock of its own.
    fn run(behaviours: &[Behaviour], attempts: u32) -> (Outcome, u128) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let servers: Vec<SocketAddr> =
                (0..behaviours.len()).map(|index| ([127, 0, 0, 1], 1000 + index as u16).into()).collect();
            let ask = |server: SocketAddr| {
                let behaviour = behaviours[usize::from(server.port() - 1000)].clone();
                async move {
                    match behaviour {
                        None => std::future::pending().await,
                        Some((after, answer)) => {
                            tokio::time::sleep(Duration::from_millis(after)).await;
                            Ok(answer)
                        }
                    }
                }
            };
            let start = Instant::now();
            let limits = Limits { timeout: Duration::from_secs(5), attempts };
            let outcome = ask_in_order(&servers, &limits, ask).await;
            (outcome, start.elapsed().as_millis())
        })
    }

    #[test]
    fn the_next_server_is_asked_after_a_second_and_the_first_still_counts() {
        assert_eq!(run(&[None, Some((20, found(2)))], 2), (Outcome::Answer(found(2)), 1020));
        assert_eq!(run(&[None, None, Some((20, found(3)))], 2), (Outcome::Answer(found(3)), 2020));
        assert_eq!(run(&[Some((1500, found(1))), None], 2), (Outcome::Answer(found(1)), 1500));
        assert_eq!(run(&[Some((5, found(1))), Some((1, found(2)))], 2), (Outcome::Answer(found(1)), 5));
    }

    #[test]
    fn a_failure_is_followed_by_the_next_server_at_once() {
        assert_eq!(run(&[Some((5, failed())), Some((20, found(2)))], 2), (Outcome::Answer(found(2)), 25));
        assert_eq!(
            run(&[Some((5, failed())), Some((5, failed()))], 2),
            (Outcome::Failed("SERVFAIL".into()), 20)
        );
        assert_eq!(
            run(&[None, Some((5, failed())), Some((5, found(3)))], 2),
            (Outcome::Answer(found(3)), 1010)
        );
    }

    #[test]
    fn no_such_name_counts_when_the_servers_before_had_their_time() {
        let no = || Some((10, Answer::NoName));
        assert_eq!(run(&[no(), Some((1, found(2)))], 2), (Outcome::Answer(Answer::NoName), 10));
        // The first knows a name of the inside and is slow.
        assert_eq!(run(&[Some((3000, found(1))), no()], 2), (Outcome::Answer(found(1)), 3000));
        // The first is dead: as slow as glibc, but not slower.
        assert_eq!(run(&[None, no()], 2), (Outcome::Answer(Answer::NoName), 5000));
        assert_eq!(run(&[Some((2000, failed())), no()], 2), (Outcome::Answer(Answer::NoName), 2000));
    }

    #[test]
    fn silence_ends_when_glibc_would_ask_no_more_of_one_server() {
        assert_eq!(run(&[None], 2), (Outcome::Silent, 10_000));
        assert_eq!(run(&[None, None, None], 2), (Outcome::Silent, 10_000));
        assert_eq!(run(&[None], 1), (Outcome::Silent, 5_000));
        // A lost datagram is sent again.
        assert_eq!(run(&[None, Some((5, failed()))], 1), (Outcome::Failed("SERVFAIL".into()), 6_000));
    }
}
