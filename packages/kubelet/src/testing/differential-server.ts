/**
 * This package behind a line protocol, for tests in other languages: one JSON case per line of stdin, one JSON result per
 * line of stdout. The result of `{"id": ..., "op": "match", "glob": ..., "image": ...}` is
 * `{"id": ..., "out": {...}}`, or with `{"id": ..., "fault": "..."}` when the case itself could not be run.
 */
import { createInterface } from "node:readline";
import { OPERATIONS } from "./differential/operations.ts";

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === "") continue;
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}

async function answer(line: string): Promise<object> {
  let id: unknown;
  try {
    const request: Record<string, unknown> = JSON.parse(line);
    id = request["id"];
    const operation = OPERATIONS.get(String(request["op"]));
    if (operation === undefined) return { id, fault: `unknown op ${JSON.stringify(request["op"])}` };
    return { id, out: await operation(request) };
  } catch (error) {
    return { id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
