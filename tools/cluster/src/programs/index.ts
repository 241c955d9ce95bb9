export { build, type GoProgram } from "./go-program.ts";
export { libseccompMissing } from "./libseccomp.ts";
export {
  buildPrograms,
  COMPONENTS,
  cachedPrograms,
  KUBERNETES,
  KUBERNETES_VERSION,
  type Programs,
} from "./programs.ts";
