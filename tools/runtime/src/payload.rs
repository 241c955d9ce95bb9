//! The archive of bytecode that follows the static runtime in an executable.
//!
//! ```text
//! runtime ELF | module bytes ... | index | footer (40 bytes)
//! ```
//! The index has one record per module: `u16` name length, name, `u64` offset from the payload's start, `u32` length,
//! `u32` CRC-32. The footer is `u64` payload start, `u64` index offset in the file, `u32` index length, `u32` index
//! CRC-32, `u64` file length, 8 bytes of magic. All numbers are little-endian. The first module is the entry.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

const MAGIC: &[u8; 8] = b"IMGCRD\x00\x01";
const FOOTER: usize = 40;

/// One module: where its bytecode is, and what it must add up to.
struct Record {
    name: String,
    offset: u64,
    length: u32,
    crc: u32,
}

/// An opened executable's payload. Modules are read when they are asked for.
pub struct Payload {
    file: File,
    start: u64,
    index: Vec<Record>,
}

/// Why there is no usable payload.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// The file does not end in our magic: a bare runtime, or a file that lost its end.
    Absent,
    /// The end is ours but what it points to is not.
    Damaged(&'static str),
    Io(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Problem::Io(error.to_string())
    }
}

/// Appends `modules` (name, bytecode; the entry first) to `host`.
pub fn append(host: &[u8], modules: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = host.to_vec();
    let start = out.len() as u64;
    let mut index = Vec::new();
    for (name, bytes) in modules {
        index.extend((name.len() as u16).to_le_bytes());
        index.extend(name.as_bytes());
        index.extend((out.len() as u64 - start).to_le_bytes());
        index.extend((bytes.len() as u32).to_le_bytes());
        index.extend(crc32fast::hash(bytes).to_le_bytes());
        out.extend(bytes);
    }
    let index_at = out.len() as u64;
    out.extend(&index);
    let total = out.len() as u64 + FOOTER as u64;
    out.extend(start.to_le_bytes());
    out.extend(index_at.to_le_bytes());
    out.extend((index.len() as u32).to_le_bytes());
    out.extend(crc32fast::hash(&index).to_le_bytes());
    out.extend(total.to_le_bytes());
    out.extend(MAGIC);
    out
}

/// Splits the front of `bytes` off, as an array.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn take_record(bytes: &mut &[u8]) -> Option<Record> {
    let name_length = u16::from_le_bytes(take(bytes)?) as usize;
    let (name, rest) = bytes.split_at_checked(name_length)?;
    *bytes = rest;
    Some(Record {
        name: String::from_utf8(name.to_vec()).ok()?,
        offset: u64::from_le_bytes(take(bytes)?),
        length: u32::from_le_bytes(take(bytes)?),
        crc: u32::from_le_bytes(take(bytes)?),
    })
}

impl Payload {
    /// Reads the footer and the index.
    pub fn open(file: File) -> Result<Payload, Problem> {
        let size = file.metadata()?.len();
        let mut footer = [0; FOOTER];
        let Some(footer_at) = size.checked_sub(FOOTER as u64) else {
            return Err(Problem::Absent);
        };
        file.read_exact_at(&mut footer, footer_at)?;
        let mut rest = &footer[..];
        let (Some(start), Some(index_at), Some(index_length), Some(crc), Some(total), Some(magic)) = (
            take(&mut rest).map(u64::from_le_bytes),
            take(&mut rest).map(u64::from_le_bytes),
            take(&mut rest).map(u32::from_le_bytes),
            take(&mut rest).map(u32::from_le_bytes),
            take(&mut rest).map(u64::from_le_bytes),
            take::<8>(&mut rest),
        ) else {
            return Err(Problem::Absent);
        };
        if &magic != MAGIC {
            return Err(Problem::Absent);
        }
        if total != size || index_at.checked_add(index_length.into()) != Some(footer_at) || start > index_at {
            return Err(Problem::Damaged("its length is not the one it was built with"));
        }
        let mut index = vec![0; index_length as usize];
        file.read_exact_at(&mut index, index_at)?;
        if crc32fast::hash(&index) != crc {
            return Err(Problem::Damaged("the index of its program is damaged"));
        }
        let mut rest = &index[..];
        let mut records = Vec::new();
        while !rest.is_empty() {
            let record =
                take_record(&mut rest).ok_or(Problem::Damaged("the index of its program is damaged"))?;
            let end = start.checked_add(record.offset).and_then(|at| at.checked_add(record.length.into()));
            if end.is_none_or(|end| end > index_at) {
                return Err(Problem::Damaged("the index of its program is damaged"));
            }
            records.push(record);
        }
        if records.is_empty() {
            return Err(Problem::Damaged("it holds no program"));
        }
        Ok(Payload { file, start, index: records })
    }

    /// Name of the module to start with.
    pub fn entry(&self) -> &str {
        &self.index[0].name
    }

    pub fn has(&self, name: &str) -> bool {
        self.index.iter().any(|record| record.name == name)
    }

    /// A module's bytecode, checked against its CRC. `None` if there is no module of that name.
    pub fn read(&self, name: &str) -> Option<Result<Vec<u8>, Problem>> {
        let record = self.index.iter().find(|record| record.name == name)?;
        let mut bytes = vec![0; record.length as usize];
        if let Err(error) = self.file.read_exact_at(&mut bytes, self.start + record.offset) {
            return Some(Err(error.into()));
        }
        if crc32fast::hash(&bytes) != record.crc {
            return Some(Err(Problem::Damaged("a part of its program is damaged")));
        }
        Some(Ok(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn open(bytes: &[u8]) -> Result<Payload, Problem> {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("imagecred-payload-{}-{n}", std::process::id()));
        File::create(&path).unwrap().write_all(bytes).unwrap();
        let file = File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        Payload::open(file)
    }

    fn sample() -> Vec<u8> {
        append(b"\x7fELF host", &[("main.js".into(), vec![1, 2, 3]), ("chunk-A.js".into(), vec![9; 1000])])
    }

    #[test]
    fn reads_back_what_was_appended() {
        let payload = open(&sample()).unwrap();
        assert_eq!(payload.entry(), "main.js");
        assert_eq!(payload.read("main.js").unwrap().unwrap(), [1, 2, 3]);
        assert_eq!(payload.read("chunk-A.js").unwrap().unwrap(), [9; 1000]);
        assert!(payload.read("other.js").is_none());
        assert!(payload.has("chunk-A.js") && !payload.has("./chunk-A.js"));
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_noticed() {
        let whole = sample();
        for length in 0..whole.len() {
            assert!(open(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
        }
        for at in 9..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            let intact = open(&bytes).is_ok_and(|payload| {
                ["main.js", "chunk-A.js"]
                    .iter()
                    .all(|name| payload.read(name).is_some_and(|read| read.is_ok()))
            });
            assert!(!intact, "byte {at} of {}", whole.len());
        }
    }

    #[test]
    fn a_bare_host_has_no_payload() {
        assert_eq!(open(&[0; 4096]).err(), Some(Problem::Absent));
        assert_eq!(open(b"").err(), Some(Problem::Absent));
    }
}
