import type { Comparison } from "../situation.ts";
import { ACR } from "./acr.ts";
import { ECR } from "./ecr.ts";
import { GCR } from "./gcr.ts";

/** The comparisons, one for each plugin. */
export const COMPARISONS: readonly Comparison[] = [ECR, ACR, GCR];
