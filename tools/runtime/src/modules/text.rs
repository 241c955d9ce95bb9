//! JavaScript's strings as UTF-8. They may hold lone surrogates, which UTF-8 has no form of; in Node each becomes U+FFFD on
//! its way out, and so it does here.

use rquickjs::function::This;
use rquickjs::{Atom, Ctx, Error, FromAtom, FromJs, Function, Object, Result, String as JsString, Value};

/// A string argument that may hold anything.
pub struct Text(pub String);

impl<'js> FromJs<'js> for Text {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let string = value.as_string().ok_or_else(|| Error::new_from_js(value.type_name(), "string"))?;
        utf8(ctx, string).map(Text)
    }
}

impl<'js> FromAtom<'js> for Text {
    fn from_atom(atom: Atom<'js>) -> Result<Self> {
        let name = JsString::from_atom(atom)?;
        utf8(&name.ctx().clone(), &name).map(Text)
    }
}

/// An object's own properties, all of them texts.
pub fn pairs(object: &Object<'_>) -> Result<Vec<(String, String)>> {
    object.props::<Text, Text>().map(|pair| pair.map(|(name, value)| (name.0, value.0))).collect()
}

/// The text of a string, lone surrogates replaced.
pub fn utf8<'js>(ctx: &Ctx<'js>, string: &JsString<'js>) -> Result<String> {
    match string.to_string() {
        Err(Error::Utf8(_)) => {
            let prototype: Object<'js> = ctx.globals().get::<_, Object<'js>>("String")?.get("prototype")?;
            let to_well_formed: Function<'js> = prototype.get("toWellFormed")?;
            to_well_formed.call::<_, JsString<'js>>((This(string.clone()),))?.to_string()
        }
        text => text,
    }
}
