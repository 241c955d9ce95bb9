import { type Environment, OptionsError } from "@imagecred/protocol";

/**
 * AWS's variables for regions and endpoints (AWS SDKs and Tools reference guide, "AWS Region", "Service-specific endpoints",
 * "Dual-stack and FIPS endpoints").
 */

/** The region in the environment; undefined if it is not set. */
export function regionIn(env: Environment): string | undefined {
  return set(env, "AWS_REGION") ?? set(env, "AWS_DEFAULT_REGION");
}

/** The URL that replaces a service's own endpoint. @param service such as `STS`, `ECR_PUBLIC` @throws {OptionsError} */
export function endpointIn(env: Environment, service: string): string | undefined {
  if (switchIn(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") === true) return undefined;
  return urlIn(env, `AWS_ENDPOINT_URL_${service}`) ?? urlIn(env, "AWS_ENDPOINT_URL");
}

/** A variable that is `true` or `false`; undefined if it is not set. @throws {OptionsError} for another value */
export function switchIn(env: Environment, name: string): boolean | undefined {
  const value = set(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") {
    throw new OptionsError(`${name} is ${JSON.stringify(env[name])}, expected true or false`);
  }
  return value === "true";
}

function urlIn(env: Environment, name: string): string | undefined {
  const value = set(env, name);
  return value === undefined ? undefined : parseEndpointUrl(value, name);
}

/** Checks the URL of an endpoint. @param from the setting, for the message @throws {OptionsError} */
export function parseEndpointUrl(value: string, from: string): string {
  if (URL.canParse(value) && /^https?:/i.test(value)) return value;
  throw new OptionsError(`${from} is ${JSON.stringify(value)}, expected a URL such as https://vpce.example`);
}

/** As in AWS's SDKs, an empty variable is not set. */
function set(env: Environment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}
