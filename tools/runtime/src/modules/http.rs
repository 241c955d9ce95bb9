//! `imagecred:http`: the client of `net` for JavaScript.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Async, Func};
use rquickjs::{Ctx, Exception, FromJs, Object, Result, TypedArray, Value};

use crate::net::{NetError, Reply, Request, Target, client, sent};

/// Turns a failed exchange into an Error that has `phase` and `code`.
fn throw(ctx: &Ctx<'_>, error: &NetError) -> rquickjs::Error {
    let made = Exception::from_message(ctx.clone(), &error.message).and_then(|exception| {
        exception.as_object().set("phase", error.phase.name())?;
        exception.as_object().set("code", error.code)?;
        Ok(exception)
    });
    match made {
        Ok(exception) => exception.throw(),
        Err(error) => error,
    }
}

/// Whole milliseconds; what is not a positive number means "at once".
fn milliseconds(options: &Object<'_>, key: &str) -> Result<u64> {
    Ok(options.get::<_, f64>(key)?.max(0.0) as u64)
}

fn target(ctx: &Ctx<'_>, options: &Object<'_>) -> Result<Target> {
    let url: String = options.get("url")?;
    let proxy: Option<String> = options.get("proxy")?;
    let mut target = Target::of(&url).map_err(|error| throw(ctx, &error))?;
    target.proxy =
        proxy.map(|url| target.parse_proxy(&url)).transpose().map_err(|error| throw(ctx, &error))?;
    target.ca = options.get("ca")?;
    target.server_name = options.get("serverName")?;
    target.connect_to = options.get("connectTo")?;
    Ok(target)
}

fn body<'js>(ctx: &Ctx<'js>, options: &Object<'js>) -> Result<Vec<u8>> {
    let value: Value<'js> = options.get("body")?;
    if value.is_undefined() || value.is_null() {
        return Ok(Vec::new());
    }
    if let Some(text) = value.as_string() {
        return Ok(text.to_string()?.into_bytes());
    }
    let bytes = TypedArray::<u8>::from_js(ctx, value)?;
    bytes.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| Exception::throw_type(ctx, "the body is detached"))
}

fn parse<'js>(ctx: &Ctx<'js>, options: &Object<'js>) -> Result<Request> {
    let headers: Object<'js> = options.get("headers")?;
    Ok(Request {
        target: target(ctx, options)?,
        url: options.get("url")?,
        method: options.get("method")?,
        headers: headers.props::<String, String>().collect::<Result<_>>()?,
        body: body(ctx, options)?,
        timeout_ms: milliseconds(options, "timeoutMs")?,
        connect_timeout_ms: milliseconds(options, "connectTimeoutMs")?,
        max_response_bytes: options.get::<_, f64>("maxResponseBytes")?.max(0.0) as usize,
    })
}

fn to_js<'js>(ctx: &Ctx<'js>, reply: Reply) -> Result<Object<'js>> {
    let headers = Object::new(ctx.clone())?;
    for (name, value) in reply.headers {
        headers.set(name, value)?;
    }
    let response = Object::new(ctx.clone())?;
    response.set("status", reply.status)?;
    response.set("headers", headers)?;
    response.set("body", TypedArray::<u8>::new(ctx.clone(), reply.body)?)?;
    Ok(response)
}

async fn request<'js>(ctx: Ctx<'js>, options: Object<'js>) -> Result<Object<'js>> {
    let request = parse(&ctx, &options)?;
    drop(options);
    match client::request(request).await {
        Ok(reply) => to_js(&ctx, reply),
        Err(error) => Err(throw(&ctx, &error)),
    }
}

/// Never throws: what is wrong with the target shows when a request is made.
fn preconnect<'js>(ctx: Ctx<'js>, options: Object<'js>) {
    let parsed =
        target(&ctx, &options).and_then(|target| Ok((target, milliseconds(&options, "connectTimeoutMs")?)));
    match parsed {
        Ok((target, connect_timeout_ms)) => client::preconnect(target, connect_timeout_ms),
        Err(_) => drop(ctx.catch()),
    }
}

async fn first_sent() {
    sent::first().await;
}

pub struct HttpModule;

impl ModuleDef for HttpModule {
    fn declare(declare: &Declarations) -> Result<()> {
        declare.declare("request")?.declare("preconnect")?.declare("firstSent")?;
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("request", Func::from(Async(request)))?;
        exports.export("preconnect", Func::from(preconnect))?;
        exports.export("firstSent", Func::from(Async(first_sent)))?;
        Ok(())
    }
}
