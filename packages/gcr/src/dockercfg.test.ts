import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "./index.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
beforeEach(() => {
  clouds.google.instance.attributes = {};
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

const auth = (username: string, password: string) =>
  Buffer.from(`${username}:${password}`).toString("base64");

const FILE = JSON.stringify({
  "https://registry.example.com/v1/": { auth: auth("user", "pass:word"), email: "a@b.c" },
  "registry.example.com/team": { username: "team", password: "team-password" },
  "*.mirror.example.com": { auth: auth("mirror", "mirror-password") },
  "registry.example.com:5000": { auth: auth("port", "port-password") },
  "broken.example.com": { auth: "bm8tY29sb24" },
  "incomplete.example.com": { username: "x" },
});

const FLOWS = {
  dockercfg: {
    set: (content: string) => {
      clouds.google.instance.attributes = { "google-dockercfg": content };
    },
    calls: ["google.metadata google-dockercfg 200"],
  },
  "dockercfg-url": {
    set: (content: string) => {
      const url = clouds.google.serveFile("/dockercfg", content);
      clouds.google.instance.attributes = { "google-dockercfg-url": `${url}\n` };
    },
    calls: ["google.metadata google-dockercfg-url 200", "google.files Get 200"],
  },
} as const;

for (const [flow, { set, calls }] of Object.entries(FLOWS)) {
  const args = ["get-credentials", "--authFlow", flow];
  describe(`--authFlow ${flow}`, () => {
    test("returns the entries for the image's registry, longer paths first, not to be cached", async () => {
      set(FILE);
      const outcome = await answered(gcr, clouds, { args, image: "registry.example.com/team/app" });
      assert.deepEqual(outcome.calls, calls);
      assert.equal(outcome.answer.cacheKeyType, "Image");
      assert.equal(outcome.answer.expiresAt, "do-not-cache");
      assert.deepEqual(
        Object.entries(outcome.answer.auth).map(([key, { username, password }]) => [
          key,
          username,
          password.reveal(),
        ]),
        [
          ["registry.example.com/team", "team", "team-password"],
          ["https://registry.example.com/v1/", "user", "pass:word"],
        ],
      );
    });

    test("matches patterns, ports and paths like the kubelet", async () => {
      set(FILE);
      for (const [image, key] of [
        ["eu.mirror.example.com/app", "*.mirror.example.com"],
        ["registry.example.com:5000/app", "registry.example.com:5000"],
        ["registry.example.com/other/app", "https://registry.example.com/v1/"],
      ] as const) {
        const { answer } = await answered(gcr, clouds, { args, image });
        assert.deepEqual(Object.keys(answer.auth), [key]);
      }
    });

    test("is an error for an image without an entry", async () => {
      set(FILE);
      for (const image of ["gcr.io/p/app", "a.b.mirror.example.com/app"]) {
        const { answer, message } = await askPlugin(gcr, clouds, { args, image });
        assert.equal(answer, undefined);
        assert.match(message, /has no entry in the \.dockercfg of/);
      }
    });

    test("reports an invalid entry only for images that need it", async () => {
      const file = JSON.parse(FILE);
      set(
        JSON.stringify({ ...file, "https://quay.io": { auth: "!!!notbase64" }, "gcr.io": { auth: "YTpi" } }),
      );
      const { answer } = await answered(gcr, clouds, { args, image: "gcr.io/o/a" });
      assert.equal(answer.auth["gcr.io"]?.password.reveal(), "b");
      for (const [image, key] of [
        ["quay.io/o/a", "https://quay.io"],
        ["broken.example.com/app", "broken.example.com"],
        ["incomplete.example.com/app", "incomplete.example.com"],
      ] as const) {
        const { message } = await askPlugin(gcr, clouds, { args, image });
        assert.match(
          message,
          new RegExp(`its entry "${key}" has no user name and password; expected "auth"`),
        );
      }
    });

    test("uses Docker Hub's entry like the kubelet", async () => {
      set(JSON.stringify({ "https://index.docker.io/v1/": { auth: "aHVidXNlcjpodWJwYXNz" } }));
      for (const image of ["docker.io/library/nginx", "docker.io/team/app"]) {
        const { answer } = await answered(gcr, clouds, { args, image });
        assert.equal(answer.auth["https://index.docker.io/v1/"]?.password.reveal(), "hubpass");
      }
    });

    test("reads a .docker/config.json, with its entries in auths", async () => {
      set(JSON.stringify({ auths: JSON.parse(FILE), credsStore: "x" }));
      const { answer } = await answered(gcr, clouds, { args, image: "registry.example.com:5000/app" });
      assert.deepEqual(Object.keys(answer.auth), ["registry.example.com:5000"]);
    });

    test("is an error if the file is invalid or missing", async () => {
      set("not json");
      assert.match((await askPlugin(gcr, clouds, { args })).message, /it is not a JSON object/);
      clouds.google.instance.attributes = {};
      const { message } = await askPlugin(gcr, clouds, { args });
      assert.match(
        message,
        new RegExp(`reading the metadata attribute google-${flow}: status 404 .*set the attribute`),
      );
    });

    test("is for the node, and for pods only if the operator allows it", async () => {
      set(FILE);
      const question = {
        image: "registry.example.com/app",
        serviceAccount: { token: await clouds.google.podToken("cluster") },
      };
      for (const flags of [[], ["--identity=node"], ["--identity-fallback=node"]]) {
        assert.deepEqual(
          (await answered(gcr, clouds, { ...question, args: [...args, ...flags] })).calls,
          calls,
        );
      }
      const refused = await askPlugin(gcr, clouds, {
        ...question,
        args: [...args, "--identity-fallback=none"],
      });
      assert.match(refused.message, /credentials of --authFlow dockercfg(?:-url)? are the node's/);
      assert.match(refused.message, /--identity-fallback unassigned/);
      assert.deepEqual(refused.calls, []);
    });
  });
}

describe("the URL in google-dockercfg-url", () => {
  const args = ["--authFlow=dockercfg-url"];

  test("must be https, and is not shown", async () => {
    for (const url of [
      "http://files.example.com/x?sig=0123456789abcdef",
      "gs://bucket/x",
      "files.example.com/x",
      "",
    ]) {
      clouds.google.instance.attributes = { "google-dockercfg-url": url };
      const { message, calls } = await askPlugin(gcr, clouds, { args });
      assert.match(message, /it is not an https:\/\/ URL; serve the file over https/);
      assert.ok(!message.includes("0123456789abcdef"));
      assert.deepEqual(calls, ["google.metadata google-dockercfg-url 200"]);
    }
  });

  test("is not redirected, and not shown if it fails", async () => {
    const url = `${clouds.google.serveFile("/x", FILE)}?sig=0123456789abcdef`;
    clouds.google.instance.attributes = { "google-dockercfg-url": url };
    await clouds.faults.add({
      service: "google.files",
      fault: { kind: "redirect", location: "https://evil.test/y" },
    });
    const { message, lines } = await askPlugin(gcr, clouds, { args, image: "registry.example.com/app" });
    assert.match(message, /302|307/);
    assert.match(message, /not followed/);
    assert.ok(!`${message}${lines.join()}`.includes("0123456789abcdef"));
  });
});
