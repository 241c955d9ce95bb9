import { answerRegistry, type ImageSource, registryOperation, type TlsService } from "@imagecred/fake-clouds";

/** A registry that requires no credential, for the images that a node needs before any plugin works. */
export function publicRegistry(
  host: string,
  repositories: readonly string[],
  images: ImageSource,
): TlsService {
  return {
    name: `public.${host}`,
    about: host,
    example: host,
    hosts: (name) => name === host,
    operation: registryOperation,
    handle: (request) =>
      answerRegistry(request, { anonymous: true, challenge: () => "Basic", repositories, images }),
  };
}
