//! The modules that programs can import from the static runtime.

mod crypto;
mod errors;
mod files;
mod host;
mod http;
mod process;
mod stdio;
mod terminal;
pub mod text;
mod text_coding;

use rquickjs::module::Declared;
use rquickjs::{Ctx, Module, Result};

use crate::timers::TimersModule;

/// Declares the native module `name`, or gives `None` if there is none of that name. Names come without `node:`.
pub fn declare<'js>(ctx: &Ctx<'js>, name: &str) -> Option<Result<Module<'js, Declared>>> {
    let ctx = ctx.clone();
    Some(match name {
        "imagecred:crypto" => Module::declare_def::<crypto::CryptoModule, _>(ctx, name),
        "imagecred:files" => Module::declare_def::<files::FilesModule, _>(ctx, name),
        "imagecred:host" => Module::declare_def::<host::HostModule, _>(ctx, name),
        "imagecred:http" => Module::declare_def::<http::HttpModule, _>(ctx, name),
        "imagecred:process" => Module::declare_def::<process::ProcessModule, _>(ctx, name),
        "imagecred:stdio" => Module::declare_def::<stdio::StdioModule, _>(ctx, name),
        "imagecred:terminal" => Module::declare_def::<terminal::TerminalModule, _>(ctx, name),
        "imagecred:text" => Module::declare_def::<text_coding::TextCodingModule, _>(ctx, name),
        "imagecred:timers" => Module::declare_def::<TimersModule, _>(ctx, name),
        "buffer" => Module::declare_def::<llrt_buffer::BufferModule, _>(ctx, name),
        "events" => Module::declare_def::<llrt_events::EventsModule, _>(ctx, name),
        "os" => Module::declare_def::<llrt_os::OsModule, _>(ctx, name),
        "path" => Module::declare_def::<llrt_path::PathModule, _>(ctx, name),
        "string_decoder" => Module::declare_def::<llrt_string_decoder::StringDecoderModule, _>(ctx, name),
        "url" => Module::declare_def::<llrt_url::UrlModule, _>(ctx, name),
        _ => return None,
    })
}

/// Whether `declare` knows the name.
pub fn is_native(name: &str) -> bool {
    matches!(
        name.strip_prefix("imagecred:").unwrap_or(name),
        "crypto"
            | "files"
            | "host"
            | "http"
            | "process"
            | "stdio"
            | "terminal"
            | "text"
            | "timers"
            | "buffer"
            | "events"
            | "os"
            | "path"
            | "string_decoder"
            | "url"
    )
}
