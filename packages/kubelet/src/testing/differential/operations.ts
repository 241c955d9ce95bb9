/** The operations of the line protocol; inputs and results have the form of the recorded cases in testdata/. */
import { Secret } from "@imagecred/protocol";
import {
  BadPatternError,
  bytesOf,
  formatGoDuration,
  GoDurationError,
  GoUrlError,
  globMatch,
  parseGoDuration,
  parseHttpUrl,
  quote,
  textOf,
} from "@imagecred/protocol/go";
import { Keyring, matchImage, splitHost } from "@imagecred/protocol/keyring";
import { qualifiedNameFaults } from "../../config/qualified-name.ts";
import { ImageNameError, parseImageName } from "../../match/image-name.ts";
import { encodePluginRequest } from "../../plugin/request.ts";
import { cacheKeyCase, provideCase } from "./cache-operations.ts";
import { configCase } from "./config-operation.ts";
import { type Case, list, optionalText, record, text } from "./input.ts";
import { responseCase } from "./response-operation.ts";

type Operation = (input: Case) => object | Promise<object>;

/** By name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["match", matchCase],
  ["parse", parseCase],
  ["image", imageCase],
  ["glob", globCase],
  ["quote", (input) => ({ quoted: quote(text(input, "text")) })],
  ["duration", durationCase],
  ["qualifiedName", (input) => ({ errors: qualifiedNameFaults(text(input, "name")) })],
  ["config", configCase],
  ["response", responseCase],
  ["request", requestCase],
  ["keyring", keyringCase],
  ["provide", provideCase],
  ["cacheKey", cacheKeyCase],
]);

function matchCase(input: Case) {
  const { matched, error } = matchImage(text(input, "glob"), text(input, "image"));
  return { matched, error };
}

function parseCase(input: Case) {
  try {
    const url = parseHttpUrl(`https://${text(input, "url")}`);
    const { labels, port } = splitHost(url.host);
    return {
      error: null,
      host: textOf(url.host),
      path: textOf(url.path),
      rawQuery: textOf(url.rawQuery),
      fragment: textOf(url.fragment),
      parts: labels.map(textOf),
      port: textOf(port),
      ...(url.user === undefined ? {} : { user: url.user }),
    };
  } catch (error) {
    if (error instanceof GoUrlError) return { error: error.message };
    throw error;
  }
}

function imageCase(input: Case) {
  try {
    return { ...parseImageName(text(input, "image")), error: null };
  } catch (error) {
    if (error instanceof ImageNameError) return { repo: "", tag: "", digest: "", error: error.message };
    throw error;
  }
}

function globCase(input: Case) {
  try {
    return { matched: globMatch(bytesOf(text(input, "pattern")), bytesOf(text(input, "name"))), error: null };
  } catch (error) {
    if (error instanceof BadPatternError) return { matched: false, error: error.message };
    throw error;
  }
}

function durationCase(input: Case) {
  try {
    const nanoseconds = parseGoDuration(text(input, "text"));
    return { error: null, nanoseconds: String(nanoseconds), printed: formatGoDuration(nanoseconds) };
  } catch (error) {
    if (error instanceof GoDurationError) return { error: error.message, nanoseconds: null, printed: null };
    throw error;
  }
}

function requestCase(input: Case) {
  const annotations = record(input["serviceAccountAnnotations"] ?? {});
  return {
    data: encodePluginRequest({
      apiVersion: text(input, "apiVersion"),
      image: text(input, "image"),
      serviceAccountToken: new Secret(optionalText(input, "serviceAccountToken") ?? ""),
      serviceAccountAnnotations: new Map(
        Object.keys(annotations).map((key) => [key, text(annotations, key)]),
      ),
    }),
  };
}

function keyringCase(input: Case) {
  const keyring = new Keyring<object>();
  for (const provider of list(input["providers"])) {
    keyring.add(new Map(Object.entries(record(provider)).map(([key, value]) => [key, record(value)])));
  }
  const creds = keyring.lookup(text(input, "image")).map(({ credential }) => credential);
  return { creds, found: creds.length > 0 };
}
