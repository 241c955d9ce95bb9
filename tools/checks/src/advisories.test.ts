import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";

/** Output of `npm audit --json`, if the registry has advisories. */
interface Audit {
  readonly auditReportVersion?: number;
  /** Why there is no report. */
  readonly message?: string;
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      { readonly severity: string; readonly via: readonly (string | { readonly title: string })[] }
    >
  >;
}

/** Severities that fail; the others are for the person who updates the packages. */
const SERIOUS = new Set(["high", "critical"]);

/**
 * npm's registry has advisories for npm packages, if it can be reached. Rust's and Go's databases are in no package
 * registry: rustsec/advisory-db is a git repository, and Go's is at vuln.go.dev.
 */
test("npm packages have no serious advisories", (context) => {
  const { stdout, error } = spawnSync(
    "npm",
    ["audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=10000"],
    { cwd: ROOT, encoding: "utf8", timeout: 30_000, maxBuffer: 64 << 20 },
  );
  const { auditReportVersion, message, vulnerabilities = {} } = parsed(stdout ?? "");
  if (auditReportVersion === undefined) {
    return context.skip(`npm audit gives no report here: ${message ?? error?.message ?? "no network"}`);
  }
  const serious = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => SERIOUS.has(severity))
    .map(([name, { severity, via }]) => {
      const titles = via.map((each) => (typeof each === "string" ? `through ${each}` : each.title));
      return `${name} (${severity}): ${titles.join(", ")}`;
    });
  assert.deepEqual(serious, []);
});

function parsed(text: string): Audit {
  try {
    return JSON.parse(text) as Audit;
  } catch {
    return {};
  }
}
