import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError, OptionsError } from "./errors.ts";
import { type Files, filesWithin, systemFiles } from "./files.ts";
import { Deadline } from "./http/deadline.ts";

const clock = { now: Date.now, elapsed: () => performance.now(), sleep: async () => {} };

describe("files within the deadline", () => {
  const never = () => new Promise<never>(() => {});
  const silent: Files = { readText: never, readBytes: never, readTextIfExists: never };

  test("a read that never ends is an error with the path when the time is over", async () => {
    const files = filesWithin(silent, new Deadline(5, clock));
    for (const read of [files.readText, files.readBytes, files.readTextIfExists]) {
      await assert.rejects(
        read("/run/fifo", "token file"),
        (error: Error) =>
          error instanceof CredentialError &&
          /^reading the token file \/run\/fifo: not finished after 5 ms; check/.test(error.message),
      );
    }
  });

  test("a read within the deadline is not changed", async () => {
    const files = filesWithin(systemFiles, new Deadline(20_000, clock));
    assert.match(await files.readText(import.meta.filename, "source"), /as without a limit/);
    assert.equal(await files.readTextIfExists("/nonexistent", "source"), undefined);
    await assert.rejects(files.readBytes("/nonexistent", "source"), OptionsError);
  });
});
