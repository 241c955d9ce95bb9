import assert from "node:assert/strict";
import { CLUSTERS, type Route, SOURCES, type Source } from "./route.ts";

/** A request that a plugin sent, as the fake clouds saw it. */
export interface Call {
  /** The fakes' name for the service: `aws.sts`. */
  readonly service: string;
  /** The service's name of the operation: `AssumeRoleWithWebIdentity`. */
  readonly operation: string;
}

/** Display names of the services. */
const TITLES: Readonly<Record<string, string>> = {
  "aws.imds": "EC2 instance metadata",
  "aws.sts": "AWS STS",
  "aws.ecr": "Amazon ECR",
  "aws.rolesanywhere": "IAM Roles Anywhere",
  "azure.imds": "Azure instance metadata",
  "azure.entra": "Entra ID",
  "azure.acr": "Azure Container Registry",
  "google.metadata": "Google metadata server",
  "google.sts": "Google STS",
  "google.iamcredentials": "Google IAM credentials",
};

function titleOf(service: string): string {
  return TITLES[service] ?? assert.fail(`diagrams have no name for ${service}`);
}

/** A route as a Mermaid sequence diagram: the requests of one run, in the order in which they arrived. */
export function diagramOf({ plugin, image }: Route, source: Source, calls: readonly Call[]): string {
  const services = [...new Set(calls.map(({ service }) => service))];
  const idOf = (service: string) => `s${services.indexOf(service)}`;
  const pod = (CLUSTERS as readonly Source[]).includes(source);
  const [host = ""] = image.split("/");
  const lines = [
    "sequenceDiagram",
    `participant kubelet as kubelet (${SOURCES[source]})`,
    `participant plugin as ${plugin}-credential-provider`,
    ...services.map((service) => `participant ${idOf(service)} as ${titleOf(service)}`),
    `kubelet->>plugin: ${pod ? `${host}, with the pod's token` : host}`,
    // Without the responses: their arrows would only say "ok" and cover other lines.
    ...calls.map(({ service, operation }) => `plugin->>${idOf(service)}: ${operation}`),
    "plugin-->>kubelet: username, password, cache duration",
  ];
  return `\n\`\`\`mermaid\n${lines.join("\n    ")}\n\`\`\`\n\n`;
}
