/**
 * Finds this machine's kubelet with its flags, files and variables, the systemd unit that starts it, files below another
 * root, and the endpoints from which the container runtime pulls an image. Callers pass the file system; only
 * {@link kubeletVersion} starts a program, with the function that it is given.
 */
export type { FileKind, FileStatus, Files, WritableFiles } from "./files/files.ts";
export { describeUnsafe, type UnsafeEntry, unsafeDirectory, unsafeFile } from "./files/owners.ts";
export { baseName, isAbsolute, joinPath, listSeparator, parentOf } from "./files/paths.ts";
export { type FileText, type Listing, listDirectory, readText } from "./files/read-text.ts";
export {
  type RootedFiles,
  type RootedWritableFiles,
  rootedFiles,
  rootedWritableFiles,
} from "./files/rooted-files.ts";
export { SystemError } from "./files/system-error.ts";
export { type Destination, destination, type Step, walk } from "./files/walk.ts";
export {
  type AtomicWrite,
  type WouldWrite,
  type Written,
  wouldWrite,
  writeAtomically,
} from "./files/write-atomically.ts";
export { type Flag, type Flags, flagValue, type Source } from "./flags/flag.ts";
export {
  type FeatureGate,
  type KubeletConfiguration,
  kubeletConfiguration,
  parseFeatureGates,
} from "./flags/kubelet-configuration.ts";
export { type RancherSettings, rancherSettings } from "./flags/rancher.ts";
export { planArgumentFile } from "./flags/set-argument-file.ts";
export { TITLES } from "./kubelet/programs.ts";
export {
  type Impostor,
  type Kubelet,
  kubeletPath,
  type RunningKubelet,
  runningKubelet,
} from "./kubelet/running-kubelet.ts";
export { type KubeletVersion, kubeletVersion } from "./kubelet/version.ts";
export type { ImageAt } from "./mirrors/containerd-host.ts";
export {
  type Capability,
  type Endpoint,
  type EndpointTls,
  manifestUrl,
  type Route,
} from "./mirrors/endpoint.ts";
export { type Runtime, type RuntimeRoute, runtimeRoute } from "./mirrors/runtime-route.ts";
export { readService, type Service, type ServiceReading } from "./systemd/service.ts";
export {
  type FlagEdit,
  type FlagPlan,
  planAssignment,
  planFlags,
  type WantedFlag,
} from "./systemd/set-flags.ts";
export { planOption } from "./systemd/set-option.ts";
export { type TrustedAuthorities, trustedAuthorities } from "./trust/certificates.ts";
