export { libseccompMissing } from "./libseccomp.ts";
export {
  buildKubernetes,
  buildOlderKubelet,
  buildPrograms,
  cachedOlderKubelet,
  KUBERNETES_VERSION,
  OLDER_KUBELET_VERSION,
  type Programs,
  programsToBuild,
} from "./programs.ts";
