import type { Clouds, PolicyDocument } from "@imagecred/fake-clouds";
import { type Command, type Options, optionsOf } from "./shell.ts";

/** The files that commands name, and the node's configuration, which has the ARNs that the commands print. */
export interface Files {
  read(name: string): string;
  readonly nodeSide: string;
}

/**
 * Applies a page's commands to the fake clouds: every command that changes trust. So a route works in the tests only if its
 * page is complete. Commands that only print something do nothing here, and neither do those without a counterpart in the
 * fakes (APIs to enable, roles on registries, which the fakes grant by default). An unknown command is an error.
 */
export class SetUp {
  readonly #clouds: Clouds;
  readonly #files: Files;
  /** Rewrites a page's text before it is used, for example with another cluster's issuer. */
  readonly #adapt: (text: string) => string;

  constructor(clouds: Clouds, files: Files, adapt: (text: string) => string = (text) => text) {
    this.#clouds = clouds;
    this.#files = files;
    this.#adapt = adapt;
  }

  run(commands: readonly Command[]): void {
    for (const [index, { words, place }] of commands.entries()) {
      const adapted = words.map(this.#adapt);
      const [program = ""] = adapted;
      if (!["aws", "az", "gcloud"].includes(program)) continue;
      try {
        this.#run(adapted, commands.slice(index + 1));
      } catch (error) {
        throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  #run(words: readonly string[], later: readonly Command[]): void {
    const [program = "", ...rest] = words;
    const depth = rest.findIndex((word) => word.startsWith("-"));
    const verbs = rest.slice(0, depth < 0 ? rest.length : depth).join(" ");
    const [handler, name] = this.#handlerOf(`${program} ${verbs}`);
    const options = optionsOf(rest.slice(name.split(" ").length - 1), SWITCHES);
    handler(options, later);
  }

  #handlerOf(command: string): readonly [(options: Options, later: readonly Command[]) => void, string] {
    for (const [name, handler] of Object.entries(this.#handlers))
      if (command === name || command.startsWith(`${name} `)) return [handler, name];
    throw new Error(`no test knows the command ${command}`);
  }

  readonly #handlers: Readonly<Record<string, (options: Options, later: readonly Command[]) => void>> = {
    "aws iam create-open-id-connect-provider": (options) =>
      this.#clouds.aws.iam.oidcProviders.add({
        account: ACCOUNT,
        partition: "aws",
        url: one(options, "--url"),
        clientIds: all(options, "--client-id-list"),
      }),
    "aws iam create-role": (options) =>
      this.#clouds.aws.iam.addRole({
        arn: roleArn(one(options, "--role-name")),
        trustPolicy: this.#json(one(options, "--assume-role-policy-document")),
        allow: [],
      }),
    "aws iam attach-role-policy": (options) => {
      const role = this.#role(one(options, "--role-name"));
      if (one(options, "--policy-arn") !== PULL_ONLY) throw new Error("another policy than for pulls");
      this.#clouds.aws.iam.addRole({ ...role, allow: [...(role.allow ?? []), "ecr:GetAuthorizationToken"] });
    },
    "aws iam put-role-policy": (options) => {
      const role = this.#role(one(options, "--role-name"));
      const { Statement } = this.#json<PolicyDocument>(one(options, "--policy-document"));
      const before = role.permissions?.Statement ?? PULLS;
      this.#clouds.aws.iam.addRole({
        ...role,
        permissions: { Version: "2012-10-17", Statement: [before, Statement].flat() },
      });
    },
    "aws iam enable-outbound-web-identity-federation": () => void this.#clouds.aws.outbound.enable(ACCOUNT),
    "aws iam get-outbound-web-identity-federation-info": () => {},
    "aws rolesanywhere create-trust-anchor": (options) => {
      const bundle = this.#json<{ readonly sourceData: { readonly x509CertificateData: string } }>(
        one(options, "--source"),
      );
      if (!bundle.sourceData.x509CertificateData.includes("BEGIN CERTIFICATE"))
        throw new Error("no certificate");
      const arn = firstArn(this.#adapt(this.#files.nodeSide), "trust-anchor");
      this.#clouds.aws.anywhere.addTrustAnchor({ arn, certificates: this.#clouds.federation.authority.pem });
    },
    "aws rolesanywhere create-profile": (options) => {
      const arn = firstArn(this.#adapt(this.#files.nodeSide), "profile");
      this.#clouds.aws.anywhere.addProfile({ arn, roleArns: all(options, "--role-arns") });
    },
    "az ad app create": (options, later) => {
      const name = one(options, "--display-name");
      const clientId = guidIn(later);
      // A page may be applied again, for another cluster.
      if (this.#clouds.azure.directory.appAnywhere(clientId) !== undefined) return;
      const multitenant = options.values.get("--sign-in-audience")?.[0] === "AzureADMultipleOrgs";
      this.#clouds.azure.directory.addApp({
        tenant: this.#clouds.azure.tenantId,
        name,
        clientId,
        multitenant,
      });
    },
    "az ad app update": (options) => {
      const [uri = ""] = all(options, "--identifier-uris");
      this.#clouds.azure.directory.addResource(uri, { audience: uri, version: 1 });
    },
    "az ad sp create": (options) => {
      const app = this.#clouds.azure.directory.appAnywhere(one(options, "--id"));
      // In the application's own tenant, the fakes create the service principal with it.
      if (app?.multitenant === true)
        this.#clouds.azure.directory.addServicePrincipal(
          app,
          this.#clouds.azure.population("partner").node.tenant,
        );
    },
    "az ad app federated-credential create": (options) => {
      const app = this.#clouds.azure.directory.appAnywhere(one(options, "--id"));
      const { issuer, subject, audiences } = this.#json<FederatedCredentialFile>(
        one(options, "--parameters"),
      );
      if (app === undefined) throw new Error("no such application");
      for (const audience of audiences) app.federated.push({ issuer, subject, audience });
    },
    "az ad app credential reset": (options) => {
      const app = this.#clouds.azure.directory.appAnywhere(one(options, "--id"));
      if (app === undefined || !one(options, "--cert").startsWith("@"))
        throw new Error("no application, or no certificate");
      const { certificatePem } = this.#clouds.azure.population().nodeCertificate;
      const { tenant, name, clientId } = app;
      this.#clouds.azure.directory.addApp({ tenant, name, clientId, certificates: [certificatePem] });
    },
    "az role assignment create": () => {},
    "az identity show": () => {},
    "az login": () => {},
    "gcloud iam workload-identity-pools create-cred-config": () => {},
    "gcloud iam workload-identity-pools providers create-oidc": (options) =>
      this.#provider(options, (name, pool) => {
        const issuer = one(options, "--issuer-uri");
        const audiences = options.values.get("--allowed-audiences");
        const uploaded = options.values.has("--jwk-json-path");
        const cluster = Object.values(this.#clouds.clusters).find((each) => each.issuer === issuer);
        return {
          kind: "oidc",
          issuer,
          audiences: audiences ?? [
            `https://iam.googleapis.com/${POOLS}/${pool}/providers/${name}`,
            `//iam.googleapis.com/${POOLS}/${pool}/providers/${name}`,
          ],
          ...(uploaded && cluster !== undefined ? { uploadedKeys: () => cluster.keys() } : {}),
        };
      }),
    "gcloud iam workload-identity-pools providers create-aws": (options) =>
      this.#provider(options, () => ({ kind: "aws", account: one(options, "--account-id") })),
    "gcloud iam workload-identity-pools providers create-x509": (options) =>
      this.#provider(options, () => ({
        kind: "x509",
        trustAnchors: [this.#clouds.federation.authority.pem],
      })),
    "gcloud iam workload-identity-pools create": () => {},
    "gcloud iam service-accounts create": ({ positional: [name = ""] }) => {
      const { accounts, projectId } = this.#clouds.google;
      const email = `${name}@${projectId}.iam.gserviceaccount.com`;
      if (accounts.get(email) === undefined) accounts.add({ email });
    },
    "gcloud iam service-accounts add-iam-policy-binding": (options) => {
      if (one(options, "--role") !== "roles/iam.workloadIdentityUser") throw new Error("another role");
      this.#clouds.google.accounts.bind(options.positional[0] ?? "", one(options, "--member"));
    },
    "gcloud iam service-accounts describe": () => {},
    "gcloud artifacts repositories add-iam-policy-binding": () => {},
    "gcloud services enable": () => {},
  };

  #provider(
    options: Options,
    make: (name: string, pool: string) => Parameters<Clouds["google"]["addProvider"]>[1],
  ): void {
    const [name = ""] = options.positional;
    const pool = one(options, "--workload-identity-pool");
    const mapping = one(options, "--attribute-mapping")
      .split(/,(?=[a-z_.]+=)/)
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const);
    const condition = options.values.get("--attribute-condition")?.[0];
    this.#clouds.google.addProvider(
      name,
      {
        ...make(name, pool),
        mapping: Object.fromEntries(mapping),
        ...(condition === undefined ? {} : { condition }),
      },
      pool,
    );
  }

  #role(name: string) {
    const role = this.#clouds.aws.iam.role(roleArn(name));
    if (role === undefined) throw new Error(`no role ${name}`);
    return role;
  }

  /** `file://NAME`, `@NAME`, NAME. */
  #json<T = PolicyDocument>(reference: string): T {
    return JSON.parse(this.#adapt(this.#files.read(reference.replace(/^file:\/\/|^@/, "")))) as T;
  }
}

interface FederatedCredentialFile {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

const ACCOUNT = "123456789012";
const POOLS = "projects/123456789012/locations/global/workloadIdentityPools";
const PULL_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly";
/** Permissions of the fakes' instance role before a page adds to it. */
const PULLS = {
  Effect: "Allow",
  Action: ["ecr:*", "ecr-public:*", "sts:AssumeRole"],
  Resource: "*",
} as const;
const SWITCHES: ReadonlySet<string> = new Set(["--enabled", "--allow-no-subscriptions", "--append"]);

function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

function one(options: Options, name: string): string {
  const [value] = options.values.get(name) ?? [];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

function all(options: Options, name: string): readonly string[] {
  return options.values.get(name) ?? [];
}

/** The page's next commands name the client id that `az ad app create` prints. */
function guidIn(later: readonly Command[]): string {
  const words = later.flatMap((command) => command.words);
  const guid = words[words.indexOf("--id") + 1];
  if (guid === undefined) throw new Error("no later command names the application");
  return guid;
}

function firstArn(text: string, kind: string): string {
  const [arn] = new RegExp(`arn:aws:rolesanywhere:[a-z0-9-]+:\\d{12}:${kind}/[0-9a-f-]+`).exec(text) ?? [];
  if (arn === undefined) throw new Error(`the kubelet's configuration names no ${kind}`);
  return arn;
}
