/** Which cloud a node is evidently in, where another cloud's metadata server was asked for. Loaded only when that fails. */

/** By what each cloud's server says of itself in every response, errors too. All have the address 169.254.169.254. */
const SERVERS = [
  { word: "google", cloud: "Google Cloud", header: "metadata-flavor", form: /^Google$/ },
  { word: "aws", cloud: "AWS", header: "server", form: /^EC2ws\b/i },
  { word: "azure", cloud: "Azure", header: "server", form: /^IMDS\// },
] as const;

/**
 * What to do on a node that is in another cloud than the one whose metadata was asked for.
 * @param headers of the response, by names in lower case
 * @param asked the cloud that was asked for
 * @returns undefined where the response does not say whose it is
 */
export function adviceElsewhere(
  headers: Readonly<Record<string, string>>,
  asked: (typeof SERVERS)[number]["word"],
): string | undefined {
  const server = SERVERS.find(({ header, form }) => form.test(headers[header] ?? ""));
  if (server === undefined || server.word === asked) return undefined;
  return `this node is in ${server.cloud}: set --node-identity=${server.word} to use its identity there (docs/node-identity.md)`;
}
