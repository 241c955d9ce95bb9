import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { TransportError } from "../../http/transport.ts";
import { lookUp, type NameServices } from "./names.ts";

const never = () => new Promise<never>(() => {});
const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};

/** The time after which the name servers are queried directly. */
const HEAD_START_MS = 300;

mock.timers.enable({ apis: ["setTimeout"] });

async function look(services: Partial<NameServices>, host = "api.example") {
  const told: string[] = [];
  let cancelled = 0;
  const lookup = lookUp(host, (addresses) => told.push(...addresses), {
    system: never,
    direct: never,
    cancel: () => cancelled++,
    ...services,
  });
  const done = lookup.done.then(
    () => undefined,
    (error: unknown) => error,
  );
  await new Promise((resolve) => setImmediate(resolve));
  mock.timers.tick(HEAD_START_MS);
  return { told, cancelled, failure: await done };
}

test("if the system's resolver responds in time, its result is used", async () => {
  const direct = () => assert.fail("the name servers got a query besides the system");
  const good = await look({ system: async () => ["10.0.0.1", "fd00::1"], direct });
  assert.deepEqual(good.told, ["10.0.0.1", "fd00::1"]);
  for (const [code, expected] of [
    ["ENOTFOUND", "ENOTFOUND"],
    ["EAI_AGAIN", "EAI_AGAIN"],
    ["EAI_FAIL", "EAI_AGAIN"],
  ] as const) {
    const { failure } = await look({ system: failing(code), direct });
    assert.ok(failure instanceof TransportError);
    assert.deepEqual([failure.phase, failure.code], ["lookup", expected]);
  }
});

test("while the system waits for a dead name server, the others are queried", async () => {
  const { told, failure, cancelled } = await look({
    direct: async (name, family) => (name === "api.example" && family === 4 ? ["10.0.0.1"] : []),
  });
  assert.equal(failure, undefined);
  assert.deepEqual(told, ["10.0.0.1"]);
  assert.equal(cancelled, 0);
});

test("a dropped query for IPv6 addresses does not delay the IPv4 ones", async () => {
  const told = Promise.withResolvers<readonly string[]>();
  const lookup = lookUp("api.example", told.resolve, {
    system: never,
    direct: async (_, family) => (family === 4 ? ["10.0.0.1"] : never()),
    cancel: () => {},
  });
  mock.timers.tick(HEAD_START_MS);
  assert.deepEqual(await told.promise, ["10.0.0.1"]);
  // The other query continues until its result is not needed.
  assert.equal(await Promise.race([lookup.done.then(() => "over"), Promise.resolve("open")]), "open");
  lookup.stop();
});

test("late results and a late failure of the system's resolver are used", async () => {
  const late = Promise.withResolvers<readonly string[]>();
  const direct = async () => {
    setImmediate(late.resolve, ["10.0.0.2"]);
    throw Object.assign(new Error("no"), { code: "ECONNREFUSED" });
  };
  assert.deepEqual((await look({ system: () => late.promise, direct })).told, ["10.0.0.2"]);
  const again = Promise.withResolvers<readonly string[]>();
  const { failure } = await look({
    system: () => again.promise,
    direct: async () => {
      setImmediate(again.reject, Object.assign(new Error("no"), { code: "EAI_AGAIN" }));
      return [];
    },
  });
  assert.ok(failure instanceof TransportError && failure.code === "EAI_AGAIN");
});

test("subdomains of localhost are this machine, without a lookup", async () => {
  const { told, failure } = await look({ system: () => assert.fail("asked") }, "a.localhost");
  assert.deepEqual([told, failure], [["127.0.0.1", "::1"], undefined]);
});

test("a name without a dot is looked up by the system's resolver only", async () => {
  const asked = Promise.withResolvers<readonly string[]>();
  const services = {
    system: () => asked.promise,
    direct: () => assert.fail("asked directly"),
    cancel: () => {},
  };
  const lookup = lookUp("metadata", () => {}, services);
  mock.timers.tick(2 * HEAD_START_MS);
  asked.resolve(["10.0.0.1"]);
  await lookup.done;
});
