/** Runs one lane in the network namespace that `run-all.ts` started it in: INDEX VENDOR OURS RESULTS. */
import { writeFileSync } from "node:fs";
import { insideNamespace } from "@imagecred/workspace";
import { lanes, runLane } from "./compare.ts";

const [index, vendor = "", ours = "", results = ""] = process.argv.slice(2);
const lane = lanes()[Number(index)];
if (!insideNamespace() || lane === undefined) throw new Error("started by run-all.ts only");
writeFileSync(results, JSON.stringify(await runLane(lane, { vendor, ours })));
