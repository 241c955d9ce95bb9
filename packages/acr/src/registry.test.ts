import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KNOWN_CLOUDS, knownCloud } from "./clouds.ts";
import { type AcrRegistry, parseRegistryHost } from "./registry.ts";

const [PUBLIC, CHINA, GOVERNMENT] = KNOWN_CLOUDS as [
  (typeof KNOWN_CLOUDS)[0],
  (typeof KNOWN_CLOUDS)[0],
  (typeof KNOWN_CLOUDS)[0],
];

function accepted(host: string, cloud = PUBLIC): AcrRegistry {
  const registry = parseRegistryHost(host, cloud);
  assert.ok(!("notOurs" in registry), `${host}: ${JSON.stringify(registry)}`);
  return registry;
}

function refused(host: string, cloud = PUBLIC): string {
  const registry = parseRegistryHost(host, cloud);
  assert.ok("notOurs" in registry, `${host} was accepted: ${JSON.stringify(registry)}`);
  return registry.notOurs;
}

test("the forms of registry hosts", () => {
  assert.deepEqual(accepted("myreg.azurecr.io"), {
    host: "myreg.azurecr.io",
    name: "myreg",
    region: undefined,
  });
  assert.deepEqual(accepted("MyReg.AzureCR.io"), {
    host: "myreg.azurecr.io",
    name: "myreg",
    region: undefined,
  });
  assert.deepEqual(accepted("myreg-h4x0r2d2c3p0bb88.azurecr.io").name, "myreg-h4x0r2d2c3p0bb88");
  assert.deepEqual(accepted("myreg.eastus2.geo.azurecr.io"), {
    host: "myreg.eastus2.geo.azurecr.io",
    name: "myreg",
    region: "eastus2",
  });
  accepted("myreg-abc.eastus.geo.azurecr.io");
  accepted("myreg.azurecr.cn", CHINA);
  accepted("myreg.azurecr.us", GOVERNMENT);
  accepted(`${"a".repeat(50)}.azurecr.io`);
});

test("hosts that only look like registries", () => {
  for (const host of [
    "evilazurecr.io",
    "myreg.azurecr.io.evil.test",
    "my.reg.azurecr.io",
    "azurecr.io",
    ".azurecr.io",
    "myreg.evilazurecr.io",
    "myreg.azurecr.io.",
    "myreg.azurecr.iox",
    "myreg.xazurecr.io",
    "myreg.azurecr-io",
    "myregxazurecrxio",
    "abcd.azurecr.io",
    `${"a".repeat(51)}.azurecr.io`,
    "my_reg.azurecr.io",
    "-myreg.azurecr.io",
    "myreg-.azurecr.io",
    "myreg--abc.azurecr.io",
    "xn--myreg.azurecr.io",
    "geo.azurecr.io",
    "eastus.geo.azurecr.io",
    "myreg.east-us.geo.azurecr.io",
    "myreg..geo.azurecr.io",
    "myreg.eastus.geo2.azurecr.io",
    "x.myreg.eastus.geo.azurecr.io",
    "docker.io",
    "mcr.microsoft.com",
    "localhost",
    "10.0.0.1",
    "",
  ]) {
    refused(host);
  }
  assert.match(refused("myreg.eastus.data.azurecr.io"), /data endpoint/);
  assert.match(refused("azurecr.io"), /suffix/);
});

test("the error for a registry of another cloud names that cloud", () => {
  assert.equal(
    refused("myreg.azurecr.cn"),
    "belongs to AzureChinaCloud, but the configured cloud is AzurePublicCloud",
  );
  assert.match(refused("myreg.azurecr.io", GOVERNMENT), /belongs to AzurePublicCloud/);
  assert.match(refused("myreg.azurecr.us", CHINA), /belongs to AzureUSGovernmentCloud/);
  assert.match(refused("myreg.azurecr.de"), /does not end in \.azurecr\.io/);
});

test("a Stack Hub's suffix of several labels", () => {
  const stack = { ...PUBLIC, name: "AzureStackCloud", registrySuffix: "azsacr.redmond.stack.example.com" };
  accepted("myreg.azsacr.redmond.stack.example.com", stack);
  refused("azsacr.redmond.stack.example.com", stack);
  refused("myreg.redmond.stack.example.com", stack);
  assert.match(refused("myreg.azurecr.io", stack), /belongs to AzurePublicCloud/);
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const registryName = fc.stringMatching(/^[a-z0-9]{5,50}$/);

test("text directly before the suffix, without a dot, is not accepted", () => {
  fc.assert(
    fc.property(label, registryName, (prefix, name) => {
      refused(`${name}.${prefix}azurecr.io`);
      refused(`${name}.azurecr.io${prefix}`);
    }),
  );
});

test("text after the suffix is not accepted", () => {
  fc.assert(
    fc.property(registryName, fc.array(label, { minLength: 1, maxLength: 3 }), (name, tail) => {
      refused(`${name}.azurecr.io.${tail.join(".")}`);
    }),
  );
});

test("an accepted host is a registry's or replica's name with its cloud's suffix, and belongs to no other cloud", () => {
  const hosts = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join(".")),
    fc
      .tuple(fc.array(label, { maxLength: 4 }), fc.constantFrom("azurecr.io", "azurecr.cn", "azurecr.us"))
      .map(([labels, suffix]) => [...labels, suffix].join(".")),
    fc.tuple(registryName, label).map(([name, region]) => `${name}.${region}.geo.azurecr.io`),
  );
  fc.assert(
    fc.property(hosts, (host) => {
      const owners = KNOWN_CLOUDS.filter((cloud) => !("notOurs" in parseRegistryHost(host, cloud)));
      assert.ok(owners.length <= 1);
      for (const { registrySuffix } of owners) {
        const before = host.slice(0, -registrySuffix.length - 1);
        assert.equal(`${before}.${registrySuffix}`, host);
        assert.match(before, /^[a-z0-9]{5,50}(-[a-z0-9]+)?(\.[a-z0-9]+\.geo)?$/);
      }
    }),
    { numRuns: 500 },
  );
});

test("letter case does not matter, and requests use the host in lower case", () => {
  fc.assert(
    fc.property(registryName, fc.boolean(), (name, geo) => {
      const host = geo ? `${name}.eastus.geo.azurecr.io` : `${name}.azurecr.io`;
      assert.deepEqual(accepted(host.toUpperCase()), accepted(host));
      assert.equal(accepted(host.toUpperCase()).host, host);
    }),
  );
});

test("names of clouds, in any case", () => {
  const name = (text: string) => knownCloud(text)?.name;
  assert.equal(name(""), "AzurePublicCloud");
  assert.equal(name(" azurecloud "), "AzurePublicCloud");
  assert.equal(name("AZUREPUBLICCLOUD"), "AzurePublicCloud");
  assert.equal(name("AzureUSGovernment"), "AzureUSGovernmentCloud");
  assert.equal(name("azureusgovernmentcloud"), "AzureUSGovernmentCloud");
  assert.equal(name("AzureChinaCloud"), "AzureChinaCloud");
  assert.equal(name("AzureGermanCloud"), undefined);
});
