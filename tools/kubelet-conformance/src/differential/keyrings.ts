import fc from "fast-check";
import { glob, repository } from "./names.ts";
import { durationText } from "./values.ts";

const HOSTS = [
  "r.io",
  "*.r.io",
  "a.r.io",
  "r.io:5000",
  "r.io/a",
  "r.io/a/b",
  "r.io/ab",
  "index.docker.io",
  "docker.io",
  "docker.io/library",
];
const AUTH_KEYS = [
  ...HOSTS,
  "https://r.io",
  "http://r.io/v1/",
  "https://index.docker.io/v1/",
  "r.io/v2/",
  "r.io/v1/a",
  "https://r.io/v2",
  "r.io/",
  "*.io",
  "*",
  "",
];
const IMAGES = [
  "r.io/a",
  "r.io/a/b/c",
  "r.io/abc",
  "a.r.io/x",
  "r.io:5000/x",
  "docker.io/library/nginx",
  "docker.io/x/y",
  "localhost:5000/x",
  "nginx",
  "r.io",
];

const login = fc.record({
  username: fc.constantFrom("", "u", "00000000-0000-0000-0000-000000000000"),
  password: fc.constantFrom("", "p", "q"),
});
const auth = fc.dictionary(
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...AUTH_KEYS) }, { weight: 1, arbitrary: glob }),
  login,
  { maxKeys: 4 },
);

/** Plugins' responses and an image, for the order in which credentials are tried. Equal keys within one response of different
 * spelling (r.io and https://r.io) come in random order out of a Go map, so each key's credentials are alike. */
export const keyring: fc.Arbitrary<{ image: string; providers: Record<string, unknown>[] }> = fc.record({
  image: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...IMAGES) }, { weight: 1, arbitrary: repository }),
  providers: fc.array(
    auth.chain((one) =>
      login.map((shared) => Object.fromEntries(Object.keys(one).map((key) => [key, shared]))),
    ),
    { maxLength: 4 },
  ),
});

const response = fc.record(
  {
    cacheKeyType: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("Image", "Registry", "Global") },
      { weight: 1, arbitrary: fc.constantFrom("", "image", "ServiceAccount") },
    ),
    cacheDuration: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(null, "5m", "0s", "-1m", "1ns", "10s", "2540400h") },
      { weight: 1, arbitrary: durationText.filter((text) => GO_DURATION.test(text)) },
    ),
    auth,
    echoToken: fc.boolean(),
    error: fc.constantFrom("", "", "", "exit status 1"),
  },
  { requiredKeys: ["cacheKeyType", "cacheDuration", "auth"] },
);

/** Only valid durations: another comparison covers their errors. */
const GO_DURATION = /^-?(?:\d{1,3}(?:ms|s|m|h))+$/;

const step = fc.record(
  {
    wait: fc.constantFrom(0, 0, 1, 10, 299, 300, 301, 600, 900, 901),
    image: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          "r.io/a",
          "r.io/b",
          "a.r.io/b",
          "r.io:5000/b",
          "other.io/x",
          "docker.io/library/nginx",
        ),
      },
      { weight: 1, arbitrary: repository },
    ),
    response,
    serviceAccount: fc.constantFrom("", "sa", "sb"),
    serviceAccountUID: fc.constantFrom("u1", "u2"),
    serviceAccountAnnotations: fc.dictionary(
      fc.constantFrom("a/id", "a/opt", "other"),
      fc.constantFrom("", "1", "2"),
      { maxKeys: 3 },
    ),
    token: fc.constantFrom("tok1", "tok2", ""),
    podUID: fc.constantFrom("p1", "p2"),
  },
  {
    requiredKeys: [
      "wait",
      "image",
      "response",
      "serviceAccount",
      "serviceAccountUID",
      "serviceAccountAnnotations",
      "token",
      "podUID",
    ],
  },
);

const tokenAttributes = fc.record({
  audience: fc.constantFrom("aud"),
  cacheType: fc.constantFrom("ServiceAccount", "Token"),
  requireServiceAccount: fc.boolean(),
  required: fc.subarray(["a/id"]),
  optional: fc.subarray(["a/opt"]),
});

/** A provider and a sequence of pulls on its clock. */
export const provide: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      matchImages: fc.oneof(
        fc.constant(["*.r.io", "r.io", "r.io:5000", "docker.io"]),
        fc.array(glob, { minLength: 1, maxLength: 3 }),
      ),
      defaultCacheDuration: fc.constantFrom("10m", "0s", "1s", "5m"),
      tokenAttributes,
      steps: fc.array(step, { minLength: 1, maxLength: 8 }),
    },
    { requiredKeys: ["matchImages", "defaultCacheDuration", "steps"] },
  )
  .map(({ steps, ...provider }) => {
    let atSeconds = 0;
    return {
      ...provider,
      steps: steps.map(({ wait, podUID, ...rest }) => {
        atSeconds += wait;
        return { ...rest, atSeconds, namespace: "ns", pod: podUID, podUID };
      }),
    };
  });
