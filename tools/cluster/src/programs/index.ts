export { libseccompMissing } from "./libseccomp.ts";
export {
  buildKubernetes,
  buildPrograms,
  KUBERNETES_VERSION,
  type Programs,
  programsToBuild,
} from "./programs.ts";
