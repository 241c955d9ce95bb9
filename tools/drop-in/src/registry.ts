import { registryStatus } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";

/** A user name and a password. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Whether the fake registry gives an image's manifest for a login. @param source repository, with its host */
export async function accepted(clouds: Clouds, source: string, login: Login): Promise<boolean> {
  return (await registryStatus(clouds, source, login)) === 200;
}
