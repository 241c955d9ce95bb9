/** Runs the steps that it reads from stdin over this runtime's transport, one after another, and prints their outcomes. */
import { TransportError, type TransportRequest } from "@imagecred/protocol";
import { stdio, transport } from "@imagecred/protocol/runtime";
import type { Outcome, Step } from "../driver.ts";

async function send(request: TransportRequest): Promise<Outcome> {
  try {
    const { status, headers, body } = await transport.request(request);
    return { status, headers, body: new TextDecoder().decode(body) };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const { phase, code, message, peer, status, certificate } = error;
    return {
      phase,
      code,
      message,
      peer,
      ...(status === undefined ? {} : { proxyStatus: status }),
      ...(certificate === undefined ? {} : { certificate }),
    };
  }
}

async function take(step: Step): Promise<Outcome[]> {
  if ("preconnect" in step) {
    transport.preconnect(step.preconnect);
    return [];
  }
  if ("together" in step) return (await Promise.all(step.together.map(take))).flat();
  return [await send(step.request)];
}

async function main(): Promise<void> {
  const steps = JSON.parse(new TextDecoder().decode(await stdio.readStdin(1 << 20))) as Step[];
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(...(await take(step)));
  stdio.writeStdout(JSON.stringify(outcomes));
  stdio.exit(0);
}

void main();
