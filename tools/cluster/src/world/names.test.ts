import assert from "node:assert/strict";
import { test } from "node:test";
import { answerQuery } from "./names.ts";

const lookup = (name: string) => (name === "myreg.azurecr.io" ? "10.10.0.1" : undefined);

/** A query as resolvers send it: id 0xabcd, recursion desired. */
function query(name: string, type = 1): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const header = Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

test("the address of a name, in any case", () => {
  const response = answerQuery(query("MyReg.azurecr.io"), lookup);
  assert.equal(response?.readUInt16BE(0), 0xabcd);
  assert.equal(response.readUInt16BE(2), 0x8180, "a response without an error");
  assert.equal(response.readUInt16BE(6), 1, "one record");
  assert.deepEqual([...response.subarray(-4)], [10, 10, 0, 1]);
});

test("a name that exists has no IPv6 address, and one that does not exist is an error", () => {
  const other = answerQuery(query("myreg.azurecr.io", 28), lookup);
  assert.deepEqual([other?.readUInt16BE(2), other?.readUInt16BE(6)], [0x8180, 0]);
  const unknown = answerQuery(query("example.com"), lookup);
  assert.deepEqual([unknown?.readUInt16BE(2), unknown?.readUInt16BE(6)], [0x8183, 0]);
});

test("a packet that is not a query gets no response", () => {
  assert.equal(answerQuery(Buffer.from("short"), lookup), undefined);
  assert.equal(answerQuery(query("a.b").subarray(0, -3), lookup), undefined);
  assert.equal(answerQuery(Buffer.concat([Buffer.alloc(12), Buffer.from([0xff])]), lookup), undefined);
});
