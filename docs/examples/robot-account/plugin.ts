import {
  base64,
  bodyStart,
  CredentialError,
  type CredentialProvider,
  type FlagSpec,
  failureOf,
  OptionsError,
  parseFlags,
  parseJsonObject,
  Secret,
  textAt,
  UnsupportedRegistryError,
} from "@imagecred/protocol";

interface Options {
  readonly registry: string;
  /** The contents of the robot account's file. The plugin sends the secret only to exchange it. */
  readonly robot: { readonly name: string; readonly secret: Secret };
}

const FLAGS: Readonly<Record<string, FlagSpec>> = {
  "robot-file": {
    kind: "value",
    placeholder: "PATH",
    help: "JSON file with the name and the secret of the robot account",
    default: "/etc/kubernetes/robot-account.json",
  },
};

/** Exchanges a robot account's secret, which is stored on the node, for a password that is valid for minutes. */
export const plugin: CredentialProvider<Options> = {
  name: "robot-credential-provider",
  version: "1.0.0",
  usage: {
    title: "Image credentials for a registry with robot accounts.",
    arguments: "REGISTRY",
    flags: FLAGS,
  },

  async options({ args, files }) {
    const flags = parseFlags(args, FLAGS);
    const [registry] = flags.positionals;
    if (registry === undefined) throw new OptionsError("set args to the registry's host");
    const path = flags.value("robot-file") ?? "/etc/kubernetes/robot-account.json";
    const document = parseJsonObject(await files.readText(path, "robot account"));
    const name = textAt(document, "name");
    const secret = textAt(document, "secret");
    if (name === undefined || secret === undefined)
      throw new OptionsError(`the robot account ${path} is not JSON with "name" and "secret"`);
    return { registry, robot: { name, secret: new Secret(secret) } };
  },

  async credential({ image }, { registry, robot }, { http, clock }) {
    if (image.registry !== registry)
      throw new UnsupportedRegistryError(`${image.registry} is not ${registry}`);

    const basic = base64(new TextEncoder().encode(`${robot.name}:${robot.secret.reveal()}`));
    const response = await http.cloud({
      service: registry,
      operation: "robot token",
      method: "POST",
      url: `https://${registry}/api/robot-token`,
      headers: { authorization: `Basic ${new Secret(basic).reveal()}` },
    });
    const document = parseJsonObject(response.body);
    const token = textAt(document, "token");
    const expiresAt = Date.parse(textAt(document, "expires_at") ?? "");
    if (response.status !== 200 || token === undefined || Number.isNaN(expiresAt)) {
      throw new CredentialError({
        action: `exchanging the robot account ${robot.name} at ${registry}`,
        reason: `status ${response.status}, ${bodyStart(response)}`,
        advice: "check that the robot account exists and that its file has its newest secret",
        failure: failureOf(response.status),
      });
    }
    return {
      cacheKeyType: "Registry",
      auth: { [registry]: { username: robot.name, password: new Secret(token) } },
      expiresAt,
      // After a robot account is disabled, pulls stop within this time.
      maxCacheSeconds: Math.min(300, Math.max(0, Math.floor((expiresAt - clock.now()) / 2000))),
    };
  },
};
