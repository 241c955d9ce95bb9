import { dirname } from "node:path";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { anyExecutable } from "@imagecred/workspace";

/** Fake clouds for a page's machine, which is a node of every cloud at once. */
export async function startSurroundings(): Promise<{ clouds: Clouds; env: Record<string, string> }> {
  const clouds = await startClouds();
  const env = {
    ...(await clouds.env("ecr")),
    ...(await clouds.env("acr")),
    ...(await clouds.env("gcr")),
    // tools/docs/src/node.sh creates files from these.
    EXECUTABLES: dirname(anyExecutable("imagecred") ?? ""),
    AZURE_JSON: await clouds.azure.azureJsonFile("managed-identity"),
    POD_TOKEN_AWS: await clouds.cluster.issueServiceAccountToken({
      audience: "sts.amazonaws.com",
      serviceAccount: "app",
    }),
    POD_TOKEN_AZURE: await clouds.azure.podToken(),
  };
  return { clouds, env };
}

/** The failures of blocks marked `when NAME`. A change that is not a fault returns a function that undoes it. */
export const SITUATIONS: Readonly<Record<string, (clouds: Clouds) => Promise<() => void>>> = {
  "ecr-denies": ({ faults }) =>
    fault(faults, "aws.ecr", 400, {
      __type: "AccessDeniedException",
      Message:
        "User: arn:aws:sts::123456789012:assumed-role/node/i-0abc is not authorized to perform: ecr:GetAuthorizationToken on resource: *",
    }),
  "ecr-throttles": ({ faults }) =>
    fault(faults, "aws.ecr", 400, { __type: "ThrottlingException", Message: "Rate exceeded" }),
  "acr-denies": ({ faults }) =>
    fault(faults, "azure.acr", 401, {
      errors: [{ code: "UNAUTHORIZED", message: "authentication required" }],
    }),
  "no-role": async ({ aws }) => {
    const { role } = aws.instance;
    aws.instance.role = undefined;
    return () => {
      aws.instance.role = role;
    };
  },
  "token-answer-lost": async ({ faults }) => {
    await faults.add({ service: "aws.imds", operation: "Token", fault: { kind: "hang", when: "headers" } });
    return () => {};
  },
  "no-managed-identity": async ({ azure }) => {
    const { identities } = azure.machine;
    azure.machine.identities = [];
    return () => {
      azure.machine.identities = identities;
    };
  },
  "no-service-account": async ({ google }) => {
    const { serviceAccounts } = google.instance;
    google.instance.serviceAccounts = [];
    return () => {
      google.instance.serviceAccounts = serviceAccounts;
    };
  },
};

async function fault(faults: Clouds["faults"], service: string, status: number, body: object) {
  const headers = {
    "content-type": "application/json",
    "x-amzn-requestid": "8f4c1f9e-6b0a-4d0e-9d53-3f0c7a0f7a10",
    "x-ms-correlation-request-id": "8f4c1f9e-6b0a-4d0e-9d53-3f0c7a0f7a10",
  };
  await faults.add({
    service,
    fault: { kind: "answer", reply: { status, headers, body: JSON.stringify(body) } },
  });
  return () => {};
}

/** Replaces the fakes' addresses by real ones. */
export function asOnANode(text: string, { aws, azure, google }: Clouds): string {
  return text
    .replaceAll(aws.origins.imds, "http://169.254.169.254")
    .replaceAll(azure.imdsOrigin, "http://169.254.169.254")
    .replaceAll(google.origins.metadata, "http://169.254.169.254")
    .replaceAll(new URL(google.origins.metadata).host, "169.254.169.254");
}
