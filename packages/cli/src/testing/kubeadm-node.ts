import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { InstallationDocument } from "../commands/install/document.ts";
import { type Bench, bench } from "./run.ts";
import { checkedDocument } from "./schemas.ts";

export const asRoot = {
  skip: process.geteuid?.() === 0 ? false : "only root can create files owned by root",
};

export const ECR = "usr/local/libexec/kubernetes/credential-providers/ecr-credential-provider";
export const CONFIG = "etc/kubernetes/credential-provider-config.yaml";
export const COMMAND = ["install", "--distribution", "kubeadm", "imagecred-kubeadm"];

export function put(place: Bench, path: string, content: string, mode = 0o644): void {
  const file = place.path(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

export function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A node with kubeadm's directories, and the files of init and a release in imagecred-kubeadm. */
export async function node(): Promise<Bench> {
  const place = bench();
  chmodSync(place.root, 0o755);
  for (const directory of ["etc/default", "etc/kubernetes", "usr/bin", "usr/local", "var/lib"])
    mkdirSync(place.path(directory), { recursive: true });
  copyFileSync("/bin/sh", place.path("usr/bin/imagecred"));
  await place.run(["init", "--cloud", "aws", "--distribution", "kubeadm"]);
  release(place, "#!/bin/sh\necho one\n");
  return place;
}

export function release(place: Bench, content: string, name = "ecr-credential-provider"): void {
  put(place, `imagecred-kubeadm/${name}`, content);
  put(place, "imagecred-kubeadm/SHA256SUMS", `${sha256(content)}  ${name}\n`);
}

export async function install(place: Bench, ...args: readonly string[]): Promise<InstallationDocument> {
  const ran = await place.run([...(args.length === 0 ? COMMAND : args), "-o", "json"]);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  return checkedDocument(ran.stdout) as unknown as InstallationDocument;
}

export async function refused(place: Bench, args: readonly string[] = COMMAND): Promise<string> {
  const { code, stderr, stdout } = await place.run(args);
  assert.equal(code, 1, stdout);
  return stderr;
}

export const states = (document: InstallationDocument) =>
  document.files.map(({ role, state }) => `${role} ${state}`);
