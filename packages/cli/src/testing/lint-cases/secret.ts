import type { Cases } from "./case.ts";

/** lint/secret-lints.ts */
export const SECRET_CASES: Cases = {
  "secret-in-env": {
    hits: [
      { provider: "env: [{name: AWS_SECRET_ACCESS_KEY, value: abcdef}]" },
      { provider: 'env: [{name: HTTPS_PROXY, value: "http://user:hunter2@proxy:3128"}]' },
      { provider: "env: [{name: X, value: eyJhbGciOiJub25lIn0.eyJhIjoxfQ.}]" },
      { provider: 'env: [{name: KEY, value: "-----BEGIN RSA PRIVATE KEY-----"}]' },
      { provider: 'args: ["--client-secret=abcdef"]' },
      { provider: 'args: ["--client-secret", "abcdef"]' },
      { provider: "env: [{name: VULTR_API_KEY, value: abcdef}]" },
      { provider: "env: [{name: KSCP_REGISTRY_PASSWORD, value: abcdef}]" },
      { provider: "env: [{name: registryPassword, value: abcdef}]" },
    ],
    misses: [
      { provider: "env: [{name: ID_TOKEN_PROVIDER, value: GCP-GCE}]" },
      { provider: "env: [{name: TOKEN_VALIDATION, value: enabled}]" },
      { provider: "env: [{name: PASSWORD_POLICY, value: strict}]" },
      { provider: "env: [{name: AUTH_TOKEN, value: /var/run/token}]" },
      { provider: "env: [{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/token}]" },
      { provider: "env: [{name: GOOGLE_APPLICATION_CREDENTIALS, value: /etc/key.json}]" },
      { provider: "env: [{name: AWS_SECRET_ACCESS_KEY, value: ''}]" },
      { provider: 'env: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]' },
      { provider: 'args: ["get-credentials", "--v=3"]' },
    ],
  },
};
