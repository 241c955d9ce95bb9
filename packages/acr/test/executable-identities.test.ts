import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeIdentities, executables, kubeletRequest, runPlugin, type Way } from "@imagecred/e2e";
import { type AzureIdentity, type Clouds, startClouds } from "@imagecred/fake-clouds";

const DATA = join(import.meta.dirname, "../src/identity/testdata");
const IMAGE = "myreg.azurecr.io/app";

type SetUp = (clouds: Clouds) => Promise<Way>;

/** azure.json with an identity, and flags before it. */
function file(identity: AzureIdentity, ...flags: string[]): SetUp {
  return async ({ azure }) => ({
    args: [...flags, await azure.azureJsonFile(identity)],
    env: await azure.env("managed-identity"),
  });
}

/** An application with a certificate file of testdata. */
function certificate(name: string): SetUp {
  return async ({ azure, secrets }) => {
    const pem = await readFile(join(DATA, "plain.pem"), "utf8");
    const password = secrets.register("azure.certificatePassword", "p@ss wörd");
    secrets.register("azure.clientCertificateKey", pem.slice(0, pem.indexOf("-----BEGIN CERT")));
    const { tenant } = azure.population().node;
    const { clientId } = azure.directory.addApp({ tenant, name, certificates: [pem] });
    const extra = {
      aadClientId: clientId,
      aadClientCertPath: join(DATA, name),
      aadClientCertPassword: password,
    };
    return { args: [await azure.azureJsonFile("client-certificate", extra)] };
  };
}

const YAML = "# as some installers write it\nCloud: AzurePublicCloud\nuseManagedIdentityExtension: yes\n";

const yaml: SetUp = async ({ azure, core }) => ({
  args: [await core.writeFile("azure.yaml", YAML)],
  env: await azure.env("managed-identity"),
});

const identityBinding: SetUp = async ({ azure }) => {
  const { sniName, address, caFile } = azure.identityBindings;
  const flags = ["--ib-sni-name", sniName, "--ib-apiserver-ip", address, "--ib-ca-file", caFile];
  const identity = ["--ib-default-client-id", azure.population().pod.clientId];
  return {
    args: [...flags, ...identity, await azure.azureJsonFile("managed-identity")],
    request: { token: await azure.identityBindingToken() },
  };
};

/** A pod with the partner's tenant and registry, and Azure Workload Identity's annotations. */
const crossTenant: SetUp = async ({ azure }) => {
  const { clientId, tenant } = azure.population("partner").pod;
  const annotations = {
    "azure.workload.identity/client-id": clientId,
    "azure.workload.identity/tenant-id": tenant,
  };
  return {
    args: [await azure.azureJsonFile("managed-identity")],
    image: "partnerreg.azurecr.io/app",
    request: { token: await azure.podToken(), annotations },
  };
};

function stack(identity: AzureIdentity, tenant: "stack" | "adfs"): SetUp {
  return async ({ azure }) => {
    azure.stackLogin = tenant === "adfs" ? "adfs" : "entra";
    const registry = tenant === "adfs" ? "adfsreg" : "myreg";
    return {
      args: [await azure.azureJsonFile(identity, {}, tenant)],
      image: `${registry}.azsacr.redmond.stack.example.com/app`,
    };
  };
}

function inCloud(identity: AzureIdentity, cloud: "china" | "usgov", suffix: string): SetUp {
  return async ({ azure }) => ({
    args: [await azure.azureJsonFile(identity, {}, cloud)],
    image: `myreg.${suffix}/app`,
  });
}

describeIdentities({
  executable: "acr-credential-provider",
  image: IMAGE,
  ways: {
    "a user-assigned identity by client id": file("user-assigned-client-id"),
    "a user-assigned identity by object id": file("user-assigned-object-id"),
    "a user-assigned identity by ARM id": file("user-assigned-resource-id"),
    "a federated token file": file("federated-token-file"),
    "a certificate in PEM": certificate("plain.pem"),
    "a certificate in PEM with a PKCS#1 key": certificate("pkcs1.pem"),
    "a certificate in PEM with an encrypted key": certificate("encrypted-pkcs8.pem"),
    "a certificate in PKCS#12, AES": certificate("aes256.p12"),
    "a certificate in PKCS#12, RC2 and 3DES": certificate("rc2.p12"),
    "the environment only, with a certificate": async ({ azure }) => ({
      env: await azure.env("client-certificate"),
    }),
    "the environment only, with a managed identity": async ({ azure }) => ({
      env: await azure.env("managed-identity"),
    }),
    "a configuration in YAML": yaml,
    "an AKS identity binding": identityBinding,
    "a pod of another tenant": crossTenant,
    "an Azure Stack Hub with Entra ID": stack("client-secret", "stack"),
    "an Azure Stack Hub with AD FS": stack("client-certificate", "adfs"),
    "the Chinese cloud, with a secret": inCloud("client-secret", "china", "azurecr.cn"),
    "the US Government's cloud, with a token file": inCloud("federated-token-file", "usgov", "azurecr.us"),
    "a replica's own endpoint": async (clouds) => ({
      ...(await file("managed-identity")(clouds)),
      image: "myreg.eastus.geo.azurecr.io/app",
    }),
    "a mirror": async (clouds) => ({
      ...(await file("managed-identity", "-r", "mirror.example:5000:myreg.azurecr.io")(clouds)),
      image: "mirror.example:5000/app",
      opens: IMAGE,
    }),
  },
});

for (const executable of executables("acr-credential-provider")) {
  const title = `acr-credential-provider (${executable.runtime}): klog's flags give a warning and a credential`;
  test(title, { skip: executable.skipped ?? false }, async () => {
    if (executable.skipped !== undefined) return;
    await using clouds = await startClouds();
    const { args = [], env = {} } = await file("managed-identity", "-v", "4", "--logtostderr")(clouds);
    const result = await runPlugin(executable.path, {
      args,
      env: { ...clouds.networkEnv(), ...env },
      stdin: kubeletRequest(IMAGE),
    });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stdout, /"myreg\.azurecr\.io"/);
    assert.match(
      result.stderr,
      /^acr-credential-provider: warn: --v is a klog flag and has no effect.*\n.*--logtostderr is a klog flag and has no effect.*\n$/,
    );
  });
}
