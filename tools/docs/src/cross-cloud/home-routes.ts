import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clouds } from "@imagecred/fake-clouds";
import { DOCS } from "@imagecred/workspace";
import type { NodeSide } from "./matrix.ts";
import { IMAGES, type Mistake, type Route } from "./route.ts";

/** A node that pulls from its own cloud: no trust to set up, and the plugin's own page has the configuration. */
export interface HomeRoute extends Route {
  /** Heading of the plugin's page, as a link from docs/identity. */
  readonly link: string;
}

const NOWHERE = "20000000-bbbb-4bbb-8bbb-00000000ffff";

/** Changes part of the fakes for one run. */
const around =
  <Part extends object>(
    part: (clouds: Clouds) => Part,
    change: Partial<Part>,
  ): NonNullable<Mistake["around"]> =>
  (clouds) => {
    const changed = part(clouds);
    const before = { ...changed };
    Object.assign(changed, change);
    return () => void Object.assign(changed, before);
  };

export const HOME_ROUTES: readonly HomeRoute[] = [
  {
    page: "ecr",
    link: "../ecr.md#the-nodes-identity",
    sources: ["ec2"],
    plugin: "ecr",
    image: IMAGES.ecr,
    env: (clouds) => clouds.aws.env("imds"),
    mistakes: [
      {
        what: "the role may not pull",
        around: (clouds) => {
          const { iam, instance } = clouds.aws;
          iam.addRole({ arn: "arn:aws:iam::123456789012:role/idle", allow: [] });
          return around(() => instance, { role: "arn:aws:iam::123456789012:role/idle" })(clouds);
        },
        says: /AccessDenied.*ecr:GetAuthorizationToken/,
      },
      {
        what: "the role's keys have expired",
        around: around(({ aws }) => aws.instance, { expiresIn: -60 }),
        says: /[Ee]xpired/,
      },
      {
        what: "the node is in Google Cloud",
        env: async (clouds) => ({
          AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${(await clouds.google.env("metadata"))["GCE_METADATA_HOST"]}`,
        }),
        says: /this node is in Google Cloud: set --node-identity=google/,
      },
    ],
  },
  {
    page: "acr",
    link: "../acr.md#the-nodes-identity",
    sources: ["azure", "arc"],
    plugin: "acr",
    image: IMAGES.acr,
    env: (clouds) => clouds.azure.env("managed-identity"),
    mistakes: [
      {
        what: "the machine has no managed identity",
        around: around(({ azure }) => azure.machine, { identities: [] }),
        says: /[Ii]dentity not found.*; give the virtual machine/,
      },
      {
        what: "the managed identity is of another tenant than the registry",
        around: (clouds) => {
          const before = clouds.azure.machine.identities;
          clouds.azure.machine.identities = clouds.azure.population("partner").machine;
          return () => {
            clouds.azure.machine.identities = before;
          };
        },
        says: /status 401/,
      },
      {
        what: "the node is in AWS",
        env: async (clouds) => ({
          AZURE_POD_IDENTITY_AUTHORITY_HOST:
            (await clouds.aws.env("imds"))["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "",
        }),
        says: /this node is in AWS: set --node-identity=aws/,
      },
    ],
  },
  {
    page: "gcr",
    link: "../gcr.md#the-nodes-identity",
    sources: ["gce"],
    plugin: "gcr",
    image: IMAGES.gcr,
    env: (clouds) => clouds.google.env("metadata"),
    mistakes: [
      {
        what: "no service account is attached",
        around: around(({ google }) => google.instance, { serviceAccounts: [] }),
        says: /status 404.*; the instance has no service account/,
      },
      {
        what: "the service account is not one of the instance's",
        args: [`--service-account=${NOWHERE}@imagecred-prod.iam.gserviceaccount.com`],
        says: /status 404.*; the instance has no such service account/,
      },
      {
        what: "the node is in Azure",
        env: async (clouds) => ({
          GCE_METADATA_HOST: (
            (await clouds.azure.env("managed-identity"))["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? ""
          ).replace("http://", ""),
        }),
        says: /this node is in Azure: set --node-identity=azure/,
      },
    ],
  },
];

/** The example from the plugin's page, with an azure.json that exists. */
export async function homeSide({ plugin }: HomeRoute, clouds: Clouds): Promise<NodeSide> {
  const shown = readFileSync(join(DOCS, `snippets/config/${plugin}.yaml`), "utf8");
  const azureJson = await clouds.azure.azureJsonFile("managed-identity", {
    userAssignedIdentityID: undefined,
  });
  return { configuration: shown.replace("/etc/kubernetes/azure.json", azureJson), serviceAccount: "" };
}
