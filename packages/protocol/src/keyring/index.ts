/** The registry credentials that the kubelet uses for an image: the rules of matchImages and of the keys of a response's `auth`. */
export { splitHost } from "./host-port.ts";
export { type FiledCredential, type IgnoredKey, Keyring } from "./keyring.ts";
export {
  type LabelMatch,
  type MatchExplanation,
  type MatchNote,
  type MatchReason,
  type MatchSide,
  matchImage,
} from "./match-image.ts";
