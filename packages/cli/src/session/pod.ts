import type { Pod, ServiceAccounts } from "@imagecred/kubelet";
import { Secret } from "@imagecred/protocol";
import { CommandError, systemReason, UsageError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { type Claims, decodeClaims } from "./claims.ts";

/** The pod and service account of a token, as the kubelet would know them. */
export interface PodIdentity {
  readonly pod: Pod;
  readonly claims: Claims;
  readonly serviceAccounts: ServiceAccounts;
}

export interface PodOptions {
  readonly tokenFile?: string;
  readonly annotation?: readonly string[];
}

const LARGEST_TOKEN = 64 * 1024;

/**
 * Builds the pod's part of a request from a token file and annotations: the kubelet gets both from the API server.
 * @throws {UsageError} @throws {CommandError}
 */
export function podIdentity(options: PodOptions, platform: Platform): PodIdentity | undefined {
  const annotations = parseAnnotations(options.annotation ?? []);
  if (options.tokenFile === undefined) {
    if (annotations.size > 0)
      throw new UsageError("--annotation requires --token-file: without a pod there is no service account");
    return undefined;
  }
  const token = new Secret(readToken(options.tokenFile === "-" ? "/dev/stdin" : options.tokenFile, platform));
  const claims = decodeClaims(token.reveal());
  if (claims === undefined) {
    throw new CommandError(`${options.tokenFile} is not a JSON Web Token`, {
      subject: "pod token",
      fix: "create one: kubectl create token SERVICE_ACCOUNT --audience AUDIENCE > token",
    });
  }
  const { namespace, serviceAccount, serviceAccountUid, pod, podUid } = claims;
  return {
    pod: {
      namespace: namespace ?? "default",
      name: pod ?? "pod",
      uid: podUid ?? "unknown",
      serviceAccountName: serviceAccount ?? "default",
    },
    claims,
    serviceAccounts: {
      get: async () => ({ uid: serviceAccountUid ?? "unknown", annotations }),
      requestToken: async () => token,
    },
  };
}

function readToken(path: string, { fileSystem }: Platform): string {
  try {
    // A shell's pipe (`kubectl create token … |`, `<(…)`) ends; reading a named FIFO waits for a writer.
    const isPipe = path === "/dev/stdin" || /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(path);
    if (!isPipe && fileSystem.status(path)?.kind === "fifo")
      throw new Error("it is a FIFO, and reading it would wait for a writer");
    return new TextDecoder().decode(fileSystem.read(path, LARGEST_TOKEN)).trim();
  } catch (error) {
    throw new CommandError(`reading the token file ${path}: ${systemReason(error)}`, {
      cause: error,
      subject: "pod token",
      fix: "create one: kubectl create token SERVICE_ACCOUNT --audience AUDIENCE > token",
    });
  }
}

function parseAnnotations(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word): [string, string] => {
      const equals = word.indexOf("=");
      if (equals <= 0) throw new UsageError(`--annotation ${word}: expected KEY=VALUE`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
