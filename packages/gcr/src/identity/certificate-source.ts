import type { CertificateFiles } from "@imagecred/identities/node-identity";
import { asObject, type Context, type Environment, parseJson, textAt } from "@imagecred/protocol";
import { type CredentialFields, type CredentialFile, unusable } from "./credential-file.ts";

/** Variable with the path of the certificate configuration, if the credential file has none. */
const CONFIG_VARIABLE = "GOOGLE_API_CERTIFICATE_CONFIG";

/**
 * The files of an external account whose source is an X.509 certificate
 * (https://google.aip.dev/auth/4117, "Determining the subject token in X.509-sourced credentials"): the certificate
 * configuration has the paths of certificate and key, the credential file that of the intermediates.
 * @throws {CredentialError}
 */
export async function certificateFilesOf(
  file: CredentialFile,
  source: CredentialFields,
  { env, files }: Pick<Context, "env" | "files">,
): Promise<CertificateFiles> {
  const certificate = asObject(source["certificate"]) ?? {};
  const location = textAt(certificate, "certificate_config_location");
  const useDefault = certificate["use_default_certificate_config"] === true;
  if (useDefault === (location !== undefined)) {
    throw unusable(
      file.path,
      "its credential_source.certificate must have either use_default_certificate_config or certificate_config_location",
      "create a new file with gcloud",
    );
  }
  const path = location ?? defaultConfiguration(env);
  if (path === undefined) {
    throw unusable(
      file.path,
      "it uses the default certificate configuration, and there is no home directory",
      `set ${CONFIG_VARIABLE}`,
    );
  }
  const configuration = parseJson(await files.readText(path, "certificate configuration"));
  const [cert, key] = ["cert_path", "key_path"].map((name) =>
    textAt(configuration, "cert_configs", "workload", name),
  );
  if (cert === undefined || key === undefined) {
    throw unusable(
      path,
      "it has no paths of a workload certificate and its key (cert_path, key_path)",
      "create a new one with gcloud",
    );
  }
  return { certificate: cert, privateKey: key, intermediates: textAt(certificate, "trust_chain_path") };
}

/** The path where gcloud writes it; undefined if the environment has no home directory. */
function defaultConfiguration(env: Environment): string | undefined {
  const name = "certificate_config.json";
  const { [CONFIG_VARIABLE]: configured, CLOUDSDK_CONFIG: directory, APPDATA: windows, HOME: home } = env;
  if (configured) return configured;
  if (directory) return `${directory}/${name}`;
  if (windows) return `${windows}/gcloud/${name}`;
  return home ? `${home}/.config/gcloud/${name}` : undefined;
}
