/** Google's side: a pool whose provider accepts identities of other clouds, and the service account that they impersonate. */
import { quoted, resource } from "./text.ts";
import type { ValueName, Values } from "./values.ts";

/** Values of the pool and the repository, which every route to Google needs. */
export const REPOSITORY_VALUES: readonly ValueName[] = [
  "google-project",
  "google-project-number",
  "google-location",
  "google-repository",
];

const POOL = "image-pulls";
const ACCOUNT = "image-puller";
const READER = "roles/artifactregistry.reader";

/** A provider of the pool, for one command and one Terraform resource. */
interface PoolProvider {
  readonly name: string;
  /** KIND in `providers create-KIND`. */
  readonly kind: "oidc" | "aws" | "x509";
  /** Options of the command, one per line. */
  readonly options: readonly string[];
  /** Lines of the resource after its names: arguments and the block of its kind. */
  readonly terraform: readonly string[];
  /** The pool's principals that may impersonate the service account, without the pool's name. */
  readonly principals: readonly [kind: "principal" | "principalSet", which: string];
}

/** `projects/NUMBER/locations/global/workloadIdentityPools/POOL` */
function poolName(values: Values): string {
  return `projects/${values.of("google-project-number")}/locations/global/workloadIdentityPools/${POOL}`;
}

/** The full name of a provider. */
export function providerName(name: string, values: Values): string {
  return `${poolName(values)}/providers/${name}`;
}

/** The email address of the service account that may read the repository. */
export function pullerOf(values: Values): string {
  return `${ACCOUNT}@${values.of("google-project")}.iam.gserviceaccount.com`;
}

/** The host of the repository's images. */
export function repositoryHost(values: Values): string {
  return `${values.of("google-location")}-docker.pkg.dev`;
}

function memberOf({ principals: [kind, which] }: PoolProvider, values: Values): string {
  return `${kind}://iam.googleapis.com/${poolName(values)}/${which}`;
}

/** Commands for the pool, its provider and the service account. */
export function poolCommands(provider: PoolProvider, values: Values): readonly string[] {
  const project = `--project=${values.of("google-project")}`;
  const [location, repository, puller] = [
    values.of("google-location"),
    values.of("google-repository"),
    pullerOf(values),
  ];
  return [
    `gcloud services enable iam.googleapis.com sts.googleapis.com iamcredentials.googleapis.com ${project}`,
    `gcloud iam workload-identity-pools create ${POOL} --location=global ${project}`,
    [
      `gcloud iam workload-identity-pools providers create-${provider.kind} ${provider.name} --location=global ${project}`,
      `--workload-identity-pool=${POOL}`,
      ...provider.options,
    ].join(" \\\n  "),
    `gcloud iam service-accounts create ${ACCOUNT} ${project}`,
    [
      `gcloud iam service-accounts add-iam-policy-binding ${puller} ${project}`,
      "--role=roles/iam.workloadIdentityUser",
      `--member=${memberOf(provider, values)}`,
    ].join(" \\\n  "),
    [
      `gcloud artifacts repositories add-iam-policy-binding ${repository} --location=${location} ${project}`,
      `--role=${READER} --member=serviceAccount:${puller}`,
    ].join(" \\\n  "),
  ];
}

/** The same in Terraform. */
export function poolResources(provider: PoolProvider, values: Values): readonly string[] {
  const project = ["project", quoted(values.of("google-project"))] as const;
  return [
    resource("google_iam_workload_identity_pool", "image_pulls", [
      project,
      ["workload_identity_pool_id", quoted(POOL)],
    ]),
    resource(
      "google_iam_workload_identity_pool_provider",
      provider.name,
      [
        project,
        [
          "workload_identity_pool_id",
          "google_iam_workload_identity_pool.image_pulls.workload_identity_pool_id",
        ],
        ["workload_identity_pool_provider_id", quoted(provider.name)],
      ],
      provider.terraform,
    ),
    resource("google_service_account", "image_puller", [project, ["account_id", quoted(ACCOUNT)]]),
    resource("google_service_account_iam_member", "image_puller", [
      ["service_account_id", "google_service_account.image_puller.name"],
      ["role", '"roles/iam.workloadIdentityUser"'],
      ["member", quoted(memberOf(provider, values))],
    ]),
    resource("google_artifact_registry_repository_iam_member", "image_puller", [
      project,
      ["location", quoted(values.of("google-location"))],
      ["repository", quoted(values.of("google-repository"))],
      ["role", quoted(READER)],
      ["member", "google_service_account.image_puller.member"],
    ]),
  ];
}

/** Command that prints the numeric ID of the instances' service account. */
export function describeAccountCommand(values: Values): string {
  return `gcloud iam service-accounts describe ${values.of("google-node-account")} --project=${values.of("google-project")} --format='value(uniqueId)'`;
}
