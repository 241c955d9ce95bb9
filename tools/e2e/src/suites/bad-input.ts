import { describe, test } from "node:test";
import type { Runtime } from "@imagecred/workspace";
import { expectFailure, expectNothingSent } from "../expect.ts";
import { expectWithin } from "../fastest.ts";
import { kubeletRequest } from "../request.ts";
import type { Suite } from "../suite.ts";

/**
 * Milliseconds within which a plugin must reject a bad request. Node.js alone takes 35 to 45 ms to start on an idle
 * machine, plus the time to read a file of 116 MB if it is not cached.
 */
const LIMIT_MS: Readonly<Record<Runtime, number>> = { static: 100, nodejs: 600 };

/** Input that is not a request, or a request without a valid response: rejected before anything is sent. */
export const badInput: Suite = (subject) => {
  const { image, foreignImages } = subject.scenario;
  const good = kubeletRequest(image);
  const withFields = (fields: object) => `${JSON.stringify({ ...JSON.parse(good), ...fields })}\n`;
  const slash = image.indexOf("/");
  const host = image.slice(0, slash);

  const inputs: readonly (readonly [what: string, stdin: string | Uint8Array, stderr?: RegExp])[] = [
    ["nothing", ""],
    ["white space only", " \n\t\n"],
    ["a truncated document", good.slice(0, good.length / 2)],
    ["two documents", good + good],
    ["something after the document", `${good}x`],
    [
      "YAML",
      `kind: CredentialProviderRequest\napiVersion: credentialprovider.kubelet.k8s.io/v1\nimage: ${image}\n`,
    ],
    ["a byte order mark", `\ufeff${good}`],
    ["UTF-16", Buffer.from(`\ufeff${good}`, "utf16le")],
    ["an array", `[${good.trim()}]`],
    ["null", "null\n"],
    ["another kind", withFields({ kind: "CredentialProviderResponse" })],
    ["no kind", withFields({ kind: undefined })],
    ["an unknown version", withFields({ apiVersion: "credentialprovider.kubelet.k8s.io/v2" }), /v2/],
    ["another group's version", withFields({ apiVersion: "v1" })],
    ["no version", withFields({ apiVersion: undefined })],
    ["an image that is a number", withFields({ image: 7 })],
    ["an image that is an object", withFields({ image: { name: image } })],
    ["no image", withFields({ image: undefined })],
    ["an empty image", withFields({ image: "" })],
    ["a token that is a number", withFields({ serviceAccountToken: 7 })],
    ["annotations that are a list", withFields({ serviceAccountAnnotations: ["a"] })],
    ["an annotation that is a number", withFields({ serviceAccountAnnotations: { a: 1 } })],
    ["an image with NUL", withFields({ image: `${host}/a\u0000b` })],
    ["an image with a line end", withFields({ image: `${host}/a\nb` })],
    ["a host with a line end", withFields({ image: `${host}\n/app` })],
    ["an image with bad UTF-8", badUtf8(good, image)],
    ["3 MB of image", withFields({ image: `${host}/${"a".repeat(3_000_000)}` })],
    ["3 MB of white space around it", `${" ".repeat(3_000_000)}${good}`],
    ["3 MB of zeros", new Uint8Array(3_000_000)],
    ["a host with a user in front", withFields({ image: `${host}@evil.test/app` })],
    ["a host with a path in front", withFields({ image: `evil.test/${image}` })],
    ["a host with a scheme", withFields({ image: `https://${image}` })],
    ["the host with .evil.test behind it", withFields({ image: `${host}.evil.test/app` }), /evil\.test/],
    ["the host with evil- before it", withFields({ image: `evil-${host}/app` })],
    ...foreignImages.map((foreign) => [foreign, withFields({ image: foreign })] as const),
  ];

  describe("bad input", () => {
    for (const [what, stdin, stderr] of inputs) {
      test(`${what}: exit 1, one line, nothing sent, under ${LIMIT_MS[subject.runtime]} ms`, async () => {
        await expectWithin(
          LIMIT_MS[subject.runtime],
          () => subject.run({ stdin }),
          (result) => {
            expectFailure(result, subject.scenario.executable, stderr);
            expectNothingSent(subject.clouds);
          },
        );
      });
    }
  });
};

/** The request with one byte of its image replaced by a byte that is invalid in UTF-8. */
function badUtf8(request: string, image: string): Uint8Array {
  const bytes = Buffer.from(request);
  bytes[bytes.indexOf(image) + image.length - 1] = 0xff;
  return bytes;
}
