import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceElsewhere } from "./elsewhere.ts";

test("there is advice for another cloud's metadata server, and none for the expected cloud's or an unknown one", () => {
  for (const [headers, asked, word] of [
    [{ "metadata-flavor": "Google", server: "Metadata Server for VM" }, "aws", "google"],
    [{ server: "EC2ws" }, "google", "aws"],
    [{ server: "IMDS/150.870.65.1854" }, "aws", "azure"],
    [{ server: "EC2ws" }, "aws", undefined],
    [{ server: "nginx" }, "azure", undefined],
    [{}, "google", undefined],
  ] as const) {
    const advice = adviceElsewhere(headers, asked);
    if (word === undefined) assert.equal(advice, undefined);
    else assert.match(advice ?? "", new RegExp(`^this node is in .*: set --node-identity=${word} `));
  }
});
