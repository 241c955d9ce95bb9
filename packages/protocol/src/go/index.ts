/**
 * Go's strings, quoting, URLs, globs and durations, as far as the kubelet's behavior depends on them:
 * `@imagecred/protocol/keyring` and programs that predict what a kubelet does use them.
 */
export {
  type ByteString,
  bytesFrom,
  bytesOf,
  compareBytes,
  decodeRune,
  isSpace,
  RUNE_ERROR,
  type Rune,
  textOf,
} from "./bytes.ts";
export { formatGoDuration, GoDurationError, parseGoDuration } from "./duration.ts";
export { BadPatternError, globMatch } from "./glob.ts";
export { isPrint } from "./printable.ts";
export { quote, quoteBytes, quoteJsonByte } from "./quote.ts";
export { type GoUrl, GoUrlError, parseHttpUrl } from "./url.ts";
export { unescapePart } from "./url-escape.ts";
