import { formatLifetime, took } from "../../output/duration.ts";
import type { Style } from "../../output/style.ts";
import { count, printable, table, wrap } from "../../output/text.ts";
import type { GetDocument, ShownCredential, ShownProvider } from "./document.ts";

export function renderGet(document: GetDocument, style: Style): string {
  const { bold, dim } = style;
  const whose =
    document.environment.source === "kubelet"
      ? `the kubelet's environment (process ${document.environment.pid})`
      : "this shell's environment, not the kubelet's";
  const lines = [
    `${bold(document.name)} ${dim(`with ${document.config}, ${whose}`)}`,
    "",
    ...document.providers.flatMap((provider) => providerLines(provider, style)),
    ...document.ignoredKeys.map(
      ({ message }) => `${style.yellow(style.marks.warning)} ${printable(message)}`,
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
        `${yellow(marks.warning)} ${name} is not run: it requires a service account; --token-file gives it one`,
      ];
    case "missing-annotation":
      return [`${yellow(marks.warning)} ${name} is not run: the service account lacks a required annotation`];
    default:
      return [`${green(marks.good)} ${name} answered${time}, ${kept(provider)}`];
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
      `${red(marks.bad)} No credentials: without an imagePullSecret or a docker config the pull is anonymous.`,
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
    `${bold("Credentials")}${order}`,
    table([head, ...rows], "  "),
    ...(revealed ? [] : [dim("  --reveal shows passwords")]),
  ];
}

function password({ password, passwordLength, username }: ShownCredential, { dim, yellow }: Style): string {
  if (passwordLength === 0 && username === "") return yellow("empty: an anonymous pull");
  return password === null ? dim(`[redacted, ${count(passwordLength, "character")}]`) : printable(password);
}
