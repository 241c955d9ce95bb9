//! `imagecred:files`: files. Plugins read a few small ones in the background, since a file may never end; the operator's
//! tool, which a person watches, works on them directly.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{
    DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown as change_owner_of,
};
use std::path::Path;
use std::time::Duration;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Async, Func};
use rquickjs::{Ctx, Object, Result, TypedArray};

use super::errors::throw_io;
use super::text::Text;
use crate::{background, files};

const PERMISSIONS: u32 = 0o7777;
/// How long a pipe or a device is waited for where nothing else can be done meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);

/// The result of an operation on `path`, or the system's error with its code and the path.
fn checked<T>(ctx: &Ctx<'_>, call: &str, path: &str, outcome: io::Result<T>) -> Result<T> {
    outcome.map_err(|error| throw_io(ctx, &format!("{call} {path}"), &error))
}

fn kind(file_type: fs::FileType) -> &'static str {
    match file_type {
        kind if kind.is_file() => "file",
        kind if kind.is_dir() => "directory",
        kind if kind.is_symlink() => "symlink",
        kind if kind.is_fifo() => "fifo",
        kind if kind.is_socket() => "socket",
        _ => "device",
    }
}

/// Nothing for a path at which there is nothing.
fn status<'js>(ctx: Ctx<'js>, path: Text, follow_links: bool) -> Result<Option<Object<'js>>> {
    let found = if follow_links { fs::metadata(&path.0) } else { fs::symlink_metadata(&path.0) };
    let absent = |error: &io::Error| matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR));
    let metadata = match found {
        Err(error) if absent(&error) => return Ok(None),
        found => checked(&ctx, "stat", &path.0, found)?,
    };
    let status = Object::new(ctx)?;
    status.set("kind", kind(metadata.file_type()))?;
    status.set("mode", metadata.mode() & PERMISSIONS)?;
    status.set("uid", metadata.uid())?;
    status.set("gid", metadata.gid())?;
    status.set("size", metadata.len() as f64)?;
    status.set("links", metadata.nlink() as f64)?;
    status.set("modifiedMs", metadata.mtime() as f64 * 1e3 + metadata.mtime_nsec() as f64 / 1e6)?;
    Ok(Some(status))
}

/// The first `max_bytes` of a file. What comes through a pipe or a device is waited for, but not for ever.
fn read<'js>(ctx: Ctx<'js>, path: Text, max_bytes: f64) -> Result<TypedArray<'js, u8>> {
    let bytes = files::read_beginning(Path::new(&path.0), max_bytes.max(0.0) as u64, Some(PATIENCE));
    TypedArray::new(ctx.clone(), checked(&ctx, "read", &path.0, bytes)?)
}

/// All of a file, in the background unless it is in the kernel's caches: a pipe, a device or a network may keep it waiting
/// for ever. A file of more than `max_bytes` is refused (EFBIG).
async fn read_whole<'js>(ctx: Ctx<'js>, path: Text, max_bytes: f64) -> Result<TypedArray<'js, u8>> {
    let (file, limit) = (path.0.clone(), max_bytes.max(0.0) as u64);
    let bytes = match files::read_at_once(Path::new(&file), limit) {
        Some(bytes) => bytes,
        None => background::run(move || files::read(Path::new(&file), limit, None))
            .await
            .unwrap_or_else(|| Err(io::ErrorKind::Other.into())),
    };
    TypedArray::new(ctx.clone(), checked(&ctx, "read", &path.0, bytes)?)
}

fn list(ctx: Ctx<'_>, path: Text) -> Result<Vec<String>> {
    let names = fs::read_dir(&path.0).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()
    });
    checked(&ctx, "list", &path.0, names)
}

fn create(ctx: Ctx<'_>, path: Text, data: TypedArray<'_, u8>, mode: u32) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path.0)?;
        file.write_all(data.as_bytes().unwrap_or_default())?;
        // The process's umask had its say at open.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    };
    checked(&ctx, "create", &path.0, write())
}

fn rename(ctx: Ctx<'_>, from: Text, to: Text) -> Result<()> {
    let (from, to) = (from.0, to.0);
    checked(&ctx, "rename", &format!("{from} to {to}"), fs::rename(&from, &to))
}

fn remove(ctx: Ctx<'_>, path: Text) -> Result<()> {
    checked(&ctx, "remove", &path.0, fs::remove_file(&path.0))
}

fn remove_directory(ctx: Ctx<'_>, path: Text) -> Result<()> {
    checked(&ctx, "rmdir", &path.0, fs::remove_dir(&path.0))
}

fn make_directory(ctx: Ctx<'_>, path: Text, mode: u32) -> Result<()> {
    let made = fs::DirBuilder::new().mode(mode).create(&path.0);
    checked(
        &ctx,
        "mkdir",
        &path.0,
        made.and_then(|()| fs::set_permissions(&path.0, Permissions::from_mode(mode))),
    )
}

fn change_owner(ctx: Ctx<'_>, path: Text, uid: u32, gid: u32) -> Result<()> {
    checked(&ctx, "chown", &path.0, change_owner_of(&path.0, Some(uid), Some(gid)))
}

fn change_mode(ctx: Ctx<'_>, path: Text, mode: u32) -> Result<()> {
    checked(&ctx, "chmod", &path.0, fs::set_permissions(&path.0, Permissions::from_mode(mode)))
}

fn sync_directory(ctx: Ctx<'_>, path: Text) -> Result<()> {
    checked(&ctx, "fsync", &path.0, File::open(&path.0).and_then(|directory| directory.sync_all()))
}

fn real_path(ctx: Ctx<'_>, path: Text) -> Result<String> {
    let real = Path::new(&path.0).canonicalize();
    Ok(checked(&ctx, "realpath", &path.0, real)?.to_string_lossy().into_owned())
}

/// The target of a symbolic link, unresolved.
fn read_link(ctx: Ctx<'_>, path: String) -> Result<String> {
    let target = fs::read_link(&path);
    Ok(checked(&ctx, "readlink", &path, target)?.to_string_lossy().into_owned())
}

pub struct FilesModule;

impl ModuleDef for FilesModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in [
            "status",
            "read",
            "readWhole",
            "list",
            "create",
            "rename",
            "remove",
            "removeDirectory",
            "makeDirectory",
            "changeOwner",
            "changeMode",
            "syncDirectory",
            "realPath",
            "readLink",
        ] {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("status", Func::from(status))?;
        exports.export("read", Func::from(read))?;
        exports.export("readWhole", Func::from(Async(read_whole)))?;
        exports.export("list", Func::from(list))?;
        exports.export("create", Func::from(create))?;
        exports.export("rename", Func::from(rename))?;
        exports.export("remove", Func::from(remove))?;
        exports.export("removeDirectory", Func::from(remove_directory))?;
        exports.export("makeDirectory", Func::from(make_directory))?;
        exports.export("changeOwner", Func::from(change_owner))?;
        exports.export("changeMode", Func::from(change_mode))?;
        exports.export("syncDirectory", Func::from(sync_directory))?;
        exports.export("realPath", Func::from(real_path))?;
        exports.export("readLink", Func::from(read_link))?;
        Ok(())
    }
}
