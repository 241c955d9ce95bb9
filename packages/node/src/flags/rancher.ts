import type { Files } from "../files/files.ts";
import type { Flag, Flags, Source } from "./flag.ts";
import { type RancherArgument, type RancherStart, rancherArguments } from "./rancher-configuration.ts";

/** How k3s or RKE2 starts the kubelet and the container runtime of a node. */
export interface RancherSettings {
  readonly flags: Flags;
  /** The paths of the plugins' configuration and executables, as configured or by default. */
  readonly credentialProvider: { readonly config: Flag; readonly binDir: Flag };
  /** Why k3s does not set the credential provider flags; undefined if it does. */
  readonly skipped: string | undefined;
  readonly dataDir: string;
  /** registries.yaml */
  readonly privateRegistry: string;
  /** Whether images are pulled only from its mirrors (--disable-default-registry-endpoint). */
  readonly mirrorsOnly: boolean;
  /** Whether it is a server without a kubelet (--disable-agent). */
  readonly kubeletDisabled: boolean;
  /** The socket of the operator's own container runtime; undefined for the included one. */
  readonly runtimeEndpoint: string | undefined;
}

const DIRECTORY = "/var/lib/rancher/credentialprovider";

/**
 * The kubelet's flags under k3s and RKE2. They set the two credential provider flags (by default below
 * /var/lib/rancher/credentialprovider) only if the executables' path is a directory and the configuration's is not. Then
 * `kubelet-arg` applies: an entry replaces the flag that k3s sets, `name+=` and `name-=` add a value after or before it.
 * (k3s, pkg/daemons/agent/agent.go ImageCredProvAvailable, pkg/util/args.go GetArgs)
 */
export function rancherSettings(files: Files, start: RancherStart): RancherSettings {
  const { all, unseen } = rancherArguments(files, start);
  const usual: Source = { kind: "default", label: `${start.program}'s default` };
  const last = (...names: string[]) => all.findLast(({ name }) => names.includes(name));
  const setting = (name: string, value: string): Flag => last(name) ?? { name, value, source: usual };
  const config = setting("image-credential-provider-config", `${DIRECTORY}/config.yaml`);
  const binDir = setting("image-credential-provider-bin-dir", `${DIRECTORY}/bin`);
  const fromEnvironment = start.environment[`${start.program.toUpperCase()}_DATA_DIR`];
  const dataDir = last("data-dir", "d")?.value ?? (fromEnvironment || `/var/lib/rancher/${start.program}`);
  const skipped = whySkipped(files, config.value, binDir.value, start.program);
  const ownArguments: Flag[] = [
    { name: "config-dir", value: `${dataDir}/agent/etc/kubelet.conf.d`, source: usual },
    ...(skipped === undefined ? [binDir, config] : []),
  ];
  const given = all.filter(({ name }) => name === "kubelet-arg");
  return {
    flags: { all: withKubeletArguments(ownArguments, given), unseen },
    credentialProvider: { config, binDir },
    skipped,
    dataDir,
    privateRegistry: last("private-registry")?.value ?? `/etc/rancher/${start.program}/registries.yaml`,
    mirrorsOnly: last("disable-default-registry-endpoint")?.value === "true",
    kubeletDisabled: last("disable-agent")?.value === "true",
    runtimeEndpoint: last("container-runtime-endpoint")?.value,
  };
}

function whySkipped(files: Files, config: string, binDir: string, program: string): string | undefined {
  const kindOf = (path: string) => {
    try {
      return files.status(path)?.kind;
    } catch {
      return undefined;
    }
  };
  if (kindOf(binDir) !== "directory") return `there is no directory ${binDir}`;
  const kind = kindOf(config);
  if (kind === undefined) return `there is no file ${config}`;
  return kind === "directory" ? `${config} is a directory, and ${program} accepts only a file` : undefined;
}

/** The flags sorted by name, with each name's values in order: the order in which pflag reads them. */
function withKubeletArguments(own: readonly Flag[], given: readonly RancherArgument[]): readonly Flag[] {
  const values = new Map<string, Flag[]>();
  const initial = new Map(own.map((flag) => [flag.name, flag]));
  for (const { value: text, source } of given) {
    const argument = text.replace(/^--/, "");
    const equals = argument.indexOf("=");
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const name = written.replace(/[-+]+$/, "");
    const flag: Flag = { name, value: equals < 0 ? "true" : argument.slice(equals + 1), source };
    const before = initial.get(name);
    const kept = [...(before === undefined ? [] : [before]), ...(values.get(name) ?? [])];
    if (written.endsWith("+")) values.set(name, [...kept, flag]);
    else if (written.endsWith("-")) values.set(name, [flag, ...kept]);
    else values.set(name, [...(values.get(name) ?? []), flag]);
    initial.delete(name);
  }
  for (const [name, flag] of initial) values.set(name, [flag]);
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, flags]) => flags);
}
