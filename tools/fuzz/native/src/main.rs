//! Feeds hostile bytes to what the static runtime parses: `imagecred-fuzz -runs=1000000 -seed=1`, with the parser's name in
//! FUZZ_TARGET. `FUZZ_TARGET=list` prints the names. The sources are the runtime's own, compiled here without the engine.

#![no_main]
// The runtime uses more of its modules than the parsers do.
#![allow(dead_code, unused_imports)]

#[path = "../../../runtime/src/background.rs"]
mod background;
#[path = "../../../runtime/src/base64.rs"]
mod base64;
#[path = "../../../runtime/src/files.rs"]
mod files;
mod net;
#[path = "../../../runtime/src/payload.rs"]
mod payload;
#[path = "../../../runtime/src/sys.rs"]
mod sys;
mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    if wanted == "list" {
        TARGETS.iter().for_each(|(name, from, _)| println!("{name}\t{from}"));
        std::process::exit(0);
    }
    let found = TARGETS.iter().find(|(name, ..)| *name == wanted);
    found.unwrap_or_else(|| panic!("FUZZ_TARGET={wanted:?}: not a target; FUZZ_TARGET=list prints them")).2
});

fuzz_target!(init: { LazyLock::force(&TARGET); }, |data: &[u8]| (*TARGET)(data));
