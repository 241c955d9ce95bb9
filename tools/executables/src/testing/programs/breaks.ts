/** Breaks in the way that its first argument names, after it has asked to hear of errors where the second says so. */
import { stdio } from "@imagecred/protocol/runtime";

const [way = "", handler] = stdio.args;

if (handler === "handled") {
  stdio.onUncaught((error) => {
    stdio.writeStderr(`handled: ${error instanceof Error ? error.message : String(error)}\n`);
    stdio.exit(1);
  });
}

const boom = () => {
  throw new Error("boom\nin two lines");
};

const endless = (depth: number): number => endless(depth + 1) + depth;

switch (way) {
  case "load":
    boom();
    break;
  case "timer":
    setTimeout(boom, 1);
    break;
  case "microtask":
    queueMicrotask(boom);
    break;
  case "rejection":
    void Promise.reject(new Error("boom\nin two lines"));
    break;
  case "late":
    setTimeout(() => void Promise.reject(new Error("boom\nin two lines")), 1);
    break;
  case "chunk":
    void import("./breaks-chunk.ts");
    break;
  case "string":
    void Promise.reject("boom\nin two lines");
    break;
  case "recursion":
    endless(0);
    break;
  case "dry":
    break;
  case "handler":
    stdio.onUncaught(boom);
    boom();
    break;
  case "caught":
    Promise.reject(new Error("never seen")).catch(() => stdio.exit(0));
    break;
}
