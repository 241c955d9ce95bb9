const OURS = ["--image-credential-provider-config", "--image-credential-provider-bin-dir"];
const ASSIGNMENT = /^(\s*)KUBELET_EXTRA_ARGS=(.*)$/m;

/**
 * Puts the credential provider flags of one KUBELET_EXTRA_ARGS line into a file that may have such a line with flags of
 * somebody else, and leaves everything else as it is.
 */
export function mergeExtraArgs(existing: string, ours: string): string {
  const wanted = wordsOf(ours);
  const found = ASSIGNMENT.exec(existing);
  if (found === null) {
    const separator = existing === "" || existing.endsWith("\n") ? "" : "\n";
    return `${existing}${separator}${ours}`;
  }
  const kept = withoutOurs(split(unquote(found[2] ?? "")));
  const line = `${found[1] ?? ""}KUBELET_EXTRA_ARGS="${[...kept, ...wanted].join(" ")}"`;
  return existing.slice(0, found.index) + line + existing.slice(found.index + found[0].length);
}

function wordsOf(text: string): readonly string[] {
  return split(unquote(ASSIGNMENT.exec(text)?.[2] ?? ""));
}

/** systemd's EnvironmentFile= takes values bare or in either kind of quotes. */
function unquote(value: string): string {
  const trimmed = value.trim();
  const quoted = /^(["'])(.*)\1$/s.exec(trimmed);
  return quoted === null ? trimmed : (quoted[2] ?? "");
}

function split(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Drops both `--flag=value` and `--flag value`. */
function withoutOurs(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (OURS.includes(word)) index++;
    else if (!OURS.some((flag) => word.startsWith(`${flag}=`))) kept.push(word);
  }
  return kept;
}
