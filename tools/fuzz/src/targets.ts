import { acr } from "@imagecred/acr";
import { acrFacts } from "@imagecred/acr/facts";
import { ecr } from "@imagecred/ecr";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcr } from "@imagecred/gcr";
import { gcrFacts } from "@imagecred/gcr/facts";
import {
  decodePluginResponse,
  type FileSystem,
  kubeletRules,
  PluginError,
  readConfig,
} from "@imagecred/kubelet";
import {
  CredentialError,
  type CredentialProvider,
  decodeRequest,
  type HttpRequest,
  OptionsError,
  parseImage,
  RequestError,
  type TransportResponse,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { formatGoDuration, GoDurationError, parseGoDuration } from "@imagecred/protocol/go";
import { ManualClock, requestFor, testContext } from "@imagecred/protocol/testing";
import * as corpus from "./corpus.ts";
import type { Target } from "./fuzz.ts";

const PLUGIN_ERRORS = [CredentialError, OptionsError, RequestError, UnsupportedRegistryError];
const { crypto } = testContext();
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A platform where every file contains `file`, and every server returns `response`. */
interface Node {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly image: string;
  /** The content of each path; other paths do not exist. */
  readonly files?: Readonly<Record<string, string>>;
  readonly response?: (request: HttpRequest) => string;
}

function contextOf({ env = {}, files = {}, response = () => "{}" }: Node) {
  const answer = async (request: HttpRequest): Promise<TransportResponse> => ({
    status: 200,
    headers: { "content-type": "application/json", "metadata-flavor": "Google" },
    body: bytesOf(response(request)),
  });
  const read = async (path: string) => {
    const content = files[path];
    if (content === undefined) throw new OptionsError(`reading ${path}: there is no such file`);
    return content;
  };
  return testContext(env, {
    http: { cloud: answer, metadata: answer, preconnect: () => {}, firstSent: async () => {} },
    clock: new ManualClock(Date.UTC(2026, 10, 27)),
    // A text can name a program, which is not run.
    runShell: async () => ({
      status: 1,
      signal: null,
      stdout: new Uint8Array(),
      stderr: "",
      timedOut: false,
    }),
    files: {
      readText: read,
      readBytes: async (path) => bytesOf(await read(path)),
      readTextIfExists: async (path) => files[path],
    },
  });
}

/** A plugin's reading of its arguments, variables and the files they name. */
async function configure<Options>(provider: CredentialProvider<Options>, node: Node): Promise<Options> {
  const { args = [], env = {} } = node;
  const { files, log } = contextOf(node);
  return await provider.options({ args, env, files, log });
}

/** The whole plugin except its transport: options, identity, exchange. */
async function ask<Options>(provider: CredentialProvider<Options>, node: Node): Promise<unknown> {
  const options = await configure(provider, node);
  return await provider.credential(requestFor(node.image), options, contextOf(node));
}

const ECR_IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
const ACR_IMAGE = "myreg.azurecr.io/team/app";
const GCR_IMAGE = "us-central1-docker.pkg.dev/project/repo/app";
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret-of-the-key" };
const MANAGED = JSON.stringify({ tenantId: corpus.UUID, useManagedIdentityExtension: true });

/** Domains where each cloud itself chooses the names of registries. */
const DOMAINS: readonly (readonly [typeof ecrFacts.parseHost, RegExp])[] = [
  [
    ecrFacts.parseHost,
    /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws|on\.amazonwebservices\.com\.cn|public\.ecr\.aws|ecr-public\.aws\.com)$/i,
  ],
  [(host) => acrFacts.parseHost(host), /\.azurecr\.(?:io|cn|us|de)$/i],
  [(host) => gcrFacts.parseHost(host), /(?:^|\.)(?:gcr\.io|pkg\.dev|goog|s3nsregistry\.fr)$/i],
];

function readHost(host: string): void {
  for (const [parse, domain] of DOMAINS) {
    const found = parse(host);
    if ("notOurs" in found || domain.test(host)) continue;
    throw new Error(`${JSON.stringify(host)} is taken for a registry`);
  }
}

/** All parsers of untrusted text. */
export const TARGETS: readonly Target[] = [
  {
    name: "request",
    from: "the kubelet, on stdin",
    corpus: corpus.REQUESTS,
    read: (text) => decodeRequest(bytesOf(text)),
    refusals: [RequestError],
  },
  {
    name: "image",
    from: "a pod",
    corpus: corpus.IMAGES,
    read: (text) => {
      const image = parseImage(text);
      // The name parses to the same parts again, so no part is hidden from another parser.
      const again = parseImage(image.name);
      for (const part of ["name", "registry", "host", "port", "repository"] as const) {
        if (again[part] !== image[part]) throw new Error(`another ${part} when its name is read again`);
      }
    },
    refusals: [RequestError],
  },
  { name: "host", from: "a pod's image", corpus: corpus.HOSTS, read: readHost, refusals: [] },
  {
    name: "Go duration",
    from: "files and variables",
    corpus: corpus.DURATIONS,
    read: (text) => {
      const parsed = parseGoDuration(text);
      if (parseGoDuration(formatGoDuration(parsed)) !== parsed)
        throw new Error("another duration when written");
    },
    refusals: [GoDurationError],
  },
  {
    name: "azure.json",
    from: "the node's image",
    corpus: corpus.AZURE_JSON,
    read: (text) =>
      configure(acr, {
        args: ["/etc/kubernetes/azure.json"],
        files: { "/etc/kubernetes/azure.json": text },
        image: ACR_IMAGE,
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "dockercfg",
    from: "the instance's metadata",
    corpus: corpus.DOCKERCFG,
    read: (text) =>
      ask(gcr, {
        args: ["get-credentials", "--authFlow=dockercfg"],
        image: "gcr.io/a/b",
        response: () => text,
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "identity map",
    from: "the node's image",
    corpus: corpus.IDENTITY_MAPS,
    read: (text) =>
      configure(ecr, {
        args: ["--identities=/etc/map.yaml"],
        files: { "/etc/map.yaml": text },
        image: ECR_IMAGE,
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "configuration",
    from: "the node's image",
    corpus: corpus.CONFIGURATIONS,
    read: (text) => readConfigText(text),
    // It reports findings and never throws.
    refusals: [],
  },
  {
    name: "AWS profiles",
    from: "the node's image",
    corpus: corpus.PROFILES,
    read: (text) =>
      ask(ecr, {
        env: {
          AWS_CONFIG_FILE: "/config",
          AWS_PROFILE: "ci",
          AWS_EC2_METADATA_DISABLED: "true",
          AWS_SHARED_CREDENTIALS_FILE: "/none",
        },
        files: { "/config": text },
        image: ECR_IMAGE,
        response: () => corpus.ECR_RESPONSES[0],
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "Google credential file",
    from: "the node's image",
    corpus: corpus.CREDENTIAL_FILES,
    read: (text) =>
      ask(gcr, {
        env: { GOOGLE_APPLICATION_CREDENTIALS: "/key.json" },
        files: { "/key.json": text, "/token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" },
        image: GCR_IMAGE,
        response: () => corpus.GOOGLE_RESPONSES[0],
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "ECR's response",
    from: "Amazon ECR",
    corpus: corpus.ECR_RESPONSES,
    read: (text) => ask(ecr, { env: KEYS, image: ECR_IMAGE, response: () => text }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "STS's response",
    from: "AWS STS",
    corpus: corpus.STS_RESPONSES,
    read: (text) =>
      ask(ecr, {
        env: KEYS,
        args: ["--role-arn=arn:aws:iam::210987654321:role/pull"],
        image: ECR_IMAGE,
        response: ({ url }) => (url.includes("//sts.") ? text : corpus.ECR_RESPONSES[0]),
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "metadata's response",
    from: "Google's metadata server",
    corpus: corpus.GOOGLE_RESPONSES,
    read: (text) => ask(gcr, { image: GCR_IMAGE, response: () => text }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "registry's response",
    from: "an Azure registry",
    corpus: corpus.ACR_RESPONSES,
    read: (text) =>
      ask(acr, {
        args: ["/azure.json"],
        files: { "/azure.json": MANAGED },
        image: ACR_IMAGE,
        response: ({ url }) => (url.includes("azurecr") ? text : corpus.ENTRA_RESPONSE),
      }),
    refusals: PLUGIN_ERRORS,
  },
  {
    name: "plugin's response",
    from: "a plugin, for imagecred",
    corpus: corpus.PLUGIN_RESPONSES,
    read: (text) =>
      decodePluginResponse(bytesOf(text), "credentialprovider.kubelet.k8s.io/v1", kubeletRules()),
    refusals: [PluginError],
    // The kubelet's own text, with the response's apiVersion as it is; get.test.ts of packages/cli holds what is shown.
    foreignMessages: true,
  },
];

/** A file system with one file. */
function readConfigText(text: string): unknown {
  const fileSystem: FileSystem = {
    status: (path) => (path === "/c.yaml" ? { kind: "file", mode: 0o644 } : undefined),
    read: () => bytesOf(text),
    list: () => [],
  };
  return readConfig("/c.yaml", { fileSystem, crypto });
}
