import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crypto } from "@imagecred/protocol/runtime";
import type { FileSystem } from "../file-system.ts";
import { memoryFileSystem } from "../testing/memory-file-system.ts";
import { readConfig } from "./read-config.ts";

const PROVIDER = `    matchImages: [r.io]
    defaultCacheDuration: 10m
    apiVersion: credentialprovider.kubelet.k8s.io/v1
`;
const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: p1
${PROVIDER}`;

function read(
  files: Readonly<Record<string, string>>,
  path: string,
  kubernetesVersion = "1.37",
  fileSystem?: FileSystem,
) {
  const contents = new Map(Object.entries(files).map(([name, data]) => [name, Buffer.from(data)]));
  return readConfig(path, {
    fileSystem: fileSystem ?? memoryFileSystem(contents),
    crypto,
    kubernetesVersion,
  });
}

test("every problem has a position; for a missing value, that of the object that lacks it", () => {
  const text = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: a b
    matchImages: [r.io, "r.io:x"]
    apiVersion: v2
  - matchImages:
      - r.io
    defaultCacheDuration: -1m
`;
  const reading = read({ "/c.yaml": text }, "/c.yaml");
  assert.deepEqual(
    reading.problems.map(({ code, path, location }) => [code, path, `${location?.line}:${location?.column}`]),
    [
      ["invalid", "providers[0].name", "4:11"],
      ["unsupported", "providers[0].apiVersion", "6:17"],
      ["invalid", "providers[0].matchImages[1]", "5:25"],
      ["required", "providers[0].defaultCacheDuration", "4:5"],
      ["required", "providers[1].apiVersion", "7:5"],
      ["invalid", "providers[1].defaultCacheDuration", "9:27"],
    ],
  );
  assert.equal(reading.accepted, false);
  assert.equal(reading.readError, undefined);
  assert.match(
    reading.kubeletError ?? "",
    /^failed to validate credential provider config: \[providers\.name: /,
  );
});

test("strict decoding reports each unknown and repeated field, and the rest is still validated", () => {
  const text = CONFIG.replace("r.io]", '"r.io:x"]').replace("name: p1", "name: p1\n    x: 1\n    name: p2");
  const reading = read({ "/c.yaml": `${text}z: 2\n` }, "/c.yaml");
  assert.deepEqual(
    reading.problems.map(({ code, message, location }) => [code, message, location?.line]),
    [
      ["duplicate-key", 'line 6: key "name" already set in map', 6],
      ["unknown-field", 'unknown field "providers[0].x"', 5],
      ["unknown-field", 'unknown field "z"', 10],
      [
        "invalid",
        'providers.matchImages: Invalid value: "r.io:x": match image is invalid: parse "https://r.io:x": invalid port ":x" after host',
        7,
      ],
    ],
  );
  assert.equal(
    reading.kubeletError,
    'error decoding config "/c.yaml": strict decoding error: yaml: unmarshal errors:\n  line 6: key "name" already set in map, unknown field "providers[0].x", unknown field "z"',
  );
  assert.deepEqual(reading.validationErrors, []);
});

test("positions in JSON count characters, not bytes", () => {
  const text =
    '{"apiVersion":"kubelet.config.k8s.io/v1","kind":"CredentialProviderConfig",\n"\u00fc":1,"providers":[{"name":5}]}';
  const reading = read({ "/c.json": text }, "/c.json");
  assert.deepEqual(
    reading.problems.map(({ location }) => [location?.line, location?.column]),
    [[2, 28]],
  );
});

describe("a directory", () => {
  const files = {
    "/d/10.yaml": CONFIG,
    "/d/9.json": "{",
    "/d/a.txt": "x",
    "/d/b.YAML": "x",
    "/d/sub/c.yaml": "x",
  };

  test("is read in the order of bytes, without files of other extensions", () => {
    const reading = read(files, "/d");
    assert.deepEqual(reading.files, ["/d/10.yaml", "/d/9.json"]);
    assert.equal(
      reading.kubeletError,
      `error decoding config "/d/9.json": couldn't get version/kind; json parse error: unexpected end of JSON input`,
    );
    assert.equal(reading.config?.providers.length, 1);
  });

  test("reports the second of two providers with the same name", () => {
    const reading = read(
      { "/d/a.yaml": CONFIG, "/d/b.yaml": CONFIG.replace("p1", "p0").concat(`  - name: p1\n${PROVIDER}`) },
      "/d/",
    );
    assert.equal(reading.kubeletError, 'duplicate provider name "p1" found in configuration file(s)');
    assert.deepEqual(
      reading.problems.map(({ code, path, location }) => [code, path, location]),
      [["duplicate-provider", "providers[2].name", { file: "/d/b.yaml", line: 8, column: 11 }]],
    );
    assert.deepEqual(reading.locate("providers[1].name"), { file: "/d/b.yaml", line: 4, column: 11 });
  });

  test("is not accepted before 1.34", () => {
    const reading = read(files, "/d", "1.33");
    assert.equal(
      reading.kubeletError,
      'unable to read external registry credential provider configuration from "/d": read /d: is a directory',
    );
  });

  test("without configuration files is an error", () => {
    assert.equal(read({ "/d/x": "" }, "/d").kubeletError, 'no configuration files found in directory "/d"');
  });
});

describe("a path that cannot be read", () => {
  const failing = (code: string): FileSystem => {
    const fail = () => {
      throw Object.assign(new Error(code), { code });
    };
    return { status: () => ({ kind: "file", mode: 0 }), read: fail, list: fail };
  };

  test("says why in Go's words", () => {
    assert.equal(read({}, "").kubeletError, "credential provider config path is empty");
    assert.equal(
      read({}, "/no").kubeletError,
      'unable to access path "/no": stat /no: no such file or directory',
    );
    assert.equal(
      read({ "/f": "" }, "/f/x").kubeletError,
      'unable to access path "/f/x": stat /f/x: not a directory',
    );
    assert.equal(
      read({}, "/x", "1.37", failing("EACCES")).kubeletError,
      'unable to read file "/x": open /x: permission denied',
    );
    assert.equal(
      read({}, "/x", "1.30", failing("EACCES")).kubeletError,
      'unable to read external registry credential provider configuration from "/x": open /x: permission denied',
    );
  });
});

/** Read from the kubelets' sources: config.go and errors.go of each minor version. */
describe("versions", () => {
  const withTokens = `${CONFIG}    tokenAttributes:
      serviceAccountTokenAudience: a
      requireServiceAccount: true
      requiredServiceAccountAnnotationKeys: [a/b/c]
`;
  const errors = (text: string, version: string, saTokens?: boolean) =>
    readConfig("/c.yaml", {
      fileSystem: memoryFileSystem(new Map([["/c.yaml", Buffer.from(text)]])),
      crypto,
      kubernetesVersion: version,
      ...(saTokens === undefined ? {} : { saTokens }),
    });

  test("decoding is strict from 1.32 on", () => {
    const text = CONFIG.replace("name: p1", "name: p0\n    name: p1\n    x: 1");
    assert.equal(errors(text, "1.31").accepted, true);
    assert.equal(errors(text, "1.31").config?.providers[0]?.name, "p1");
    assert.equal(errors(text, "1.32").accepted, false);
  });

  test("tokenAttributes is unknown before 1.33, behind a gate in 1.33, and requires a cacheType from 1.34 on", () => {
    assert.match(
      errors(withTokens, "1.32").kubeletError ?? "",
      /unknown field "providers\[0\]\.tokenAttributes"$/,
    );
    assert.deepEqual(errors(withTokens, "1.31").config?.providers[0]?.tokenAttributes, null);
    assert.match(
      errors(withTokens, "1.33").kubeletError ?? "",
      /providers\.tokenAttributes: Forbidden: .* disabled, /,
    );
    assert.match(errors(withTokens, "1.33", true).kubeletError ?? "", /a qualified name must consist/);
    assert.match(
      errors(withTokens, "1.34").kubeletError ?? "",
      /cacheType: Required value: cacheType is required/,
    );
    assert.match(errors(withTokens, "1.34").kubeletError ?? "", /a qualified name must consist/);
    assert.match(errors(withTokens, "1.35").kubeletError ?? "", /a valid label key must consist/);
    assert.match(
      errors(`${withTokens}      cacheType: Token\n`, "1.33").kubeletError ?? "",
      /unknown field "providers\[0\]\.tokenAttributes\.cacheType"$/,
    );
  });

  test("before 1.35, messages give lengths of annotation keys in characters", () => {
    const text = `${withTokens}      cacheType: Token\n`.replace("a/b/c", "x".repeat(64));
    assert.match(errors(text, "1.34").kubeletError ?? "", /name part must be no more than 63 characters$/);
    assert.match(errors(text, "1.35").kubeletError ?? "", /name part must be no more than 63 bytes$/);
  });

  test("texts are longer before 1.34", () => {
    const text = CONFIG.replace("10m", "-1m").replace(/ {4}apiVersion.*\n/, "");
    assert.deepEqual(errors(text, "1.33").validationErrors, [
      "providers.apiVersion: Required value: apiVersion is required",
      "providers.defaultCacheDuration: Invalid value: -1m0s: defaultCacheDuration must be greater than or equal to 0",
    ]);
    assert.deepEqual(errors(text, "1.34").validationErrors, [
      "providers.apiVersion: Required value",
      'providers.defaultCacheDuration: Invalid value: "-1m0s": must be greater than or equal to 0',
    ]);
  });

  test("a kubelet exits because of a duplicate name when it registers it, in 1.33 validates it, and since 1.34 reads it", () => {
    const text = `${CONFIG}  - name: p1\n${PROVIDER}`;
    assert.equal(errors(text, "1.32").kubeletError, 'Credential provider "p1" was registered twice');
    assert.deepEqual(errors(text, "1.32").validationErrors, []);
    assert.deepEqual(errors(text, "1.33").validationErrors, ['providers.name: Duplicate value: "p1"']);
    assert.match(errors(text, "1.34").kubeletError ?? "", /^duplicate provider name "p1" found/);
  });
});
