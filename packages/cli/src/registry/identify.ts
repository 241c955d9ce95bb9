/** What a registry's host says about it, for a person. */
export interface RegistryIdentity {
  readonly service: string;
  /** account 123456789012, region eu-west-1 */
  readonly details: string;
}

const FORMS: readonly (readonly [RegExp, (groups: readonly string[]) => RegistryIdentity])[] = [
  [
    /^(\d{12})\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(.+)$/,
    ([account, fips, region]) => ({
      service: "Amazon ECR",
      details: `account ${account}, region ${region}${fips === "" ? "" : ", FIPS"}`,
    }),
  ],
  [/^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/, () => ({ service: "Amazon ECR Public", details: "" })],
  [
    /^([a-z0-9-]+)(?:\.([a-z0-9]+)\.geo)?\.azurecr\.([a-z]+)$/,
    ([name, region, suffix]) => ({
      service: "Azure Container Registry",
      details: `registry ${name}${region === "" ? "" : `, region ${region}`}${suffix === "io" ? "" : ` (azurecr.${suffix})`}`,
    }),
  ],
  [
    /^([a-z0-9-]+)-docker\.pkg\.dev$/,
    ([location]) => ({ service: "Google Artifact Registry", details: `location ${location}` }),
  ],
  [
    /^docker\.([a-z0-9-]+)\.rep\.pkg\.dev$/,
    ([region]) => ({ service: "Google Artifact Registry", details: `region ${region}, regional endpoint` }),
  ],
  [
    /^(?:([a-z]+)\.)?gcr\.io$/,
    ([location]) => ({
      service: "gcr.io (Google Artifact Registry)",
      details: location === "" ? "" : `location ${location}`,
    }),
  ],
  [/^docker\.io$/, () => ({ service: "Docker Hub", details: "" })],
  [/^ghcr\.io$/, () => ({ service: "GitHub Packages", details: "" })],
  [/^quay\.io$/, () => ({ service: "Quay", details: "" })],
  [/^registry\.k8s\.io$/, () => ({ service: "Kubernetes' own registry", details: "public" })],
];

export function identifyRegistry(host: string): RegistryIdentity {
  const name = host.replace(/:\d+$/, "");
  for (const [form, identity] of FORMS) {
    const found = form.exec(name);
    if (found !== null) return identity(found.slice(1).map((group) => group ?? ""));
  }
  return { service: "another registry", details: "" };
}

/** Host and port of a name without tag, as parseImageName gives it. */
export function registryHost(name: string): string {
  return name.slice(0, name.indexOf("/"));
}
