import { type Crypto, hex } from "@imagecred/protocol";

/**
 * The hash that a kubelet from 1.34 on shows as `kubelet_credential_provider_config_info{hash="..."}`: over the length
 * (8 bytes, big endian) and the bytes of each file, in the order of their paths. Nodes that show another one run
 * another configuration, or have not been restarted since it changed.
 *
 * @param files contents in the order in which the kubelet reads them: sorted by path, see {@link ConfigReading.files}
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function configHash(files: readonly Uint8Array[], crypto: Pick<Crypto, "sha256">): string {
  const total = files.reduce((sum, file) => sum + 8 + file.length, 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const file of files) {
    view.setBigUint64(at, BigInt(file.length));
    bytes.set(file, at + 8);
    at += 8 + file.length;
  }
  const digest = crypto.sha256(bytes);
  return `sha256:${hex(digest)}`;
}
