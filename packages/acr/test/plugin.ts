import { run, type CredentialProviderRequest } from "@imagecred/protocol";
import { requestFor, testContext } from "@imagecred/protocol/testing";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import type { Answer } from "@imagecred/protocol";
import { acr } from "../src/acr.ts";

export type { Clouds };

export interface Ask {
  readonly image?: string;
  /** Command line after the program's name. */
  readonly args?: readonly string[];
  /** Beside the way to the fakes and their metadata service. */
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: { readonly token: string; readonly annotations?: Readonly<Record<string, string>> };
}

export interface Asked {
  readonly answer: Answer;
  readonly lines: readonly string[];
}

/** Asks the plugin's code in this process, over real sockets to the fakes. */
export async function ask(clouds: Clouds, { image = "myreg.azurecr.io/app", args = [], env = {}, serviceAccount }: Ask): Promise<Asked> {
  // The trust store is read once per process from its own environment, and clouds differ between tests.
  process.env["SSL_CERT_FILE"] = clouds.networkEnv()["SSL_CERT_FILE"];
  const context = testContext({
    ...clouds.networkEnv(),
    AZURE_POD_IDENTITY_AUTHORITY_HOST: clouds.azure.imdsOrigin,
    ...env,
  });
  const { files, log } = context;
  const options = await acr.options({ args, env: context.env, files, log });
  const request: CredentialProviderRequest = requestFor(image, serviceAccount);
  return { answer: await acr.credential(request, options, context), lines: context.lines };
}

/** Which operations the fakes saw, in order. */
export function operations(clouds: Clouds): string[] {
  return clouds.requests.map(({ service, operation }) => `${service} ${operation}`);
}

export { run, startClouds };
