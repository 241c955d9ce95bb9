/** Advice for a node that is in another cloud than expected. Loaded only after a failed metadata request. */

/** Headers that identify each cloud's metadata server, also in errors. All have the address 169.254.169.254. */
const SERVERS = [
  { word: "google", cloud: "Google Cloud", header: "metadata-flavor", form: /^Google$/ },
  { word: "aws", cloud: "AWS", header: "server", form: /^EC2ws\b/i },
  { word: "azure", cloud: "Azure", header: "server", form: /^IMDS\// },
] as const;

/**
 * Advice if a metadata response is from another cloud.
 * @param headers the response's headers, names in lower case
 * @param expected the expected cloud
 * @returns undefined if the headers show no other cloud
 */
export function adviceElsewhere(
  headers: Readonly<Record<string, string>>,
  expected: (typeof SERVERS)[number]["word"],
): string | undefined {
  const server = SERVERS.find(({ header, form }) => form.test(headers[header] ?? ""));
  if (server === undefined || server.word === expected) return undefined;
  return `this node is in ${server.cloud}: set --node-identity=${server.word} to use its identity there (docs/node-identity.md)`;
}
