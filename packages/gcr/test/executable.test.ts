import { type Call, describePlugin, type Inputs, type Scenario } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";

const metadata: Call = { service: "google.metadata", operation: "token", kind: "metadata" };
const sts: Call = { service: "google.sts", operation: "Token", kind: "cloud" };
const iam: Call = { service: "google.iamcredentials", operation: "GenerateAccessToken", kind: "cloud" };
const oauth: Call = { service: "google.oauth2", operation: "JwtBearer", kind: "cloud" };

async function gkePod({ google, cluster }: Clouds): Promise<Inputs> {
  return {
    args: ["get-credentials", `--identity-provider=${cluster.issuer}`, "--project-id", google.projectId],
    env: await google.env("metadata"),
    request: {
      token: await google.podToken("gke"),
      annotations: { "iam.gke.io/enable-wi-image-pull": "true" },
    },
  };
}

async function pod({ google }: Clouds): Promise<Inputs> {
  return {
    args: [`--workload-identity-provider=${google.provider("cluster")}`],
    env: await google.env("metadata"),
    request: {
      token: await google.podToken("cluster"),
      annotations: { "iam.gke.io/gcp-service-account": google.email("puller") },
    },
  };
}

const scenario: Scenario = {
  plugin: "gcr",
  executable: "gcr-credential-provider",
  image: "gcr.io/project/app",
  cases: [
    {
      what: "the instance's service account, by the metadata server",
      setUp: async ({ google }) => ({ args: ["get-credentials"], env: await google.env("metadata") }),
      calls: [metadata],
      cacheKeyType: "Global",
      setLife: ({ google }, seconds) => {
        google.instance.tokenSeconds = seconds;
      },
    },
    { what: "the pod, by GKE's pool", setUp: gkePod, calls: [sts], cacheKeyType: "Registry" },
    {
      what: "the pod as a service account, by a workload identity pool",
      setUp: pod,
      calls: [sts, iam],
      opensEarly: "google.iamcredentials",
      cacheKeyType: "Registry",
    },
    {
      what: "a service account, by its key",
      setUp: async ({ google }) => ({ env: await google.env("service-account-key") }),
      calls: [oauth],
      cacheKeyType: "Global",
    },
  ],
  foreignImages: [
    "docker.io/library/nginx",
    "registry.k8s.io/pause",
    "evilgcr.io/project/app",
    "evil-pkg.dev/project/app",
    "gcr.io.evil.test/project/app",
    "us-docker.pkg.dev.evil.test/project/app",
    "docker.us.rep.pkg.dev.evil.test/project/app",
    "docker.s3nsregistry.fr/project/app",
    "docker.pkg-berlin-build0.goog/project/app",
    "pkg.dev/project/app",
    "gcr.io:5000/project/app",
    "myreg.azurecr.io/app",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com/app",
  ],
  offCloud: {
    setUp: async () => ({}),
    tried: /the metadata server .*http:\/\/169\.254\.169\.254.*GOOGLE_APPLICATION_CREDENTIALS/,
  },
  network: {
    cloudHosts: ["sts.googleapis.com", "iamcredentials.googleapis.com", "oauth2.googleapis.com"],
    metadataService: "google.metadata",
    metadataHosts: ["metadata.google.internal"],
    setUp: async () => ({ args: ["get-credentials"] }),
  },
};

describePlugin(scenario, import.meta.filename);
