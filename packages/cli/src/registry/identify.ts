import type { RegistryDescription } from "@imagecred/protocol";
import { isRegistry, KNOWN_PLUGINS } from "../plugins/known-plugins.ts";

/** Well-known registries that our plugins do not support. */
const OTHERS: Readonly<Record<string, RegistryDescription>> = {
  "docker.io": { service: "Docker Hub", details: "" },
  "ghcr.io": { service: "GitHub Packages", details: "" },
  "quay.io": { service: "Quay", details: "" },
  "registry.k8s.io": { service: "the Kubernetes project's registry", details: "public" },
};

/** Describes the registry at a host, with or without a port. */
export function identifyRegistry(host: string): RegistryDescription {
  const name = host.replace(/:\d+$/, "");
  for (const plugin of KNOWN_PLUGINS) {
    const parsed = plugin.parseHost(name);
    if (isRegistry(parsed)) return parsed;
  }
  return OTHERS[name] ?? { service: "another registry", details: "" };
}

/** Hosts of well-known registries that our plugins do not support. */
export const OTHER_REGISTRIES: readonly string[] = Object.keys(OTHERS);

/** Host and port of an image name without tag, as returned by parseImageName. */
export function registryHost(name: string): string {
  return name.slice(0, name.indexOf("/"));
}
