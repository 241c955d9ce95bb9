import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run, versionLine } from "@imagecred/workspace";
import { placeSteadyRustc } from "./steady-rustc.ts";

const PROGRAM = `
use std::hash::{BuildHasher, RandomState};
fn main() { print!("{}", RandomState::new().hash_one(1)); }
`;

const skip = ["rustc", "cc"].find((program) => versionLine(program) === undefined);

test("the order of a HashMap is the same in every run of a program under the wrapper, and only there", {
  skip: skip === undefined ? false : `${skip} is not installed`,
}, (t) => {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-steady-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [source, program] = [join(directory, "order.rs"), join(directory, "order")];
  writeFileSync(source, PROGRAM);
  run("rustc", ["-o", program, source]);
  const wrapper = join(directory, placeSteadyRustc(directory));
  assert.equal(run(wrapper, [program]), run(wrapper, [program]));
  assert.notEqual(run(program, []), run(program, []));
});
