import { hmacSha256, randomBytes, randomUUID, sha1, sha256, signEs256Der, signRs256 } from "imagecred:crypto";
import { readWhole } from "imagecred:files";
import * as native from "imagecred:http";
import { runProgram as nativeRunProgram, runCommand } from "imagecred:process";
import { args, env, exit, onUncaught, readStdin, writeStderr, writeStdout } from "imagecred:stdio";
import { fromBase64, isPlainJson, isVisibleAscii } from "imagecred:text";
import type { Environment } from "../environment.ts";
import { type Target, type Transport, TransportError } from "../http/transport.ts";
import type { Crypto } from "./crypto.ts";
import { type RunProgram, type RunShell, StartError } from "./programs.ts";
import type { Stdio } from "./stdio.ts";
import type { TextCoding } from "./text.ts";

/** The process's streams, arguments and environment. The imported modules are built into the static runtime (tools/runtime). */
export const stdio: Stdio = { args, env, exit, onUncaught, readStdin, writeStderr, writeStdout };

/** The runtime's own hashes, signatures and random bytes. */
export const crypto: Crypto = { sha1, sha256, hmacSha256, signRs256, signEs256Der, randomBytes, randomUUID };

/** Text in Rust. See {@link TextCoding}. */
export const textCoding: TextCoding = { isVisibleAscii, isPlainJson, fromBase64 };

/** Reads a whole file of any kind. @throws the system's error, or one with the code `EFBIG` for more than `maxBytes` */
export const readFile = (path: string, maxBytes: number): Promise<Uint8Array> => readWhole(path, maxBytes);

/** Runs a command. See {@link RunShell}. */
export const runShell: RunShell = async ({ command, env, ...limits }) => {
  const [file, ...args] = typeof command === "string" ? ["/bin/sh", "-c", command] : command;
  try {
    return await runCommand({ ...limits, file, args, env: setOnly(env) });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new StartError(file, String(error.code), env, error);
  }
};

/** Runs a program as the kubelet runs a plugin. See {@link RunProgram}. */
export const runProgram: RunProgram = ({ args, env, ...request }) =>
  nativeRunProgram({ ...request, args: [...args], env: setOnly(env) });

function setOnly(env: Environment): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) set[name] = value;
  return set;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** The runtime's own HTTP layer. */
export const transport: Transport = {
  async request({ tls, connectTimeoutMs, ...request }) {
    try {
      return await native.request({
        ...request,
        ...tls,
        connectTimeoutMs: connectTimeoutMs ?? request.timeoutMs,
      });
    } catch (error) {
      throw asTransportError(error);
    }
  },
  preconnect({ tls, connectTimeoutMs, ...target }: Target & { readonly connectTimeoutMs?: number }) {
    native.preconnect({
      ...target,
      ...tls,
      connectTimeoutMs: connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    });
  },
  firstSent: native.firstSent,
};

/** The static runtime rejects with an Error that has the facts; any other error is a defect and stays unchanged. */
function asTransportError(error: unknown): unknown {
  if (!(error instanceof Error) || !("phase" in error) || !("code" in error)) return error;
  const { phase, code, message, peer, status, certificate } = error as native.NativeError;
  const facts = {
    ...(peer === undefined ? {} : { peer }),
    ...(status === undefined ? {} : { status }),
    ...(certificate === undefined ? {} : { certificate }),
  };
  return new TransportError(phase, code, message, { ...facts, cause: error });
}
