import type { CredentialProvider } from "@imagecred/kubelet";
import type { Cloud } from "../distributions/types.ts";

/** A plugin whose registries are known, ours or a vendor's. */
export interface KnownPlugin {
  readonly cloud: Cloud;
  readonly service: string;
  /** Hosts of its registries; labels as in matchImages. */
  readonly hosts: readonly string[];
  /** Seconds that a credential of the cloud lives at least. */
  readonly lifetimeSeconds: number;
  readonly lifetimeSource: string;
}

const ECR: KnownPlugin = {
  cloud: "aws",
  service: "Amazon ECR",
  hosts: [
    "*.dkr.ecr*.*.amazonaws.com",
    "*.dkr.ecr*.*.amazonaws.com.cn",
    "*.dkr.ecr*.*.amazonaws.eu",
    "*.dkr.ecr*.*.c2s.ic.gov",
    "*.dkr.ecr*.*.sc2s.sgov.gov",
    "*.dkr.ecr*.*.cloud.adc-e.uk",
    "*.dkr.ecr*.*.csp.hci.ic.gov",
    "*.dkr-ecr*.*.on.aws",
    "*.dkr-ecr*.*.on.amazonwebservices.com.cn",
    "public.ecr.aws",
    "ecr-public.aws.com",
  ],
  lifetimeSeconds: 12 * 3600,
  lifetimeSource: "ECR's tokens live for 12 hours",
};

const ACR: KnownPlugin = {
  cloud: "azure",
  service: "Azure Container Registry",
  hosts: ["*.azurecr.io", "*.azurecr.cn", "*.azurecr.us", "*.azurecr.de", "*.*.geo.azurecr.*"],
  lifetimeSeconds: 3 * 3600,
  lifetimeSource: "ACR's refresh tokens live for 3 hours",
};

const GCR: KnownPlugin = {
  cloud: "gcp",
  service: "Google Artifact Registry",
  hosts: [
    "gcr.io",
    "*.gcr.io",
    "*.pkg.dev",
    "docker.*.rep.pkg.dev",
    "*.goog",
    "*.*.goog",
    "*.s3nsregistry.fr",
    "docker.s3nsregistry.fr",
    "container.cloud.google.com",
  ],
  lifetimeSeconds: 3600,
  lifetimeSource: "Google's access tokens live for 1 hour",
};

const BY_NAME: Readonly<Record<string, KnownPlugin>> = {
  "ecr-credential-provider": ECR,
  "acr-credential-provider": ACR,
  "gcr-credential-provider": GCR,
  "gcp-credential-provider": GCR,
  "auth-provider-gcp": GCR,
};

/** By the executable's name, `.exe` and a suffix such as `-pods` aside. */
export function knownPlugin(name: string): KnownPlugin | undefined {
  const bare = name.replace(/\.exe$/i, "");
  const base = Object.keys(BY_NAME).find((known) => bare === known || bare.startsWith(`${known}-`));
  return base === undefined ? undefined : BY_NAME[base];
}

/** Hosts (with their ports) that a provider's arguments opt in: `--registry HOST=TARGET`, and the ACR plugin's `-r`. */
export function optedIn(provider: CredentialProvider): ReadonlySet<string> {
  const hosts = new Set<string>();
  const args = provider.args ?? [];
  args.forEach((word, index) => {
    const inline = /^(?:--?registry(?:-mirror)?|-r)=(.*)$/s.exec(word)?.[1];
    const separate = /^(?:--?registry(?:-mirror)?|-r)$/.test(word) ? args[index + 1] : undefined;
    const value = inline ?? separate;
    for (const mapping of value?.split(",") ?? []) {
      // The ACR plugin's own form is source:target, for hosts without ports.
      const [left, right] = mapping.includes("=") ? mapping.split("=") : mapping.split(":");
      if (left !== undefined) hosts.add(left);
      if (right !== undefined) hosts.add(right);
    }
  });
  return hosts;
}
