//! `imagecred:text`: what looks at every character of a token, which a regular expression does a hundred times slower.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Result, TypedArray};

use super::text::Text;
use crate::base64::decode_strictly;

fn is_visible_ascii(text: Text) -> bool {
    !text.0.is_empty() && text.0.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether JSON writes the text as it is, between its quotes.
fn is_plain_json(text: Text) -> bool {
    text.0.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

fn from_base64<'js>(ctx: Ctx<'js>, text: Text) -> Result<Option<TypedArray<'js, u8>>> {
    decode_strictly(text.0.as_bytes()).map(|bytes| TypedArray::new(ctx, bytes)).transpose()
}

pub struct TextCodingModule;

impl ModuleDef for TextCodingModule {
    fn declare(declare: &Declarations) -> Result<()> {
        declare.declare("isVisibleAscii")?;
        declare.declare("isPlainJson")?;
        declare.declare("fromBase64")?;
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("isVisibleAscii", Func::from(is_visible_ascii))?;
        exports.export("isPlainJson", Func::from(is_plain_json))?;
        exports.export("fromBase64", Func::from(from_base64))?;
        Ok(())
    }
}
