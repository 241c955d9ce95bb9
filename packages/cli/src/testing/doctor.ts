/** `imagecred doctor` for tests: a registry with one good password, a run, and the parts of its document. */
import assert from "node:assert/strict";
import { scriptedTransport } from "@imagecred/protocol/testing";
import type { DoctorDocument } from "../commands/doctor/document.ts";
import { PLACES } from "./plugins.ts";
import type { Bench, RunOptions } from "./run.ts";
import { checkedDocument } from "./schemas.ts";

export const registry = () =>
  scriptedTransport(({ method, headers }) => {
    if (headers["authorization"] === undefined)
      return { status: 401, headers: { "www-authenticate": "Basic" } };
    if (headers["authorization"] !== `Basic ${btoa("user:right-password")}`) return { status: 401 };
    return method === "HEAD"
      ? { status: 200, headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } }
      : { status: 200 };
  });

export const options = (): RunOptions => ({ env: { PATH: "/usr/bin:/bin" }, transport: registry() });

export async function doctor(
  place: Bench,
  image: string,
  args: readonly string[] = [],
  more: RunOptions = options(),
): Promise<DoctorDocument & { readonly code: number }> {
  const { code, stdout, stderr } = await place.run(["doctor", image, ...PLACES, "-o", "json", ...args], more);
  assert.equal(stderr, "");
  return { ...(checkedDocument(stdout) as unknown as DoctorDocument), code };
}

export const statuses = ({ steps }: DoctorDocument) => steps.map(({ name, status }) => `${name} ${status}`);
export const stepOf = ({ steps }: DoctorDocument, name: string) => steps.find((one) => one.name === name);

export const event = (message: string, fields: Readonly<Record<string, unknown>>, level = "debug") =>
  `echo '${JSON.stringify({ time: "t", level, plugin: "p", message, ...fields })}' >&2`;
