/** The first minor version whose kubelets show the hash of their configuration (Kubernetes 1.34, metrics.go). */
export const HASH_SINCE = 34;

/** 34 of `v1.34.1+k3s1`; undefined for anything else. */
export function minorOf(version: string): number | undefined {
  const minor = /^v?1\.(\d+)\./.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

export function formatMinor(minor: number): string {
  return `1.${minor}`;
}
