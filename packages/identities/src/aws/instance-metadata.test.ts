import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHttpClient, Deadline } from "@imagecred/protocol";
import { captureLogger, ManualClock, scriptedTransport, testContext } from "@imagecred/protocol/testing";
import { instanceMetadata } from "./instance-metadata.ts";
import { profileCredentials } from "./profile.ts";

const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";

interface Case {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Content of the config file. */
  readonly config?: string;
  /** The URL of the request for a token, or the refusal. */
  readonly expected: string | RegExp;
  /** The different choice of AWS's SDK. docs/ecr.md says why this plugin does not. */
  readonly theirs?: string;
}

/**
 * The metadata service that gets the request, from the tests of AWS's SDK for Rust: smithy-rs,
 * aws/rust-runtime/aws-config/test-data/imds-config/imds-tests.json, commit aa28e812, in its order. The published crate
 * does not include that file. Three of its thirteen cases set the endpoint or the mode in code, which the plugin cannot do:
 * "explicit endpoint override", "explicit mode override", "environment variable overrides endpoint mode override". The last two
 * are here with the variables only.
 */
const CASES: readonly Case[] = [
  { name: "nothing is set", expected: "http://169.254.169.254/latest/api/token" },
  {
    name: "an endpoint in the environment",
    env: { [ENDPOINT]: "http://override:456" },
    expected: /http:\/\/override:456: not a link-local or loopback address/,
    theirs: "http://override:456/latest/api/token",
  },
  {
    name: "a link-local endpoint in the environment",
    env: { [ENDPOINT]: "http://169.254.169.200" },
    expected: "http://169.254.169.200/latest/api/token",
  },
  {
    name: "an endpoint in the profile",
    config: "[default]\nec2_metadata_service_endpoint = http://override:456\n",
    expected: "http://169.254.169.254/latest/api/token",
    theirs: "http://override:456/latest/api/token",
  },
  {
    name: "the environment has precedence over the profile",
    env: { [ENDPOINT]: "https://override:456" },
    config: "[default]\nec2_metadata_service_endpoint = http://wrong:456\n",
    expected: "https://override:456/latest/api/token",
  },
  { name: "no such mode", env: { [MODE]: "error" }, expected: /MODE is "error", expected IPv4 or IPv6/ },
  { name: "IPv4", env: { [MODE]: "IPv4" }, expected: "http://169.254.169.254/latest/api/token" },
  { name: "IPv6", env: { [MODE]: "IPv6" }, expected: "http://[fd00:ec2::254]/latest/api/token" },
  {
    name: "IPv6 in the profile",
    config: "[default]\nec2_metadata_service_endpoint_mode = IPv6\n",
    expected: "http://169.254.169.254/latest/api/token",
    theirs: "http://[fd00:ec2::254]/latest/api/token",
  },
  {
    name: "an unknown mode in the profile",
    config: "[default]\nec2_metadata_service_endpoint_mode = IPv7\n",
    expected: "http://169.254.169.254/latest/api/token",
    theirs: "an error",
  },
  {
    name: "IPv6 in the environment before IPv4 in the profile",
    env: { [MODE]: "IPv6" },
    config: "[default]\nec2_metadata_service_endpoint_mode = IPv4\n",
    expected: "http://[fd00:ec2::254]/latest/api/token",
  },
  { name: "no URL", env: { [ENDPOINT]: "not a uri" }, expected: /ENDPOINT is "not a uri", expected a URL/ },
  {
    name: "an endpoint has precedence over a mode",
    env: { [ENDPOINT]: "http://169.254.169.200", [MODE]: "IPv6" },
    expected: "http://169.254.169.200/latest/api/token",
  },
];

describe("the same metadata service as in AWS's SDK for Rust", () => {
  for (const { name, env = {}, config, expected, theirs } of CASES) {
    test(theirs === undefined ? name : `${name}, which the SDK does otherwise: ${theirs}`, async () => {
      const transport = scriptedTransport(() => ({ status: 404 }));
      const clock = new ManualClock(Date.UTC(2026, 10, 27));
      const deadline = new Deadline(10_000, clock);
      const { log } = captureLogger();
      const http = createHttpClient({
        transport,
        clock,
        deadline,
        log,
        proxyFor: () => undefined,
        random: () => 0.5,
        userAgent: "table",
      });
      const files = {
        readText: () => Promise.reject(new Error("not to be read")),
        readBytes: () => Promise.reject(new Error("not to be read")),
        readTextIfExists: async (path: string) => (path.endsWith("config") ? config : undefined),
      };
      const context = testContext(env, { http, clock, deadline, log, files });
      const sts = {
        regionFor: () => "us-east-1",
        endpoint: { url: undefined, fips: false, dualStack: false },
      };
      const find = async () => {
        // The profile comes before the metadata service: it must not stop the search.
        const profile = profileCredentials({ sessionName: "table", sts, roleNeeds: "", context });
        assert.ok("unavailable" in (await profile.find()));
        return await instanceMetadata("", context).find();
      };
      if (expected instanceof RegExp) {
        await assert.rejects(find, expected);
        assert.deepEqual(transport.sent, []);
        return;
      }
      assert.ok("unavailable" in (await find()));
      assert.deepEqual(transport.sent.map(({ method, url }) => `${method} ${url}`).slice(0, 1), [
        `PUT ${expected}`,
      ]);
    });
  }
});
