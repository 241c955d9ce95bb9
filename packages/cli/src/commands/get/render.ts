import { formatLifetime, took } from "../../output/duration.ts";
import type { Style } from "../../output/style.ts";
import { count, printable, table, visibleLength, wrap, wrapOnTerminal } from "../../output/text.ts";
import type { GetDocument, ShownCredential, ShownProvider } from "./document.ts";

export function renderGet(document: GetDocument, style: Style): string {
  const { bold, dim } = style;
  const whose =
    document.environment.source === "kubelet"
      ? `the kubelet's environment (process ${document.environment.pid})`
      : "this shell's environment, not the kubelet's";
  const lines = [
    wrapOnTerminal(`${bold(document.name)} ${dim(`with ${document.config}, ${whose}`)}`, style),
    "",
    ...document.providers.flatMap((provider) => providerLines(provider, style)),
    ...document.ignoredKeys.map(({ message }) =>
      wrapOnTerminal(`${style.yellow(style.marks.warning)} ${printable(message)}`, style),
    ),
    "",
    ...credentialLines(document, style),
  ];
  return `${lines.join("\n")}\n`;
}

function providerLines(provider: ShownProvider, style: Style): readonly string[] {
  const { bold, dim, green, red, yellow, marks, width } = style;
  const name = bold(printable(provider.name));
  const time = provider.ms === null ? "" : ` in ${took(provider.ms)}`;
  switch (provider.outcome) {
    case "failed":
      return [
        `${red(marks.bad)} ${name} failed${time}`,
        `    ${wrap(printable((provider.error ?? "").trim()), width, "    ")}`,
        ...(provider.detail === null
          ? []
          : [`    ${wrap(printable(`what the kubelet does not say: ${provider.detail}`), width, "    ")}`]),
      ];
    case "no-match":
      return [dim(`${marks.skipped} ${printable(provider.name)} is not asked: no pattern matches`)];
    case "no-service-account":
      return [
        wrapOnTerminal(
          `${yellow(marks.warning)} ${name} is not run: it requires a service account; --token-file gives it one`,
          style,
        ),
      ];
    case "missing-annotation":
      return [
        wrapOnTerminal(
          `${yellow(marks.warning)} ${name} is not run: the service account lacks a required annotation`,
          style,
        ),
      ];
    default:
      return [wrapOnTerminal(`${green(marks.good)} ${name} answered${time}, ${kept(provider)}`, style)];
  }
}

function kept({ cacheKeyType, cacheSeconds }: ShownProvider): string {
  if (cacheKeyType === null || cacheSeconds === null) return "not kept: the next pull asks again";
  const what =
    { Image: "this image", Registry: "this registry", Global: "every image of this provider" }[
      cacheKeyType
    ] ?? cacheKeyType;
  return `kept ${formatLifetime(cacheSeconds)} for ${what}`;
}

function credentialLines({ credentials }: GetDocument, style: Style): readonly string[] {
  const { bold, dim, red, marks } = style;
  if (credentials.length === 0) {
    return [
      wrapOnTerminal(
        `${red(marks.bad)} No credentials: without an imagePullSecret or a docker config the pull is anonymous.`,
        style,
      ),
    ];
  }
  const rows = credentials.map((credential) => [
    printable(credential.key),
    printable(credential.username),
    password(credential, style),
  ]);
  const head = ["for", "username", "password"].map((title) => dim(title));
  const order = credentials.length === 1 ? "" : dim(" (in the order in which they are tried)");
  const revealed = credentials.some((credential) => credential.password !== null);
  return [
    wrapOnTerminal(`${bold("Credentials")}${order}`, style),
    listed(head, rows, style),
    ...(revealed ? [] : [dim("  --reveal shows passwords")]),
  ];
}

function password({ password, passwordLength, username }: ShownCredential, { dim, yellow }: Style): string {
  if (passwordLength === 0 && username === "") return yellow("empty: an anonymous pull");
  return password === null ? dim(`[redacted, ${count(passwordLength, "character")}]`) : printable(password);
}

/** One credential a line, or one cell a line where that is wider than the terminal. */
function listed(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const columns = table([head, ...rows], "  ");
  const widest = Math.max(...columns.split("\n").map(visibleLength));
  if (!style.onTerminal || widest <= style.width) return columns;
  const cells = rows.map((row) => row.map((cell, index) => [head[index] ?? "", cell]));
  return cells.map((one) => table(one, "  ", style.width)).join("\n\n");
}
