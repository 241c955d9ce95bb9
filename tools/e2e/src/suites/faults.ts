import assert from "node:assert/strict";
import { test } from "node:test";
import { expectFailure, expectSuccess } from "../expect.ts";
import { type Call, type Case, nameOfCall, type Scenario } from "../scenario.ts";
import type { Subject, Suite } from "../suite.ts";
import { FAULT_CASES, type FaultCase } from "./fault-cases.ts";

/** One suite per call, so that they can run in parallel: most faults only wait. */
export function faultSuites({ cases }: Scenario): { readonly title: string; readonly suite: Suite }[] {
  return cases.flatMap((like) =>
    like.calls.map((call, index) => {
      const { service } = call;
      const firstOfService = like.calls.findIndex((each) => each.service === service) === index;
      const title = `${like.what}: faults on ${nameOfCall(call)}`;
      return { title, suite: (subject: Subject) => register(subject, like, call, firstOfService) };
    }),
  );
}

/** Every fault on one call: exact exit code, what stderr says, and how many requests were made. */
function register(subject: Subject, like: Case, call: Call, firstOfService: boolean): void {
  for (const [name, general] of FAULT_CASES) {
    const fault: FaultCase = { ...general, ...call.faults?.[name] };
    if (fault.kind !== undefined && fault.kind !== call.kind) continue;
    // A fault before a request affects the whole service.
    if (fault.connections !== undefined && !firstOfService) continue;
    test(`${name}: ${expected(fault)}`, () => play(subject, like, call, fault));
  }
}

function expected({ exitCode, requests }: FaultCase): string {
  return `exit ${exitCode}, ${requests} ${requests === 1 ? "request" : "requests"}`;
}

async function play(subject: Subject, like: Case, call: Call, fault: FaultCase): Promise<void> {
  const { clouds, scenario } = subject;
  const { service, operation } = call;
  const { times } = fault;
  const early = fault.connections !== undefined;
  await clouds.faults.add({
    service,
    ...(early ? {} : { operation }),
    ...(times === undefined ? {} : { times }),
    fault: fault.fault,
  });
  const result = await subject.run({ like, env: { IMAGECRED_TIMEOUT: fault.timeout ?? "8s" } });
  if (fault.exitCode === 0) expectSuccess(result);
  else expectFailure(result, scenario.executable, fault.stderr);
  const requests = clouds.requests.filter((each) => each.service === service && each.operation === operation);
  assert.equal(requests.length, fault.requests, `requests: ${subject.calls().join(", ")}`);
  const connections = clouds.connections.filter((each) => each.service === service).length;
  assert.ok(connections >= (fault.connections ?? 0), `${connections} connections`);
  assert.deepEqual(
    clouds.proxied.filter(({ outcome }) => outcome === "unknown-host" || outcome === "not-a-tunnel"),
    [],
  );
  assert.ok(result.wallMs >= (fault.atLeastMs ?? 0), `took ${result.wallMs} ms`);
  assert.ok(result.wallMs <= (fault.atMostMs ?? 10_000), `took ${result.wallMs} ms`);
  assert.deepEqual(clouds.secrets.findIn(result.stderr), []);
}
