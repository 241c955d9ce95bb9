import { join } from "node:path";
import { ROOT } from "@imagecred/workspace";

export const CHART = join(ROOT, "deploy/chart");
export const KUSTOMIZE = join(ROOT, "deploy/kustomize");
