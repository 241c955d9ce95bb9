import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import {
  executables,
  expectSuccess,
  kubeletRequest,
  parseResponse,
  type RequestOptions,
  registryStatus,
  runPlugin,
} from "@imagecred/e2e";
import { type AzureIdentity, startClouds } from "@imagecred/fake-clouds";
import { operations } from "./plugin.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;

const DATA = join(import.meta.dirname, "../src/identity/test-data");
const TENANT = azure.population().node.tenant;
const PASSWORD = "p@ss wörd";

/** What the rest of an executable does with the identities and files that the shared suites do not have. */
interface Way {
  readonly args: readonly string[];
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly request?: RequestOptions;
}

async function applicationWith(file: string): Promise<Way> {
  const certificates = [await readFile(join(DATA, "plain.pem"), "utf8")];
  const { clientId } = azure.directory.addApp({ tenant: TENANT, name: file, certificates });
  const extra = {
    aadClientId: clientId,
    aadClientCertPath: join(DATA, file),
    aadClientCertPassword: PASSWORD,
  };
  return { args: [await azure.azureJsonFile("client-certificate", extra)] };
}

async function yamlFile(): Promise<Way> {
  const yaml = `# as some installers write it\nCloud: AzurePublicCloud\ntenantID: "${TENANT}"\nuseManagedIdentityExtension: yes\n`;
  return {
    args: [await clouds.core.writeFile("azure.yaml", yaml)],
    env: await azure.env("managed-identity"),
  };
}

async function identityBinding(): Promise<Way> {
  const { sniName, address, caFile } = azure.identityBindings;
  const flags = ["--ib-sni-name", sniName, "--ib-apiserver-ip", address, "--ib-ca-file", caFile];
  return {
    args: [
      ...flags,
      "--ib-default-client-id",
      azure.population().pod.clientId,
      await azure.azureJsonFile("managed-identity"),
    ],
    request: { token: await azure.identityBindingToken() },
  };
}

async function stack(identity: AzureIdentity, tenant: "stack" | "adfs"): Promise<Way> {
  azure.stackLogin = tenant === "adfs" ? "adfs" : "entra";
  const name = tenant === "adfs" ? "adfsreg" : "myreg";
  return {
    args: [await azure.azureJsonFile(identity, {}, tenant)],
    image: `${name}.azsacr.redmond.stack.example.com/app`,
  };
}

const file = (identity: AzureIdentity) => async (): Promise<Way> => ({
  args: [await azure.azureJsonFile(identity)],
  env: await azure.env("managed-identity"),
});

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  "a user-assigned identity by client id": file("user-assigned-client-id"),
  "a user-assigned identity by object id": file("user-assigned-object-id"),
  "a user-assigned identity by ARM id": file("user-assigned-resource-id"),
  "a federated token file": file("federated-token-file"),
  "a certificate in PEM": () => applicationWith("plain.pem"),
  "a certificate in PEM with a key in the older form": () => applicationWith("pkcs1.pem"),
  "a certificate in PEM with an encrypted key": () => applicationWith("encrypted-pkcs8.pem"),
  "a certificate in PKCS#12, AES": () => applicationWith("aes256.p12"),
  "a certificate in PKCS#12, RC2 and 3DES": () => applicationWith("rc2.p12"),
  "the environment alone": async () => ({ args: [], env: await azure.env("client-certificate") }),
  "a configuration in YAML": yamlFile,
  "an AKS identity binding": identityBinding,
  "an Azure Stack Hub with Entra ID": () => stack("client-secret", "stack"),
  "an Azure Stack Hub with AD FS": () => stack("client-certificate", "adfs"),
  "the Chinese cloud": async () => ({
    args: [await azure.azureJsonFile("client-secret", {}, "china")],
    image: "myreg.azurecr.cn/app",
  }),
  "klog's flags": async () => ({
    ...(await file("managed-identity")()),
    args: ["-v", "4", "--logtostderr=true", await azure.azureJsonFile("managed-identity")],
  }),
};

for (const executable of executables("acr-credential-provider")) {
  const title = `acr-credential-provider (${executable.runtime})`;
  if (executable.skipped !== undefined) {
    test(title, { skip: executable.skipped }, () => {});
    continue;
  }
  describe(title, () => {
    for (const [what, setUp] of Object.entries(WAYS)) {
      test(`${what} gives a credential that opens the registry`, async () => {
        const { args, env = {}, image = "myreg.azurecr.io/app", request = {} } = await setUp();
        const result = await runPlugin(executable.path, {
          args,
          env: { ...clouds.networkEnv(), IMAGECRED_LOG: "error", ...env },
          stdin: kubeletRequest(image, request),
        });
        expectSuccess(result);
        const login = parseResponse(result.stdout).auth?.[image.split("/")[0] ?? ""];
        assert.ok(login, result.stdout);
        assert.equal(await registryStatus(clouds, image, login), 200, operations(clouds).join(", "));
        assert.deepEqual(clouds.defects, []);
      });
    }
  });
}
