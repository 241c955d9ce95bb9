import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { type GiveUp, within } from "../deadline.ts";
import type { ClusterAuthority, KeyPair } from "./pki.ts";

/** The fields of every API object. Kinds do not have their own types: a test reads the fields that it needs. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface KubeList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeObject[];
}

/** An error response of the API server. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A client of the API server, with a client certificate. */
export class KubeApi {
  readonly #agent: Agent;
  readonly #host: string;
  readonly #port: number;

  constructor(server: string, authority: ClusterAuthority, { certificate, key }: KeyPair) {
    const { hostname, port } = new URL(server);
    this.#host = hostname;
    this.#port = Number(port);
    this.#agent = new Agent({ keepAlive: true, ca: authority.pem, cert: certificate, key });
  }

  /** Sends a request. @returns the parsed response, or its text when it is not JSON @throws {ApiError} */
  async call(method: Method, path: string, body?: unknown, type = "application/json"): Promise<unknown> {
    const response = await this.#send(method, path, body, type);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    // The published keys are application/jwk-set+json.
    const json = /^application\/([\w.-]+\+)?json/.test(response.headers["content-type"] ?? "");
    const parsed: unknown = json ? JSON.parse(text) : text;
    const { statusCode = 0 } = response;
    if (statusCode < 300) return parsed;
    const message = json ? String((parsed as { message?: unknown }).message) : text;
    throw new ApiError(statusCode, `${method} ${path}: ${statusCode} ${message}`);
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.call("GET", path)) as KubeObject;
  }

  async list(path: string): Promise<KubeList> {
    return (await this.call("GET", path)) as KubeList;
  }

  async create(path: string, object: object): Promise<KubeObject> {
    return (await this.call("POST", path, object)) as KubeObject;
  }

  /** Creates or changes an object as `kubectl apply --server-side` does. @param path of the object itself */
  async apply(path: string, object: object): Promise<KubeObject> {
    const query = "?fieldManager=imagecred-tests&force=true";
    return (await this.call("PATCH", path + query, object, "application/apply-patch+yaml")) as KubeObject;
  }

  /**
   * Has the API server validate an object without storing it, unknown fields included. @param path of the object
   * @throws {ApiError} with the reason, if it would reject it
   */
  async check(path: string, object: object): Promise<void> {
    const query = "?fieldManager=imagecred-tests&force=true&dryRun=All&fieldValidation=Strict";
    await this.call("PATCH", path + query, object, "application/apply-patch+yaml");
  }

  /** Deletes an object; a missing object is not an error. */
  async delete(path: string, body: object = {}): Promise<void> {
    try {
      await this.call("DELETE", path, body);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /**
   * Waits until a collection satisfies `wanted`, checking it again whenever it changes (list, then watch).
   * @param wanted returns the awaited value, or undefined to keep waiting; throws to give up at once
   */
  async until<T>(
    collection: string,
    giveUp: GiveUp,
    wanted: (items: readonly KubeObject[]) => T | undefined,
  ): Promise<T> {
    return await within(giveUp, async (signal) => {
      const [path = "", query = ""] = collection.split("?");
      const { items, metadata } = await this.list(collection);
      const known = new Map(items.map((item) => [keyOf(item), item]));
      const already = wanted([...known.values()]);
      if (already !== undefined) return already;
      const parameters = new URLSearchParams(query);
      parameters.set("watch", "1");
      parameters.set("resourceVersion", metadata.resourceVersion);
      const response = await this.#send("GET", `${path}?${parameters}`, undefined, "", signal);
      for await (const line of createInterface(response)) {
        const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
        if (type === "ERROR") throw new Error(`the watch of ${collection} ended: ${line}`);
        if (type === "DELETED") known.delete(keyOf(object));
        else known.set(keyOf(object), object);
        const found = wanted([...known.values()]);
        if (found === undefined) continue;
        // Events in transit are lost. That is not an error: the watch has seen what it waited for.
        response.on("error", () => {}).destroy();
        return found;
      }
      throw new Error(`the watch of ${collection} ended`);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: Method,
    path: string,
    body: unknown,
    type: string,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      payload === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(payload) };
    const options = { agent: this.#agent, host: this.#host, port: this.#port, method, path, headers };
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...options, ...(signal === undefined ? {} : { signal }) }, resolve);
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
