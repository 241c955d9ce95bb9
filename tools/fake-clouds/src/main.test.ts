import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { agentForProxy, call } from "./testing/client.ts";

test("runs standalone: prints the services and how to use them, shows each request, exits cleanly on SIGINT", async () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@imagecred/source", main], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const variables: Record<string, string> = {};
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const [, name, value] = /^export ([A-Z0-9_]+)=(\S+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables[name] ??= value;
    if (line.startsWith("Requests appear below")) {
      const agent = await agentForProxy(variables["HTTPS_PROXY"] ?? "", variables["SSL_CERT_FILE"] ?? "");
      await call("https://api.ecr.eu-west-1.amazonaws.com/", { method: "POST", agent });
      await assert.rejects(call("https://unknown.example.com/", { agent }));
    }
    if (line.includes("unknown.example.com")) child.kill("SIGINT");
  }
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  const output = lines.join("\n");
  for (const plugin of ["ecr", "acr", "gcr"])
    assert.match(
      output,
      new RegExp(`^# ${plugin}-credential-provider${plugin === "acr" ? " /.*/.*\\.json" : ""}$`, "m"),
    );
  assert.match(output, /aws\.imds +EC2 instance metadata \(IMDSv2\) +http:\/\/127\.0\.0\.1:\d+/);
  assert.match(output, /aws\.ecr Unknown: POST https:\/\/api\.ecr\.eu-west-1\.amazonaws\.com\/ -> (400|404)/);
  assert.match(output, /proxy: unknown\.example\.com:443 -> unknown-host/);
});
