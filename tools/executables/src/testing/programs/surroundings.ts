/** Prints its arguments, and whether other code ran before it. */
import { stdio } from "@imagecred/protocol/runtime";

const intruder: unknown = Reflect.get(globalThis, "intruder");
stdio.writeStdout(JSON.stringify({ args: stdio.args, intruder: intruder ?? null }));
stdio.exit(0);
