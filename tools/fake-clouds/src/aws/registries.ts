import type { Clock } from "../core/clock.ts";
import { basicOf, json, type Received } from "../core/exchange.ts";
import type { ImageSource } from "../core/images.ts";
import { answerRegistry, registryOperation } from "../core/registry.ts";
import type { Secrets } from "../core/secrets.ts";
import type { TlsService } from "../core/service.ts";
import type { RegistryPassword } from "./ecr.ts";
import { parseRegistryHost } from "./partitions.ts";

export interface RegistryParts {
  readonly passwords: ReadonlyMap<string, RegistryPassword>;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly repositories: readonly string[];
  readonly images: ImageSource;
}

/** Private registries: Basic, user `AWS`; a password is valid in the region that issued it. */
export function privateRegistry(parts: RegistryParts): TlsService {
  return {
    name: "aws.registry",
    about: "Amazon ECR registries",
    example: "123456789012.dkr.ecr.us-west-2.amazonaws.com",
    hosts: (host) => parseRegistryHost(host) !== undefined,
    operation: registryOperation,
    handle: (request) =>
      answerRegistry(request, {
        challenge: () => `Basic realm="https://${request.host}/",service="ecr.amazonaws.com"`,
        basic: (username, password) => {
          const known = passwordOf(parts, username, password);
          const host = parseRegistryHost(request.host);
          return known?.api === "ecr" && known.region === host?.region && known.partition === host.partition;
        },
        repositories: parts.repositories,
        images: parts.images,
      }),
  };
}

/** The public registry: it issues bearer tokens without a login, or to the user `AWS` with higher limits. */
export function publicRegistry(parts: RegistryParts): TlsService {
  const bearers = new Set<string>();
  return {
    name: "aws.public-registry",
    about: "Amazon ECR Public",
    example: "public.ecr.aws",
    hosts: (host) => host === "public.ecr.aws" || host === "ecr-public.aws.com",
    operation: (request) => (request.path === "/token/" ? "Token" : registryOperation(request)),
    handle: (request) => {
      if (request.path === "/token/") return issueBearer(parts, bearers, request);
      return answerRegistry(request, {
        challenge: () =>
          `Bearer realm="https://${request.host}/token/",service="${request.host}",scope="aws"`,
        bearer: (token) => bearers.has(token),
        basic: (username, password) => passwordOf(parts, username, password)?.api === "ecr-public",
        repositories: parts.repositories,
        images: parts.images,
      });
    },
  };
}

function issueBearer(parts: RegistryParts, bearers: Set<string>, request: Received) {
  const basic = basicOf(request.headers["authorization"]);
  if (basic !== undefined && passwordOf(parts, basic.username, basic.password)?.api !== "ecr-public") {
    return json(401, {
      errors: [{ code: "DENIED", message: "Your authorization token has expired or is invalid." }],
    });
  }
  const token = parts.secrets.issue("aws.publicBearer", 64);
  bearers.add(token);
  return json(200, { token });
}

function passwordOf(parts: RegistryParts, username: string, password: string): RegistryPassword | undefined {
  const known = parts.passwords.get(password);
  return username === "AWS" && known !== undefined && known.expiresAt > parts.clock() ? known : undefined;
}
