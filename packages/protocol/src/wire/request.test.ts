import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RequestError } from "../errors.ts";
import { API_VERSIONS } from "./api-version.ts";
import { decodeRequest, MAX_REQUEST_BYTES } from "./request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const request = (fields: Record<string, unknown> = {}) => ({
  kind: "CredentialProviderRequest",
  apiVersion: API_VERSIONS[0],
  image: "r.example.com/app",
  ...fields,
});
const decode = (fields: Record<string, unknown>) => decodeRequest(bytes(JSON.stringify(request(fields))));

describe("decodeRequest", () => {
  test("decodes the kubelet's request", () => {
    // Recorded from kubelet v1.37.2: one line of compact JSON and a newline.
    const line =
      '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.example.com:5000/team/app","serviceAccountToken":"header.claims.signature","serviceAccountAnnotations":{"domain.io/role":"puller"}}\n';
    const decoded = decodeRequest(bytes(line));
    assert.equal(decoded.image.registry, "r.example.com:5000");
    assert.equal(decoded.image.repository, "team/app");
    assert.equal(decoded.serviceAccountToken?.reveal(), "header.claims.signature");
    assert.deepEqual({ ...decoded.serviceAccountAnnotations }, { "domain.io/role": "puller" });
  });

  test("accepts all three versions, and reads service account fields in v1 only", () => {
    for (const apiVersion of API_VERSIONS) {
      const decoded = decode({ apiVersion, serviceAccountToken: "token-of-the-pod" });
      assert.equal(decoded.apiVersion, apiVersion);
      assert.equal(decoded.serviceAccountToken !== undefined, apiVersion.endsWith("/v1"));
    }
  });

  test("ignores fields that a newer kubelet may send", () => {
    assert.equal(decode({ podUID: "x", nested: { a: [1] } }).image.host, "r.example.com");
  });

  test("an empty or null token is the same as no token, which the kubelet omits", () => {
    for (const serviceAccountToken of ["", null])
      assert.equal(decode({ serviceAccountToken }).serviceAccountToken, undefined);
  });

  test("keeps annotations named like object internals", () => {
    const line = `{"kind":"CredentialProviderRequest","apiVersion":"${API_VERSIONS[0]}","image":"r.io/a","serviceAccountAnnotations":{"__proto__":"x","constructor":"y"}}`;
    const { serviceAccountAnnotations } = decodeRequest(bytes(line));
    assert.equal(Object.entries(serviceAccountAnnotations).find(([key]) => key === "__proto__")?.[1], "x");
    assert.equal(serviceAccountAnnotations["constructor"], "y");
    assert.equal(serviceAccountAnnotations["toString"], undefined);
  });

  const whole = JSON.stringify(request());
  const refused: readonly (readonly [what: string, input: string | Uint8Array, message: RegExp])[] = [
    ["nothing", "", /nothing on stdin/],
    ["white space", " \n\t ", /nothing on stdin/],
    ["a truncated document", whole.slice(0, -5), /not one JSON document/],
    ["two documents", `${whole}\n${whole}\n`, /not one JSON document/],
    ["YAML", "kind: CredentialProviderRequest\napiVersion: v1\n", /not one JSON document/],
    ["a byte order mark", `\ufeff${whole}`, /byte order mark/],
    [
      "bytes that are not UTF-8",
      Uint8Array.from([...bytes('{"image":"'), 0xff, 0xfe, ...bytes('"}')]),
      /UTF-8/,
    ],
    ["an array", "[]", /an array, expected a JSON object/],
    ["null", "null", /null, expected a JSON object/],
    ["a string", '"x"', /expected a JSON object/],
    [
      "another kind",
      JSON.stringify(request({ kind: "CredentialProviderResponse" })),
      /kind is "CredentialProviderResponse"/,
    ],
    ["no kind", JSON.stringify(request({ kind: undefined })), /kind is missing/],
    [
      "another version",
      JSON.stringify(request({ apiVersion: "credentialprovider.kubelet.k8s.io/v2" })),
      /apiVersion is ".*v2", expected one of/,
    ],
    ["another group", JSON.stringify(request({ apiVersion: "v1" })), /apiVersion is "v1"/],
    ["no image", JSON.stringify(request({ image: undefined })), /image is missing/],
    ["an empty image", JSON.stringify(request({ image: "" })), /image is empty/],
    ["an image of another type", JSON.stringify(request({ image: 7 })), /image is a number/],
    ["an image with NUL", JSON.stringify(request({ image: "r.io/a\0b" })), /not an image name/],
    ["an image with a line break", JSON.stringify(request({ image: "r.io/a\nb" })), /not an image name/],
    [
      "a token of another type",
      JSON.stringify(request({ serviceAccountToken: { a: 1 } })),
      /serviceAccountToken is an object/,
    ],
    [
      "a token with a line break",
      JSON.stringify(request({ serviceAccountToken: "eyJh.eyJp.c2ln\n" })),
      /serviceAccountToken is not a token/,
    ],
    [
      "a token with half a character",
      '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.io/a","serviceAccountToken":"a\\ud800"}',
      /serviceAccountToken is not a token/,
    ],
    [
      "annotations of another type",
      JSON.stringify(request({ serviceAccountAnnotations: ["a"] })),
      /serviceAccountAnnotations is an array/,
    ],
    [
      "an annotation of another type",
      JSON.stringify(request({ serviceAccountAnnotations: { a: true } })),
      /serviceAccountAnnotations\["a"\] is a boolean/,
    ],
    ["more than the limit", `{"image":"${"a".repeat(MAX_REQUEST_BYTES)}"}`, /larger than/],
  ];
  for (const [what, input, message] of refused) {
    test(`refuses ${what}`, () => {
      const attempt = () => decodeRequest(typeof input === "string" ? bytes(input) : input);
      assert.throws(attempt, (error: Error) => error instanceof RequestError && message.test(error.message));
    });
  }

  test("never shows a token in an error", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/), fc.nat(200), (token, cut) => {
        const text = JSON.stringify(request({ serviceAccountToken: token }));
        const broken = text.slice(0, Math.max(1, text.length - 1 - (cut % text.length)));
        assert.throws(
          () => decodeRequest(bytes(broken)),
          (error: Error) => !error.message.includes(token),
        );
      }),
    );
  });

  test("throws only RequestError, for any input", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes)), (input) => {
        try {
          decodeRequest(input);
        } catch (error) {
          assert.ok(error instanceof RequestError);
        }
      }),
    );
  });
});
