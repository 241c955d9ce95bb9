/**
 * The versions of CredentialProviderConfig as Go types (k8s.io/kubelet/config/{v1,v1beta1,v1alpha1}/types.go). The
 * kubelet also accepts its internal version from a file, with the fields' Go names.
 */
import {
  type GoType,
  goBoolPointer,
  goDurationPointer,
  goPointer,
  goSlice,
  goString,
  goStruct,
} from "../decode/go-type.ts";
import type { KubeletRules } from "./kubernetes-version.ts";
import type { CredentialProvider, ExecEnvVar, ServiceAccountTokenAttributes } from "./types.ts";

/** Versions of `kubelet.config.k8s.io` that have a CredentialProviderConfig. */
export type ConfigVersion = "v1" | "v1beta1" | "v1alpha1" | "__internal";

/** A file's content before it is merged with others. */
export interface ConfigFile {
  readonly kind: string;
  readonly apiVersion: string;
  readonly providers: readonly CredentialProvider[] | null;
}

/** The Go type of one version, for the kubelet with the given rules. */
export function configType(version: ConfigVersion, rules: KubeletRules): GoType<ConfigFile> {
  const internal = version === "__internal";
  const inPackage = (name: string) => `${internal ? "config" : version}.${name}`;
  const jsonName = internal ? goFieldName : (field: string) => field;
  const strings = goSlice(goString());
  const env = goStruct<ExecEnvVar>(
    inPackage("ExecEnvVar"),
    { name: goString(), value: goString() },
    { jsonName },
  );
  const tokenAttributes = goStruct<ServiceAccountTokenAttributes>(
    inPackage("ServiceAccountTokenAttributes"),
    {
      serviceAccountTokenAudience: goString(),
      cacheType: goString(inPackage("ServiceAccountTokenCacheType")),
      requireServiceAccount: goBoolPointer,
      requiredServiceAccountAnnotationKeys: strings,
      optionalServiceAccountAnnotationKeys: strings,
    },
    { jsonName, without: rules.cacheType ? [] : ["cacheType"] },
  );
  const hasTokens = rules.tokenAttributes && (internal || version === "v1");
  const provider = goStruct<CredentialProvider>(
    inPackage("CredentialProvider"),
    {
      name: goString(),
      matchImages: strings,
      defaultCacheDuration: goDurationPointer,
      apiVersion: goString(),
      args: strings,
      env: goSlice(env),
      tokenAttributes: goPointer(tokenAttributes),
    },
    { jsonName, without: hasTokens ? [] : ["tokenAttributes"] },
  );
  return goStruct<ConfigFile>(
    inPackage("CredentialProviderConfig"),
    { kind: goString(), apiVersion: goString(), providers: goSlice(provider) },
    // The type's own fields follow the rule; kind and apiVersion come from metav1.TypeMeta, whose names are tagged.
    { jsonName: (field) => (field === "providers" ? jsonName(field) : field) },
  );
}

function goFieldName(field: string): string {
  return field === "apiVersion" ? "APIVersion" : field.charAt(0).toUpperCase() + field.slice(1);
}
