import { createServer, request } from "node:http";
import { METADATA } from "@imagecred/workspace";
import type { Clouds } from "./clouds.ts";

/**
 * Serves the metadata address for all three clouds, whose paths do not overlap. Needs a network namespace
 * with that address.
 * @throws Error with code EADDRNOTAVAIL elsewhere
 */
export async function serveMetadataAddress({ aws, azure, google }: Clouds): Promise<AsyncDisposable> {
  const origins = { aws: aws.origins.imds, azure: azure.imdsOrigin, google: google.origins.metadata };
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const origin = path.startsWith("/latest/")
      ? origins.aws
      : path.startsWith("/metadata/")
        ? origins.azure
        : origins.google;
    const { method, headers } = incoming;
    const onward = request(`${origin}${path}`, { method: method ?? "GET", headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", (error) => outgoing.destroy(error));
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(METADATA.port, METADATA.address, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
