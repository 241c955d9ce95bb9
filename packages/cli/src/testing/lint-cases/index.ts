import { ARGUMENT_CASES } from "./argument.ts";
import type { Cases } from "./case.ts";
import { DOCUMENT_CASES } from "./document.ts";
import { ENV_CASES } from "./env.ts";
import { EXECUTABLE_CASES } from "./executable.ts";
import { HOST_CASES } from "./host.ts";
import { IDENTITY_CASES } from "./identity.ts";
import { IDENTITY_MAP_CASES } from "./identity-map.ts";
import { IMPOSSIBLE_CASES } from "./impossible.ts";
import { OVERLAP_CASES } from "./overlap.ts";
import { PATTERN_CASES } from "./pattern.ts";
import { PLACEHOLDER_CASES } from "./placeholder.ts";
import { PROVIDER_CASES } from "./provider.ts";
import { SECRET_CASES } from "./secret.ts";

export { type Case, fileOf } from "./case.ts";

/** Every lint's cases, by its code. */
export const CASES: Cases = {
  ...ARGUMENT_CASES,
  ...DOCUMENT_CASES,
  ...ENV_CASES,
  ...EXECUTABLE_CASES,
  ...HOST_CASES,
  ...IDENTITY_CASES,
  ...IDENTITY_MAP_CASES,
  ...IMPOSSIBLE_CASES,
  ...OVERLAP_CASES,
  ...PATTERN_CASES,
  ...PLACEHOLDER_CASES,
  ...PROVIDER_CASES,
  ...SECRET_CASES,
};
