import type { Clouds, GoogleIdentity } from "@imagecred/fake-clouds";
import { accepted } from "../registry.ts";
import type { Comparison, Situation, Start } from "../situation.ts";
import { GCR_TESTS } from "./vendor-tests.ts";

/** One of the Google Cloud identities that the fakes know, without the route to the metadata server. */
const as =
  (identity: GoogleIdentity) =>
  async ({ google }: Clouds): Promise<Start> => {
    const { GCE_METADATA_HOST: _, ...env } = await google.env(identity);
    return { env };
  };

/** The instance's metadata says this. */
const attributes =
  (flow: "dockercfg" | "dockercfg-url", values: (clouds: Clouds) => Readonly<Record<string, string>>) =>
  (clouds: Clouds): Start => {
    clouds.google.instance.attributes = { ...values(clouds) };
    return { args: ["get-credentials", `--authFlow=${flow}`] };
  };

const dockercfg = (file: unknown) =>
  attributes("dockercfg", () => ({
    "google-dockercfg": typeof file === "string" ? file : JSON.stringify(file),
  }));

const AUTH = Buffer.from("operator:hunter2").toString("base64");

const answer =
  (operation: string, status: number, times?: number) =>
  async ({ faults }: Clouds): Promise<Start> => {
    const fault = { kind: "answer", reply: { status, headers: {}, body: "<html>busy</html>" } } as const;
    const service = "google.metadata";
    await faults.add({ service, operation, fault, ...(times === undefined ? {} : { times }) });
    return {};
  };

/** A pod whose service account has these annotations. */
const pod =
  (annotations: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  async (clouds: Clouds): Promise<Start> => ({
    args: ["get-credentials", ...args],
    request: { token: await clouds.google.podToken("gke"), annotations },
  });

function host(name: string, differs?: string): Situation {
  return {
    name: `\`${name}\``,
    image: `${name}/project/app`,
    ...(differs === undefined ? {} : { differs }),
  };
}

const EMPTY = "Every failure is exit 0 with an empty response.";
const NO_PODS = "The newest release does not support pods' identities";

export const GCR: Comparison = {
  plugin: "gcr",
  page: "migrate/auth-provider-gcp.md",
  executable: "gcr-credential-provider",
  image: "us-docker.pkg.dev/project/repo/app",
  names: {
    clouds: [
      "oauth2.googleapis.com",
      "sts.googleapis.com",
      "iamcredentials.googleapis.com",
      "files.example.com",
      "sts.us-west-2.amazonaws.com",
    ],
    metadata: ["metadata.google.internal", "metadata.google.internal.", "metadata"],
  },
  metadata: { service: "google.metadata", ipv6: "fd20:ce::254" },
  usual: () => ({ args: ["get-credentials"] }),
  restore: ({ google }) => {
    const account = (name: "node" | "builder") => ({
      email: google.email(name),
      scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    });
    Object.assign(google.instance, {
      serviceAccounts: [account("node"), account("builder")],
      universe: "googleapis.com",
      attributes: {},
      tokenSeconds: 3599,
    });
  },
  holder: async (clouds, source, login) => {
    if (login.username !== "_token") return `${login.username} of the file`;
    const grant = await clouds.google.check(login.password);
    if (grant === undefined || !(await accepted(clouds, source, login))) return undefined;
    return grant.principal.replace(/^serviceAccount:([^@]+)@.*/, "$1").replace(/^principal:.*subject\//, "");
  },
  groups: [
    {
      title: "The node's identity",
      situations: [
        { name: "the instance has a service account" },
        {
          name: "a metadata server without universe support",
          arrange: ({ google }) => {
            google.instance.universe = undefined;
            return {};
          },
        },
        {
          name: "the instance has no service account",
          arrange: ({ google }) => {
            google.instance.serviceAccounts = [];
            return {};
          },
          differs: EMPTY,
        },
        {
          name: "the service account has no access scopes",
          arrange: ({ google }) => {
            google.instance.serviceAccounts = [{ email: google.email("node"), scopes: [] }];
            return {};
          },
          differs: EMPTY,
        },
        {
          name: "the access scopes do not include registries",
          arrange: ({ google }) => {
            const scopes = ["https://www.googleapis.com/auth/logging.write"];
            google.instance.serviceAccounts = [{ email: google.email("node"), scopes }];
            return {};
          },
        },
        {
          name: "nothing listens at the metadata address",
          arrange: async ({ faults }) => {
            await faults.add({ service: "google.metadata", fault: { kind: "refuse" } });
            return {};
          },
          differs: EMPTY,
        },
        {
          name: "the request for the email address fails",
          arrange: answer("email", 500),
          differs: "The service account's email address is requested",
        },
        {
          name: "`GOOGLE_APPLICATION_CREDENTIALS` with a key",
          arrange: as("service-account-key"),
        },
        {
          name: "`GOOGLE_APPLICATION_CREDENTIALS` that impersonates another account",
          arrange: as("impersonated-service-account"),
          differs: "`GOOGLE_APPLICATION_CREDENTIALS` is ignored.",
        },
        {
          name: "`GOOGLE_APPLICATION_CREDENTIALS` names a file that does not exist",
          arrange: () => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: "/nonexistent" } }),
          differs: "`GOOGLE_APPLICATION_CREDENTIALS` is ignored.",
        },
        {
          name: "`GCE_METADATA_HOST` where nothing listens",
          arrange: () => ({ env: { GCE_METADATA_HOST: "127.0.0.1:9" } }),
          differs: "`GCE_METADATA_HOST` is ignored.",
        },
        {
          name: "`KUBE_SIDECAR_CACHE_DURATION=1h`",
          arrange: () => ({ env: { KUBE_SIDECAR_CACHE_DURATION: "1h" } }),
        },
      ],
    },
    {
      title: "Pods",
      situations: [
        { name: "no annotation", arrange: pod({}) },
        {
          name: '`iam.gke.io/enable-wi-image-pull: "true"`, the pool is configured',
          arrange: async (clouds) =>
            await pod(
              { "iam.gke.io/enable-wi-image-pull": "true" },
              `--identity-provider=${clouds.cluster.issuer}`,
              `--project-id=${clouds.google.projectId}`,
            )(clouds),
          differs: NO_PODS,
        },
        {
          name: '`iam.gke.io/enable-wi-image-pull: "true"`, no pool is configured',
          arrange: pod({ "iam.gke.io/enable-wi-image-pull": "true" }),
        },
        {
          name: '`iam.gke.io/enable-wi-image-pull: "false"`',
          arrange: pod({ "iam.gke.io/enable-wi-image-pull": "false" }),
        },
        {
          name: "only `iam.gke.io/gcp-service-account`",
          arrange: pod({ "iam.gke.io/gcp-service-account": "puller@imagecred-prod.iam.gserviceaccount.com" }),
        },
      ],
    },
    {
      title: "Images",
      situations: [
        { name: "with a tag", image: "gcr.io/project/app:v1.2" },
        { name: "with a digest", image: `gcr.io/project/app@sha256:${"0".repeat(64)}` },
        host("gcr.io"),
        host("eu.gcr.io"),
        host("us-central1-docker.pkg.dev"),
        host("gcr.io:443", "Keys have no ports"),
        host("docker.us-central1.rep.pkg.dev", "There is no key for `docker.*.rep.pkg.dev`"),
        {
          ...host("container.cloud.google.com", "The response has a key for `container.cloud.google.com`."),
          registry: "gcr.io/project/app",
        },
        host("docker.io", "An image of another registry: keys of Google's"),
        host("gcr.io.evil.test", "An image of another registry: keys of Google's"),
      ],
    },
    {
      title: "dockercfg",
      situations: [
        {
          name: "an entry for the image's registry",
          image: "quay.io/org/app",
          arrange: dockercfg({ "quay.io": { auth: AUTH } }),
        },
        {
          name: "an entry with `username` and `password`",
          image: "quay.io/org/app",
          arrange: dockercfg({ "quay.io": { username: "operator", password: "hunter2" } }),
        },
        {
          name: "Docker Hub's `https://index.docker.io/v1/`",
          image: "docker.io/library/nginx",
          arrange: dockercfg({ "https://index.docker.io/v1/": { auth: AUTH } }),
        },
        {
          name: "an entry with a path",
          image: "quay.io/org/app",
          arrange: dockercfg({ "quay.io/org": { auth: AUTH } }),
        },
        {
          name: "an entry with a pattern",
          image: "my.quay.io/org/app",
          arrange: dockercfg({ "*.quay.io": { auth: AUTH } }),
        },
        {
          name: "only entries of other registries",
          image: "quay.io/org/app",
          arrange: dockercfg({ "ghcr.io": { auth: AUTH } }),
          differs: EMPTY,
        },
        {
          name: "an entry of another registry that cannot be read",
          image: "quay.io/org/app",
          arrange: dockercfg({ "ghcr.io": { auth: "!" }, "quay.io": { auth: AUTH } }),
          differs: "An entry of the file that cannot be read",
        },
        {
          name: '`{"auths": ...}`, the format of config.json',
          image: "quay.io/org/app",
          arrange: dockercfg({ auths: { "quay.io": { auth: AUTH } } }),
          differs: '`{"auths": ...}` in the attribute',
        },
        {
          name: "the attribute does not exist",
          image: "quay.io/org/app",
          arrange: attributes("dockercfg", () => ({})),
          differs: EMPTY,
        },
        { name: "not JSON", image: "quay.io/org/app", arrange: dockercfg("hello"), differs: EMPTY },
        {
          name: "`dockercfg-url`",
          image: "quay.io/org/app",
          arrange: attributes("dockercfg-url", ({ google }) => ({
            "google-dockercfg-url": google.serveFile(
              "/dockercfg",
              JSON.stringify({ "quay.io": { auth: AUTH } }),
            ),
          })),
        },
        {
          name: "`dockercfg-url` with a newline at the end",
          image: "quay.io/org/app",
          differs: "`dockercfg-url` with a newline",
          arrange: attributes("dockercfg-url", ({ google }) => ({
            "google-dockercfg-url": `${google.serveFile("/dockercfg", JSON.stringify({ "quay.io": { auth: AUTH } }))}\n`,
          })),
        },
        {
          name: "`dockercfg-url`, and the file does not exist",
          image: "quay.io/org/app",
          arrange: attributes("dockercfg-url", () => ({
            "google-dockercfg-url": "https://files.example.com/absent",
          })),
          differs: EMPTY,
        },
      ],
    },
    {
      title: "Command line and request",
      situations: [
        {
          name: "no arguments",
          arrange: () => ({ args: [] }),
          differs: "`get-credentials` is required.",
        },
        { name: "`-a gcr`", arrange: () => ({ args: ["get-credentials", "-a", "gcr"] }) },
        { name: "`--v=3`", arrange: () => ({ args: ["get-credentials", "--v=3"] }) },
        {
          name: "`--authFlow=nonsense`",
          arrange: () => ({ args: ["get-credentials", "--authFlow=nonsense"] }),
        },
        { name: "an unknown flag", arrange: () => ({ args: ["get-credentials", "--nonsense"] }) },
        {
          name: "a request of `v1beta1`",
          arrange: () => ({ request: { apiVersion: "v1beta1" } }),
          differs: "Kind and version of the request",
        },
        {
          name: "a request of `v1alpha1`",
          arrange: () => ({ request: { apiVersion: "v1alpha1" } }),
          differs: "Kind and version of the request",
        },
        { name: "a request without an image", image: "", differs: EMPTY },
        { name: "a request that is not JSON", arrange: () => ({ stdin: "hello\n" }) },
      ],
    },
    {
      title: "Network and failures",
      situations: [
        {
          name: "`HTTP_PROXY`",
          arrange: ({ core }) => ({ env: { HTTP_PROXY: core.proxy.url } }),
          differs: "Metadata requests go through `HTTP_PROXY`",
        },
        {
          name: "`HTTP_PROXY` and `NO_PROXY=metadata.google.internal`",
          differs: "Metadata requests go through `HTTP_PROXY`",
          arrange: ({ core }) => ({
            env: { HTTP_PROXY: core.proxy.url, NO_PROXY: "metadata.google.internal" },
          }),
        },
        {
          name: "`HTTPS_PROXY` where nothing listens",
          arrange: () => ({ env: { HTTPS_PROXY: "http://127.0.0.1:9" } }),
        },
        { name: "a node without IPv4", network: "IPv6 only" },
        {
          name: "the metadata server returns 503 once",
          arrange: answer("token", 503, 1),
          differs: "10 and 30 seconds, no retry.",
        },
        { name: "the metadata server returns 500", arrange: answer("token", 500), differs: EMPTY },
        {
          name: "the metadata server returns an HTML page instead of a token",
          arrange: answer("token", 200),
          differs: EMPTY,
        },
      ],
    },
    GCR_TESTS,
  ],
};
