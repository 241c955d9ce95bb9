//! `imagecred:http`: the client of `net` for JavaScript.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Async, Func};
use rquickjs::{Ctx, Exception, FromJs, Object, Result, TypedArray, Value};

use super::text::{Text, pairs, utf8};
use crate::net::{Identity, NetError, Peer, Proxy, Reply, Request, Target, client, sent};

/// Turns a failed exchange into an Error that has `phase` and `code`, and further details.
fn throw(ctx: &Ctx<'_>, error: &NetError) -> rquickjs::Error {
    let made = Exception::from_message(ctx.clone(), &error.message).and_then(|exception| {
        exception.as_object().set("phase", error.phase.name())?;
        exception.as_object().set("code", error.code)?;
        if error.peer == Peer::Proxy {
            exception.as_object().set("peer", "proxy")?;
        }
        if let Some(status) = error.status {
            exception.as_object().set("status", status)?;
        }
        if let Some(problem) = error.certificate {
            exception.as_object().set("certificate", problem.name())?;
        }
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
    let url: Text = options.get("url")?;
    let text =
        |key: &str| -> Result<Option<String>> { Ok(options.get::<_, Option<Text>>(key)?.map(|text| text.0)) };
    let mut target = Target::of(&url.0).map_err(|error| throw(ctx, &error))?;
    target.proxy =
        text("proxy")?.map(|url| Proxy::parse(&url)).transpose().map_err(|error| throw(ctx, &error))?;
    target.ca = text("ca")?;
    target.server_name = text("serverName")?;
    target.connect_to = text("connectTo")?;
    target.identity = text("clientCertificate")?
        .zip(text("clientKey")?)
        .map(|(certificate, key)| Identity { certificate, key });
    Ok(target)
}

fn body<'js>(ctx: &Ctx<'js>, options: &Object<'js>) -> Result<Vec<u8>> {
    let value: Value<'js> = options.get("body")?;
    if value.is_undefined() || value.is_null() {
        return Ok(Vec::new());
    }
    if let Some(text) = value.as_string() {
        return Ok(utf8(ctx, text)?.into_bytes());
    }
    let bytes = TypedArray::<u8>::from_js(ctx, value)?;
    bytes.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| Exception::throw_type(ctx, "the body is detached"))
}

fn parse<'js>(ctx: &Ctx<'js>, options: &Object<'js>) -> Result<Request> {
    Ok(Request {
        target: target(ctx, options)?,
        url: options.get::<_, Text>("url")?.0,
        method: options.get::<_, Text>("method")?.0,
        headers: pairs(&options.get("headers")?)?,
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
