/**
 * The identity map (`--identities`): the identity to use for each registry. A plugin loads this package only if the flag is
 * set.
 */
export { type DecodedMap, decodeIdentities, type MapProblem, type Remedy } from "./decode.ts";
export {
  API_VERSION,
  type AwsPart,
  type AzurePart,
  CLOUDS,
  type Cloud,
  type Entry,
  type GooglePart,
  KIND,
  type Parts,
} from "./fields.ts";
export {
  type CheckedMap,
  checkIdentities,
  entryFor,
  loadIdentities,
  type MapFacts,
  type Overlay,
  type ReadField,
  type ReadPart,
} from "./load.ts";
export { nodeSettingsOf } from "./node-settings.ts";
export { distinguishesPaths, matches } from "./pattern.ts";
