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
          : [`    ${wrap(printable(`not in the kubelet's message: ${provider.detail}`), width, "    ")}`]),
      ];
    case "no-match":
      return [dim(`${marks.skipped} ${printable(provider.name)} is not run: no pattern matches`)];
    case "no-service-account":
      return [
        wrapOnTerminal(
          `${yellow(marks.warning)} ${name} is not run: it requires a service account; run it as a pod with --token-file`,
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
      return [wrapOnTerminal(`${green(marks.good)} ${name} responded${time}, ${caching(provider)}`, style)];
  }
}

function caching({ cacheKeyType, cacheSeconds }: ShownProvider): string {
  if (cacheKeyType === null || cacheSeconds === null) return "not cached: every pull runs the plugin";
  const what =
    { Image: "this image", Registry: "this registry", Global: "every image of this provider" }[
      cacheKeyType
    ] ?? cacheKeyType;
  return `cached ${formatLifetime(cacheSeconds)} for ${what}`;
}

function credentialLines({ credentials }: GetDocument, style: Style): readonly string[] {
  const { bold, dim, red, marks } = style;
  if (credentials.length === 0) {
    return [
      wrapOnTerminal(
        `${red(marks.bad)} No credentials. Without an imagePullSecret or a docker config the pull is anonymous.`,
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
  const order = credentials.length === 1 ? "" : dim(" (in the order in which the kubelet tries them)");
  const revealed = credentials.some((credential) => credential.password !== null);
  return [
    wrapOnTerminal(`${bold("Credentials")}${order}`, style),
    listed(head, rows, style),
    ...(revealed ? [] : [dim("  --reveal shows passwords")]),
  ];
}

function password({ password, passwordLength, username }: ShownCredential, { dim, yellow }: Style): string {
  if (passwordLength === 0 && username === "") return yellow("empty: the pull is anonymous");
  return password === null ? dim(`[redacted, ${count(passwordLength, "character")}]`) : printable(password);
}

/** One credential per line, or one cell per line where the table is wider than the terminal. */
function listed(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const columns = table([head, ...rows], "  ");
  const widest = Math.max(...columns.split("\n").map(visibleLength));
  if (!style.onTerminal || widest <= style.width) return columns;
  const cells = rows.map((row) => row.map((cell, index) => [head[index] ?? "", cell]));
  return cells.map((one) => table(one, "  ", style.width)).join("\n\n");
}
