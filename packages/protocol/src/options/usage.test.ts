import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlagSpec, klogFlags } from "./flags.ts";
import { usageText } from "./usage.ts";

const flags: Readonly<Record<string, FlagSpec>> = {
  identity: {
    kind: "value",
    placeholder: "auto|pod|node",
    help: "whose identity is used: the pod's when the kubelet sends its token, else the node's",
    default: "auto",
  },
  "registry-mirror": {
    kind: "value",
    short: "r",
    placeholder: "SOURCE:TARGET",
    help: "images of SOURCE get TARGET's credentials",
    repeated: true,
  },
  anonymous: { kind: "switch", help: "without a credential" },
  ...klogFlags(),
};

test("the layout, at 80 columns", () => {
  const text = usageText("test-credential-provider", {
    title: "Kubelet image credential provider for tests.",
    arguments: "[CONFIG]",
    argumentsHelp:
      "CONFIG is a file. Its name is longer than a line of a terminal allows, or at least this sentence is.",
    flags,
    environment: { TEST_ROLE: "role of a pod" },
  });
  assert.equal(
    text,
    `Kubelet image credential provider for tests.

Reads a CredentialProviderRequest from stdin and writes a
CredentialProviderResponse to stdout.

Usage:
  test-credential-provider [flags] [CONFIG]

CONFIG is a file. Its name is longer than a line of a terminal allows, or at
least this sentence is.

Flags:
      --identity auto|pod|node
                              whose identity is used: the pod's when the kubelet
                              sends its token, else the node's (default auto)
  -r, --registry-mirror SOURCE:TARGET
                              images of SOURCE get TARGET's credentials (may be
                              repeated)
      --anonymous             without a credential
  -h, --help                  show this text
      --version               show the version

klog's flags (-v, --logtostderr, ...) are accepted and have no effect.

Environment:
  TEST_ROLE                   role of a pod
  IMAGECRED_TIMEOUT           time limit for the whole run, such as 20s (the
                              default)
  IMAGECRED_LOG               debug, info, warn (the default), error or off;
                              json for JSON lines; or both: json,debug
  HTTPS_PROXY, NO_PROXY       proxy for cloud APIs, and the hosts that are
                              called without it
  SSL_CERT_FILE, SSL_CERT_DIR
                              certificate authorities to trust, instead of the
                              system's
`,
  );
});

test("every flag that has an effect is listed", () => {
  const text = usageText("p", { title: "T.", flags });
  for (const [name, spec] of Object.entries(flags)) {
    assert.equal(text.includes(`--${name} `), !("ignored" in spec), name);
  }
});
