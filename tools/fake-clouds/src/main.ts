import { toolFlags } from "@imagecred/workspace";
import { startClouds } from "./clouds.ts";
import { describe, refusalLine, requestLine } from "./terminal.ts";

const USAGE = `Usage: npm run fake-clouds -- [flags]

Runs the fake clouds until Ctrl-C.

  --latency MS   wait before every response
  --port PORT    where the proxy listens; default: any free port
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    latency: { type: "string", default: "0" },
    port: { type: "string", default: "0" },
  },
});

const clouds = await startClouds({ proxy: { port: Number(values.port) } });
clouds.latency.set(Number(values.latency));
clouds.core.log.onFinished((request) => console.log(requestLine(request)));
clouds.core.log.onProxied((attempt) => {
  if (attempt.outcome !== "connected") console.log(refusalLine(attempt));
});
console.log(await describe(clouds));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void clouds.close());
