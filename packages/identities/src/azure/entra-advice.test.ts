import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { entraAdvice } from "./entra-advice.ts";

const CLIENT = "70000000-aaaa-4aaa-8aaa-000000000004";
const TENANT = "10000000-aaaa-4aaa-8aaa-000000000001";
const cluster = {
  issuer: "https://oidc.example.com/cluster",
  subject: "system:serviceaccount:default:app",
  audience: "api://AzureADTokenExchange",
  authorizedParty: undefined,
  clientId: CLIENT,
};
const managed = {
  ...cluster,
  issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  subject: "20000000-bbbb-4bbb-8bbb-000000000014",
  audience: "fb60f99c-7a34-4190-8149-302f77469936",
};

describe("no federated credential matches", () => {
  for (const code of ["AADSTS70021", "AADSTS700211", "AADSTS700213"]) {
    test(`${code}: the credential to add`, () => {
      assert.equal(
        entraAdvice(`${code}: No matching federated identity record found`, { assertion: cluster }),
        `add to application ${CLIENT} a federated credential with issuer https://oidc.example.com/cluster, subject system:serviceaccount:default:app and audience api://AzureADTokenExchange`,
      );
      assert.match(entraAdvice(`${code}: x`) ?? "", /federated credential/);
    });
  }

  test("AADSTS700211 for a managed identity: it must be in the application's own tenant", () => {
    assert.equal(
      entraAdvice("AADSTS700211: x", { assertion: managed }),
      `the application must be in the managed identity's tenant, ${TENANT}; if it is, add a federated credential with this issuer, subject ${managed.subject} and audience api://AzureADTokenExchange`,
    );
    // The tenant knows its issuer, so the tenant is right.
    assert.match(entraAdvice("AADSTS700213: x", { assertion: managed }) ?? "", /^add to application/);
  });
});

for (const [code, advice] of [
  ["AADSTS700236", /managed identity of the application's own tenant/],
  ["AADSTS700222", /accepts only a managed identity's/],
  ["AADSTS700226", /accepts only a managed identity's/],
  ["AADSTS700227", /--node-audience/],
  ["AADSTS7000229", /az ad sp create --id/],
  ["AADSTS7000112", /enable the application's service principal/],
  ["AADSTS650052", /no service principal of the audience's service/],
  ["AADSTS50166", /reach the token's issuer/],
  ["AADSTS50013", /published keys/],
  ["AADSTS53003", /Conditional Access/],
  ["AADSTS500022", /proxy/],
  ["AADSTS900382", /different clouds/],
  ["AADSTS50049", /check the cloud/],
  ["AADSTS500011", /--audience/],
  ["AADSTS1", /look the code up/],
] as const) {
  test(`${code} has its own advice, with and without an assertion`, () => {
    assert.match(entraAdvice(`${code}: something`) ?? "", advice);
    assert.match(entraAdvice(`${code}: something`, { assertion: managed }) ?? "", advice);
  });
}

test("a text without a code has no advice", () => assert.equal(entraAdvice("invalid_client"), undefined));
