//! LLRT's `Buffer`, `atob`, `btoa` and `TextEncoder`, where they differ from Node's: LLRT throws for texts that Node reads
//! leniently, for lone surrogates, and for encodings that it does not know.

use rquickjs::function::{Constructor, Func, Opt, Rest, This};
use rquickjs::{
    ArrayBuffer, Coerced, Ctx, Exception, Function, Object, Result, String as JsString, TypedArray, Value,
};

use crate::base64::decode_leniently;
use crate::modules::text::{Text, utf8};

/// Node's name of an encoding, of those that are read here; the others are LLRT's.
#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Base64,
    Base64Url,
    Hex,
    Latin1,
}

fn encoding(name: Option<&str>) -> Option<Encoding> {
    Some(match name.unwrap_or("utf8").to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" | "" => Encoding::Utf8,
        "base64" => Encoding::Base64,
        "base64url" => Encoding::Base64Url,
        "hex" => Encoding::Hex,
        "latin1" | "binary" | "ascii" => Encoding::Latin1,
        _ => return None,
    })
}

/// Decodes pairs of hexadecimal digits up to the first other character, as Node.js does.
fn decode_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks_exact(2)
        .map_while(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect()
}

fn decode(text: String, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Base64 | Encoding::Base64Url => decode_leniently(&text),
        Encoding::Hex => decode_hex(&text),
        Encoding::Latin1 => text.encode_utf16().map(|unit| unit as u8).collect(),
    }
}

/// The text of a string and the encoding that another argument names, where both are ours to read.
fn as_ours<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    named: Option<&Value<'js>>,
) -> Result<Option<(String, Encoding)>> {
    let Some(string) = value.as_string() else { return Ok(None) };
    let name = named.and_then(Value::as_string).map(|name| utf8(ctx, name)).transpose()?;
    Ok(match encoding(name.as_deref()) {
        Some(encoding) => Some((utf8(ctx, string)?, encoding)),
        None => None,
    })
}

fn mend_from<'js>(ctx: &Ctx<'js>, buffer: &Constructor<'js>) -> Result<()> {
    let theirs: Function<'js> = buffer.get("from")?;
    let constructor = buffer.clone();
    let from = move |ctx: Ctx<'js>, value: Value<'js>, rest: Rest<Value<'js>>| -> Result<Value<'js>> {
        match as_ours(&ctx, &value, rest.first())? {
            Some((text, encoding)) => {
                constructor.construct((ArrayBuffer::new(ctx.clone(), decode(text, encoding))?,))
            }
            None => theirs.call((value, rest)),
        }
    };
    buffer.set("from", Function::new(ctx.clone(), from)?)
}

fn mend_byte_length<'js>(ctx: &Ctx<'js>, buffer: &Constructor<'js>) -> Result<()> {
    let theirs: Function<'js> = buffer.get("byteLength")?;
    let byte_length = move |ctx: Ctx<'js>, value: Value<'js>, rest: Rest<Value<'js>>| -> Result<usize> {
        match as_ours(&ctx, &value, rest.first())? {
            Some((text, encoding)) => Ok(decode(text, encoding).len()),
            None => theirs.call((value, rest)),
        }
    };
    buffer.set("byteLength", Function::new(ctx.clone(), byte_length)?)
}

fn mend_to_string<'js>(ctx: &Ctx<'js>, buffer: &Constructor<'js>) -> Result<()> {
    let prototype: Object<'js> = buffer.get("prototype")?;
    let theirs: Function<'js> = prototype.get("toString")?;
    let to_string =
        move |this: This<Value<'js>>, ctx: Ctx<'js>, rest: Rest<Value<'js>>| -> Result<Value<'js>> {
            let name = rest.first().and_then(Value::as_string).map(|name| utf8(&ctx, name)).transpose()?;
            match (name.as_deref().map(|name| encoding(Some(name))), rest.len()) {
                (Some(Some(encoding @ (Encoding::Base64Url | Encoding::Latin1))), 1) => {
                    let bytes = TypedArray::<u8>::from_value(this.0)?;
                    let bytes = bytes.as_bytes().unwrap_or_default();
                    let text = match encoding {
                        Encoding::Base64Url => base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes),
                        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
                    };
                    JsString::from_str(ctx, &text).map(JsString::into_value)
                }
                _ => theirs.call((this, rest)),
            }
        };
    prototype.set("toString", Function::new(ctx.clone(), to_string)?)
}

/// As `atob` and `btoa` throw it (HTML, 8.3).
fn invalid_character<'js>(ctx: &Ctx<'js>, message: &str) -> rquickjs::Error {
    let made = ctx
        .globals()
        .get::<_, Constructor<'js>>("DOMException")
        .and_then(|exception| exception.construct::<_, Value<'js>>((message, "InvalidCharacterError")));
    made.map_or_else(|error| error, |exception| ctx.throw(exception))
}

fn atob<'js>(ctx: Ctx<'js>, text: Coerced<JsString<'js>>) -> Result<JsString<'js>> {
    let text = utf8(&ctx, &text.0)?;
    let bytes = base64_simd::forgiving_decode_to_vec(text.as_bytes())
        .map_err(|_| invalid_character(&ctx, "The string to be decoded is not correctly encoded."))?;
    JsString::from_str(ctx, &bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
}

fn btoa<'js>(ctx: Ctx<'js>, text: Coerced<JsString<'js>>) -> Result<String> {
    let text = utf8(&ctx, &text.0)?;
    let bytes = text.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Vec<u8>>>();
    let bytes = bytes.ok_or_else(|| invalid_character(&ctx, "Invalid character"))?;
    Ok(base64_simd::STANDARD.encode_to_string(bytes))
}

/// `Buffer`, `atob` and `btoa` of LLRT, with fixes.
pub fn init<'js>(ctx: &Ctx<'js>) -> Result<()> {
    llrt_buffer::init(ctx)?;
    let globals = ctx.globals();
    let buffer: Constructor<'js> = globals.get("Buffer")?;
    mend_from(ctx, &buffer)?;
    mend_byte_length(ctx, &buffer)?;
    mend_to_string(ctx, &buffer)?;
    globals.set("atob", Func::from(atob))?;
    globals.set("btoa", Func::from(btoa))
}

fn encode<'js>(ctx: Ctx<'js>, text: Opt<Value<'js>>) -> Result<TypedArray<'js, u8>> {
    let text = match text.0.filter(|value| !value.is_undefined()) {
        None => String::new(),
        Some(value) if value.is_string() => value.get::<Text>()?.0,
        Some(_) => return Err(Exception::throw_type(&ctx, "The \"string\" argument must be a string.")),
    };
    TypedArray::new(ctx, text.into_bytes())
}

/// `TextEncoder` and `TextDecoder` of LLRT, with fixes.
pub fn init_text<'js>(ctx: &Ctx<'js>) -> Result<()> {
    llrt_util::init(ctx)?;
    let encoder: Object<'js> = ctx.globals().get("TextEncoder")?;
    encoder.get::<_, Object<'js>>("prototype")?.set("encode", Func::from(encode))
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;

    use rquickjs::{Context, Runtime};

    /// The result of a script, as text. Nothing is freed, as in a process that ends: LLRT's globals hold each other, which the
    /// engine's assertions, if compiled, take for a leak.
    fn run(script: &str) -> String {
        let runtime = Runtime::new().unwrap();
        let context = ManuallyDrop::new(Context::full(&runtime).unwrap());
        context.with(|ctx| {
            crate::globals::install(&ctx).unwrap();
            let caught = format!("try {{ String({script}) }} catch (error) {{ `threw ${{error.name}}` }}");
            ctx.eval::<String, _>(caught).unwrap()
        })
    }

    #[test]
    fn texts_that_are_not_base64_are_read_as_node_reads_them() {
        assert_eq!(run(r#"Buffer.from("!!!notbase64", "base64").toString("hex")"#), "9e8b5b6ac7ba");
        assert_eq!(run(r#"Buffer.from("YWI=", "base64")"#), "ab");
        assert_eq!(run(r#"Buffer.from("_-8", "base64url").toString("hex")"#), "ffef");
        assert_eq!(run(r#"Buffer.from("0aZZ", "hex").toString("hex")"#), "0a");
        assert_eq!(run(r#"Buffer.byteLength("!!YWI", "base64")"#), "2");
        assert_eq!(run(r#"atob("!!")"#), "threw InvalidCharacterError");
        assert_eq!(run(r#"atob("-_-_")"#), "threw InvalidCharacterError");
        assert_eq!(run(r#"atob(" YWI= ")"#), "ab");
        assert_eq!(run(r#"btoa("\u0100")"#), "threw InvalidCharacterError");
        assert_eq!(run(r#"btoa("\xff")"#), "/w==");
    }

    #[test]
    fn lone_surrogates_are_replaced_and_not_thrown_at() {
        assert_eq!(run(r#"Buffer.from("a\ud800b").toString("hex")"#), "61efbfbd62");
        assert_eq!(run(r#"Buffer.from("\udc00", "utf8").length"#), "3");
        assert_eq!(run(r#"Buffer.byteLength("\ud800")"#), "3");
        assert_eq!(run(r#"new TextEncoder().encode("\ud83d!").join()"#), "239,191,189,33");
        assert_eq!(run(r#"new TextEncoder().encode("\ud83d\ude00").length"#), "4");
        assert_eq!(run("new TextEncoder().encode().length"), "0");
        assert_eq!(run(r#"atob("\ud800")"#), "threw InvalidCharacterError");
    }

    #[test]
    fn what_else_buffer_does_is_still_llrts() {
        assert_eq!(run(r#"Buffer.from([104, 105])"#), "hi");
        assert_eq!(run(r#"Buffer.from(Buffer.from("hi")).toString("base64")"#), "aGk=");
        assert_eq!(run(r#"Buffer.from("h\u00e9", "latin1").toString("hex")"#), "68e9");
        assert_eq!(run(r#"Buffer.from([104, 233]).toString("latin1") === "h\u00e9""#), "true");
        assert_eq!(run(r#"Buffer.from("hi", "utf16le").toString("hex")"#), "68006900");
        assert_eq!(run(r#"Buffer.from([251, 255]).toString("base64url")"#), "-_8");
        assert_eq!(run(r#"Buffer.from([255, 254]).toString()"#), "\u{fffd}\u{fffd}");
        assert_eq!(run(r#"Buffer.from("hi") instanceof Buffer"#), "true");
        assert_eq!(run(r#"Buffer.from("hello").toString("utf8", 1, 3)"#), "el");
        assert_eq!(run(r#"Buffer.concat([Buffer.from("a"), Buffer.from("b")])"#), "ab");
        assert_eq!(run(r#"Buffer.from(new Uint8Array([1, 2, 3]).buffer, 1, 2).join()"#), "2,3");
    }
}
