import { answerRegistry, type ImageSource, registryOperation, type TlsService } from "@imagecred/fake-clouds";

/** A registry that wants no credential, for the images that a node needs before any plugin works. */
export function publicRegistry(images: ImageSource): TlsService {
  return {
    name: "kubernetes.registry",
    about: "registry.k8s.io",
    example: "registry.k8s.io",
    hosts: (host) => host === "registry.k8s.io",
    operation: registryOperation,
    handle: (request) =>
      answerRegistry(request, { anonymous: true, challenge: () => "Basic", repositories: ["pause"], images }),
  };
}
