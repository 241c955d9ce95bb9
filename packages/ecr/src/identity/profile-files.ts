import { externalDataInterceptor, parseKnownFiles } from "@smithy/core/config";

/** The keys of one section, as written. */
export type Profile = Readonly<Record<string, string | undefined>>;
export type Profiles = Readonly<Record<string, Profile | undefined>>;

/** Names under which the SDK's parser is handed the texts, instead of reading files itself. */
const CONFIG = "config";
const CREDENTIALS = "credentials";

/**
 * The profiles of a config and a credentials file, by the SDK's own parser; where both have a key, the credentials
 * file's wins.
 */
export async function parseProfiles(config: string, credentials: string): Promise<Profiles> {
  externalDataInterceptor.interceptFile(CONFIG, config);
  externalDataInterceptor.interceptFile(CREDENTIALS, credentials);
  return parseKnownFiles({ configFilepath: CONFIG, filepath: CREDENTIALS });
}
