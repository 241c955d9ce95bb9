export { libseccompMissing } from "./libseccomp.ts";
export { buildPrograms, KUBERNETES_VERSION, type Programs, programsToBuild } from "./programs.ts";
