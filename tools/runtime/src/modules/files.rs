//! `imagecred:files`: files, read and written at once. Plugins read a few small ones, the operator's tool installs
//! executables; neither gains from threads.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{
    DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown as change_owner_of,
};
use std::path::Path;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Object, Result, TypedArray};

use super::errors::throw_io;

const PERMISSIONS: u32 = 0o7777;

/// What an operation on `path` gave, or the system's error with its code and the path.
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
fn status<'js>(ctx: Ctx<'js>, path: String, follow_links: bool) -> Result<Option<Object<'js>>> {
    let found = if follow_links { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
    let absent = |error: &io::Error| matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR));
    let metadata = match found {
        Err(error) if absent(&error) => return Ok(None),
        found => checked(&ctx, "stat", &path, found)?,
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

fn read<'js>(ctx: Ctx<'js>, path: String, max_bytes: f64) -> Result<TypedArray<'js, u8>> {
    let mut bytes = Vec::new();
    let outcome =
        File::open(&path).and_then(|file| file.take(max_bytes.max(0.0) as u64).read_to_end(&mut bytes));
    checked(&ctx, "read", &path, outcome)?;
    TypedArray::new(ctx, bytes)
}

fn list(ctx: Ctx<'_>, path: String) -> Result<Vec<String>> {
    let names = fs::read_dir(&path).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()
    });
    checked(&ctx, "list", &path, names)
}

fn create(ctx: Ctx<'_>, path: String, data: TypedArray<'_, u8>, mode: u32) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        file.write_all(data.as_bytes().unwrap_or_default())?;
        // The process's umask had its say at open.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    };
    checked(&ctx, "create", &path, write())
}

fn rename(ctx: Ctx<'_>, from: String, to: String) -> Result<()> {
    checked(&ctx, "rename", &format!("{from} to {to}"), fs::rename(&from, &to))
}

fn remove(ctx: Ctx<'_>, path: String) -> Result<()> {
    checked(&ctx, "remove", &path, fs::remove_file(&path))
}

fn make_directory(ctx: Ctx<'_>, path: String, mode: u32) -> Result<()> {
    let made = fs::DirBuilder::new().mode(mode).create(&path);
    checked(
        &ctx,
        "mkdir",
        &path,
        made.and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode))),
    )
}

fn change_owner(ctx: Ctx<'_>, path: String, uid: u32, gid: u32) -> Result<()> {
    checked(&ctx, "chown", &path, change_owner_of(&path, Some(uid), Some(gid)))
}

fn change_mode(ctx: Ctx<'_>, path: String, mode: u32) -> Result<()> {
    checked(&ctx, "chmod", &path, fs::set_permissions(&path, Permissions::from_mode(mode)))
}

fn sync_directory(ctx: Ctx<'_>, path: String) -> Result<()> {
    checked(&ctx, "fsync", &path, File::open(&path).and_then(|directory| directory.sync_all()))
}

fn real_path(ctx: Ctx<'_>, path: String) -> Result<String> {
    let real = Path::new(&path).canonicalize();
    Ok(checked(&ctx, "realpath", &path, real)?.to_string_lossy().into_owned())
}

pub struct FilesModule;

impl ModuleDef for FilesModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in [
            "status",
            "read",
            "list",
            "create",
            "rename",
            "remove",
            "makeDirectory",
            "changeOwner",
            "changeMode",
            "syncDirectory",
            "realPath",
        ] {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("status", Func::from(status))?;
        exports.export("read", Func::from(read))?;
        exports.export("list", Func::from(list))?;
        exports.export("create", Func::from(create))?;
        exports.export("rename", Func::from(rename))?;
        exports.export("remove", Func::from(remove))?;
        exports.export("makeDirectory", Func::from(make_directory))?;
        exports.export("changeOwner", Func::from(change_owner))?;
        exports.export("changeMode", Func::from(change_mode))?;
        exports.export("syncDirectory", Func::from(sync_directory))?;
        exports.export("realPath", Func::from(real_path))?;
        Ok(())
    }
}
