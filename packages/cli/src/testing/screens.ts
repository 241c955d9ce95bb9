/** Commands with human-readable output, for the layout test and for pictures. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { event, registry } from "./doctor.ts";
import { putKubelet } from "./kubelet-process.ts";
import { answer, PLACES, putConfig, putPlugin } from "./plugins.ts";
import { type Bench, bench, type RunOptions } from "./run.ts";

const CONFIGS = join(import.meta.dirname, "../../test/testdata/configs");
const LONG =
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/platform/payments/checkout-frontend:2026.11.24-rc1";

export interface Screen {
  readonly args: readonly string[];
  readonly prepare?: (place: Bench) => void;
  readonly options?: () => RunOptions;
}

const configs = (place: Bench): void => {
  for (const name of ["fine", "slips", "refused"])
    copyFileSync(join(CONFIGS, `${name}.yaml`), place.path(`${name}.yaml`));
};

const ecr = (script: string) => (place: Bench) => {
  putConfig(place, { name: "ecr-credential-provider", match: ["*.dkr.ecr.*.amazonaws.com"] });
  putPlugin(place, "ecr-credential-provider", script);
};

/** The log of a plugin that finds the instance's role. */
const calls = (role: string) =>
  [
    event("identity-unavailable", {
      source: "environment variables",
      reason: "AWS_ACCESS_KEY_ID is not set",
    }),
    event("http", {
      service: "EC2 instance metadata",
      operation: "GetRoleCredentials",
      method: "GET",
      url: `http://169.254.169.254/latest/meta-data/iam/security-credentials/${role}`,
      status: 200,
      ms: 2,
    }),
    event("identity", { source: "EC2 instance metadata", principal: `role ${role}` }),
  ].join("\n");

const LONG_ROLE = "nodes-of-the-payments-cluster";

/** doctor, for an image whose plugin has a role that may not use ECR. */
function doctorFails(image: string, role: string): Screen {
  const [, region = ""] = /\.ecr\.([^.]+)/.exec(image) ?? [];
  const action = `asking Amazon ECR (GetAuthorizationToken, https://api.ecr.${region}.amazonaws.com)`;
  const fields = {
    action,
    reason: `400 AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/${role}/i-0123456789abcdef0 is not authorized to perform: ecr:GetAuthorizationToken on resource: * (request 0a1b2c3d-1111-2222-3333-444455556666)`,
    advice: `allow ecr:GetAuthorizationToken to the role ${role}`,
  };
  const failure = event(`${action}: 400 AccessDeniedException`, fields, "error");
  return { args: ["doctor", image, ...PLACES], prepare: ecr(`${calls(role)}\n${failure}; exit 1`) };
}

export const SCREENS: Readonly<Record<string, Screen>> = {
  help: { args: [] },
  "init-help": { args: ["init", "--help"] },
  "doctor-help": { args: ["doctor", "--help"] },
  validate: { args: ["validate", "slips.yaml"], prepare: configs },
  "validate-refused": { args: ["validate", "refused.yaml"], prepare: configs },
  "validate-fine": { args: ["validate", "fine.yaml"], prepare: configs },
  "validate-explain": { args: ["validate", "--explain", "executable-dynamic"] },
  match: { args: ["match", "-c", "slips.yaml", LONG], prepare: configs },
  "match-none": { args: ["match", "-c", "fine.yaml", "registry.example.com/team/app:v1"], prepare: configs },
  explain: { args: ["explain", LONG, ...PLACES], prepare: ecr("exit 0") },
  get: {
    args: ["get", LONG, ...PLACES],
    prepare: ecr(answer({ "123456789012.dkr.ecr.eu-central-1.amazonaws.com": ["AWS", "right-password"] })),
  },
  doctor: {
    args: ["doctor", LONG, ...PLACES],
    prepare: ecr(
      `${calls(LONG_ROLE)}\n${answer({ "123456789012.dkr.ecr.eu-central-1.amazonaws.com": ["user", "right-password"] })}`,
    ),
    options: () => ({ transport: registry() }),
  },
  "doctor-fails": doctorFails(LONG, LONG_ROLE),
  "doctor-without-flags": {
    args: ["doctor", LONG],
    prepare: (place) => {
      ecr("exit 0")(place);
      mkdirSync(place.path("etc/kubernetes"), { recursive: true });
      copyFileSync(place.path("config.yaml"), place.path("etc/kubernetes/credential-provider-config.yaml"));
      putKubelet(place, 57, { words: ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"] });
    },
  },
  install: {
    args: [
      "install",
      "--distribution",
      "kubeadm",
      "--dry-run",
      "--no-checksums",
      "-c",
      "config.yaml",
      "-e",
      "opt/bin",
    ],
    prepare: (place) => {
      ecr("exit 0")(place);
      mkdirSync(place.path("etc/default"), { recursive: true });
      writeFileSync(place.path("etc/default/kubelet"), "KUBELET_EXTRA_ARGS=--node-ip=10.0.0.7\n");
      chmodSync(place.root, 0o755);
    },
  },
};

/** For the pages: few and short names and mistakes, to fit on one screen. */
export const PICTURED = {
  validate: {
    args: ["validate", "providers.yaml"],
    prepare: (place: Bench) =>
      writeFileSync(
        place.path("providers.yaml"),
        `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages:
      - https://123456789012.dkr.ecr.eu-west-1.amazonaws.com
      - docker.io
    defaultCacheDuration: 24h
`,
      ),
  },
  "doctor-fails": doctorFails("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1", "node"),
} as const satisfies Readonly<Record<string, Screen>>;

/** A screen's output on a terminal with this many columns. */
export async function shown(screen: Screen, columns: number, color: "always" | "never"): Promise<string> {
  using place = bench();
  screen.prepare?.(place);
  const options = screen.options?.() ?? {};
  const plain = screen.args.includes("--help") || screen.args.length === 0;
  const args = plain ? screen.args : [...screen.args, "--color", color];
  const { stdout, stderr } = await place.run(args, {
    ...options,
    columns,
    env: { PATH: "/usr/bin:/bin", ...(color === "never" ? { NO_COLOR: "1" } : {}) },
  });
  return `${stdout}${stderr}`.replaceAll(place.root, "/node");
}
