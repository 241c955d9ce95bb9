import type { Core } from "../core/core.ts";
import { oidcDocumentsService } from "../core/oidc-documents.ts";
import { Accounts, type ServiceAccountOptions } from "./accounts.ts";
import {
  type AccountName,
  CLUSTER_TOKEN_AUDIENCE,
  accounts as defaultAccounts,
  emailOf,
  gkePool,
  PROJECT_ID,
  PROJECT_NUMBER,
  providerName,
  providers,
} from "./default-accounts.ts";
import { FILES_HOST, fileService, tokenSourceService } from "./files.ts";
import { iamCredentialsService } from "./iam-credentials.ts";
import { type GoogleIdentity, identityEnv } from "./identities.ts";
import { IdentityTokens } from "./identity-tokens.ts";
import { type Instance, metadataService } from "./metadata.ts";
import { oauthService } from "./oauth.ts";
import type { PoolProvider } from "./pools.ts";
import { registryService } from "./registries.ts";
import { stsService } from "./sts.ts";
import type { AskSts } from "./subject.ts";
import { CLOUD_PLATFORM, type Grant, Tokens } from "./tokens.ts";
import { PUBLIC, type Universe } from "./universes.ts";

export { GOOGLE_IDENTITIES, type GoogleIdentity } from "./identities.ts";

export interface GoogleOptions {
  /** The Compute Engine instance; by default with the service accounts `node` (default) and `builder`. */
  readonly instance?: Partial<Instance>;
  /** Service accounts in addition to those that every fake Google has (see `default-accounts.ts`). */
  readonly serviceAccounts?: readonly ServiceAccountOptions[];
  /** Repositories that exist in every registry. Default `project/repo/app` and `project/app`. */
  readonly repositories?: readonly string[];
}

/** The part of the fake AWS that the fake Google needs. */
export interface AwsSide {
  /** Forwards a request to AWS STS. */
  readonly askSts: AskSts;
  /** Environment of a process that has an identity on AWS. */
  readonly env: () => Promise<Record<string, string>>;
  /** Origin of EC2's metadata service. */
  readonly imds: string;
}

/** A running fake Google Cloud. */
export class Google {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  /** The issuer `https://accounts.google.com`. */
  readonly identityTokens: IdentityTokens;
  /** The instance's settings; change them between cases. */
  readonly instance: Instance;
  readonly origins: { readonly metadata: string; readonly tokenSource: string };
  readonly #core: Core;
  readonly #aws: AwsSide;
  readonly #files: Map<string, string>;
  readonly #providers: Map<string, PoolProvider>;

  private constructor(parts: GoogleParts) {
    this.#core = parts.core;
    this.#aws = parts.aws;
    this.#files = parts.files;
    this.accounts = parts.accounts;
    this.tokens = parts.tokens;
    this.identityTokens = parts.identityTokens;
    this.#providers = parts.providers;
    this.instance = parts.instance;
    this.origins = parts.origins;
  }

  static async start(core: Core, options: GoogleOptions, aws: AwsSide): Promise<Google> {
    const accounts = new Accounts(core);
    for (const account of [...defaultAccounts(), ...(options.serviceAccounts ?? [])]) accounts.add(account);
    const tokens = new Tokens(core, accounts);
    const identityTokens = new IdentityTokens(core, accounts);
    const all = new Map(providers(core));
    const instance: Instance = { ...defaultInstance(), ...options.instance };
    const files = new Map<string, string>();
    const repositories = options.repositories ?? ["project/repo/app", "project/app"];
    for (const service of [
      oauthService({ core, accounts, tokens }),
      stsService({ core, tokens, providers: all, askSts: aws.askSts, projectNumber: PROJECT_NUMBER }),
      oidcDocumentsService("google.issuer", "Google as issuer of identity tokens", () => [identityTokens]),
      iamCredentialsService({ core, accounts, tokens }),
      registryService({ core, accounts, tokens, repositories }),
      fileService(files),
    ]) {
      core.addTls(service);
    }
    const issue = () => core.cluster.issueServiceAccountToken({ audience: CLUSTER_TOKEN_AUDIENCE });
    const origins = {
      metadata: await core.addPlain(metadataService({ core, tokens, identityTokens, instance })),
      tokenSource: await core.addPlain(tokenSourceService(issue)),
    };
    return new Google({
      core,
      aws,
      files,
      accounts,
      tokens,
      identityTokens,
      providers: all,
      instance,
      origins,
    });
  }

  /** Environment variables that give a process an identity here. @param identity default `metadata` */
  env(identity: GoogleIdentity = "metadata", universe: Universe = PUBLIC): Promise<Record<string, string>> {
    const { accounts, origins } = this;
    return identityEnv(identity, { core: this.#core, accounts, origins, aws: this.#aws, universe });
  }

  /** Email address of one of the service accounts that every fake Google has. */
  email(name: AccountName): string {
    return emailOf(name);
  }

  /** Resource name of a provider in the workload identity pool. */
  provider(name: string): string {
    return providerName(name);
  }

  /** Creates or replaces a provider of a pool. @returns its resource name */
  addProvider(name: string, provider: PoolProvider, pool = "pool"): string {
    const resource = providerName(name, pool);
    this.#providers.set(`//iam.googleapis.com/${resource}`, provider);
    return resource;
  }

  /** Numeric id of a service account, the `sub` of identity tokens. */
  uniqueId(name: AccountName): string {
    return this.accounts.uniqueId(emailOf(name));
  }

  /** The name of GKE's own pool, and the required audience of its tokens. */
  get gkePool(): { readonly audience: string; readonly tokenAudience: string } {
    return gkePool(this.#core.cluster.issuer);
  }

  get projectId(): string {
    return PROJECT_ID;
  }

  /** A pod's token for GKE's pool or for the provider `cluster`. */
  podToken(pool: "gke" | "cluster", serviceAccount = "app"): Promise<string> {
    const audience = pool === "gke" ? this.gkePool.tokenAudience : CLUSTER_TOKEN_AUDIENCE;
    return this.#core.cluster.issueServiceAccountToken({ audience, serviceAccount });
  }

  /** Puts a file on the operator's web server. @returns its URL, for `google-dockercfg-url` */
  serveFile(path: string, content: string): string {
    this.#files.set(path, content);
    return `https://${FILES_HOST}${path}`;
  }

  /** The current grant of an access token in a universe. */
  check(token: string, universe: Universe = PUBLIC): Promise<Grant | undefined> {
    return this.tokens.check(token, universe);
  }
}

interface GoogleParts {
  readonly core: Core;
  readonly aws: AwsSide;
  readonly files: Map<string, string>;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly identityTokens: IdentityTokens;
  readonly providers: Map<string, PoolProvider>;
  readonly instance: Instance;
  readonly origins: Google["origins"];
}

function defaultInstance(): Instance {
  const scopes = [CLOUD_PLATFORM];
  return {
    serviceAccounts: [
      { email: emailOf("node"), scopes },
      { email: emailOf("builder"), scopes },
    ],
    projectId: PROJECT_ID,
    projectNumber: PROJECT_NUMBER,
    universe: PUBLIC.domain,
    attributes: {},
    tokenSeconds: 3599,
    identitySeconds: 3600,
  };
}

export function startGoogle(core: Core, options: GoogleOptions, aws: AwsSide): Promise<Google> {
  return Google.start(core, options, aws);
}
