import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { run } from "@imagecred/workspace";
import type { NpmPackage } from "./packages.ts";

/**
 * An npm registry on loopback that has our packed packages and leads to the machine's own registry for all others: npm
 * and npx do with it what they will do with the published packages.
 */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
  /** Names of our packages that npm asked for. */
  readonly asked: ReadonlySet<string>;
}

/** Starts a registry with these packages, each in one version. */
export async function startLocalRegistry(packages: readonly NpmPackage[]): Promise<LocalRegistry> {
  const upstream = run("npm", ["config", "get", "registry"]).trim().replace(/\/$/, "");
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", url()).pathname).slice(1);
    const packed = packages.find(({ name, tarball }) => path === name || path === `-/${basename(tarball)}`);
    if (packed === undefined) response.writeHead(302, { location: `${upstream}${request.url}` }).end();
    else if (path === packed.name) {
      asked.add(packed.name);
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(packument(packed, url())));
    } else {
      asked.add(packed.name);
      response
        .writeHead(200, { "content-type": "application/octet-stream" })
        .end(readFileSync(packed.tarball));
    }
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: url(),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The response that npm requests before a tarball: the manifests of all versions (npm/registry, package-metadata.md). */
function packument({ name, version, tarball }: NpmPackage, registry: string): unknown {
  const manifest = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"])) as object;
  const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  return {
    name,
    "dist-tags": { latest: version },
    versions: {
      [version]: { ...manifest, dist: { tarball: `${registry}/-/${basename(tarball)}`, integrity } },
    },
  };
}
