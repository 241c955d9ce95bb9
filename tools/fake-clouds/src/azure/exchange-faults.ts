import type { Fault } from "../core/faults.ts";

/** Faults that replace the exchange's response, for the service `azure.acr` and its operation `Exchange`. */
export const EXCHANGE_FAULTS: Readonly<Record<string, Fault>> = {
  "200 without a refresh_token": {
    kind: "answer",
    reply: { status: 200, headers: { "content-type": "application/json" }, body: "{}" },
  },
  "200 with an empty refresh_token": {
    kind: "answer",
    reply: { status: 200, headers: { "content-type": "application/json" }, body: '{"refresh_token":""}' },
  },
  "200 that is not JSON": {
    kind: "answer",
    reply: { status: 200, headers: { "content-type": "text/html" }, body: "<html>sign in</html>" },
  },
  redirect: { kind: "redirect", location: "https://evil.example/oauth2/exchange", status: 307 },
  "WWW-Authenticate: Basic": {
    kind: "answer",
    reply: { status: 401, headers: { "www-authenticate": 'Basic realm="registry"' }, body: "" },
  },
};
