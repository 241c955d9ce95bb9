import { type Flavor, type Program, suffixOf } from "../assets.ts";
import type { Changes } from "./changes.ts";
import { type Downloads, download, executablesOf, REPOSITORY } from "./download.ts";
import { imageTags } from "./image-tags.ts";

const GROUPS: readonly { readonly title: string; readonly has: (flavor: Flavor) => boolean }[] = [
  { title: "Linux, one static file", has: ({ os, runtime }) => os === "linux" && runtime === "static" },
  { title: "Windows", has: ({ os }) => os === "windows" },
  {
    title: "Linux on Node.js (needs glibc, libstdc++ and libatomic)",
    has: ({ os, runtime }) => os === "linux" && runtime === "nodejs",
  },
];

/** The longest text that GitHub accepts, in characters (REST API, "Create a release", `body`). */
const LONGEST = 125_000;

/** The text of the release page: the changes of this version, the downloads with their checksums, how to verify them. */
export function releaseNotes(downloads: Downloads, changes: readonly Changes[]): string {
  const parts = [
    ...changes.map(({ title, items }) => `## ${title}\n\n${items.map(listItem).join("\n")}`),
    `## Download\n\n${GROUPS.flatMap((group) => table(group, downloads)).join("\n\n")}`,
    others(downloads),
    `## Verify\n\n${verify(downloads)}`,
    images(downloads),
  ];
  const text = `${parts.filter((part) => part !== "").join("\n\n")}\n`;
  if (text.length > LONGEST)
    throw new Error(`the release notes have ${text.length} characters; GitHub accepts ${LONGEST}`);
  return text;
}

/** A change as an item of a list; its further lines are indented so that they belong to it. */
function listItem(text: string): string {
  return `- ${text.replace(/\n(?=.)/g, "\n  ")}`;
}

function table({ title, has }: (typeof GROUPS)[number], downloads: Downloads): readonly string[] {
  const rows = executablesOf(downloads).filter(({ flavor }) => has(flavor));
  if (rows.length === 0) return [];
  const lines = rows.map(({ program, flavor, name }) => {
    const { url, sha256 } = download(name, downloads) ?? { url: "", sha256: "" };
    return `| [${name}](${url}) | ${packagesOf(program, flavor, downloads)} | \`${sha256}\` |`;
  });
  return [
    `**${title}**\n\n| executable | packages | SHA-256 of the executable |\n| --- | --- | --- |\n${lines.join("\n")}`,
  ];
}

/** Links to the packages and archives that contain the executable. */
function packagesOf(program: Program, flavor: Flavor, downloads: Downloads): string {
  return ["deb", "rpm", "tar.gz", "zip"]
    .flatMap((kind) => {
      const file = download(`${program}-${downloads.version}-${suffixOf(flavor)}.${kind}`, downloads);
      return file === undefined ? [] : [`[${kind}](${file.url})`];
    })
    .join(" ");
}

function others(downloads: Downloads): string {
  const about: readonly (readonly [name: string, about: string])[] = [
    [`imagecred-${downloads.version}.tgz`, "Helm chart"],
    ["imagecred.krew.yaml", "krew manifest: `kubectl krew install --manifest-url=URL`"],
    ["imagecred.rb", "Homebrew formula"],
    ["imagecred.scoop.json", "scoop manifest: `scoop install URL`"],
    ["SHA256SUMS", "checksums of all files on this page"],
  ];
  const rows = about.flatMap(([name, text]) => {
    if (name !== "SHA256SUMS" && !downloads.digests.has(name)) return [];
    return [`| [${name}](${downloads.base}/${name}) | ${text} |`];
  });
  return `**Other files**\n\n| file | contents |\n| --- | --- |\n${rows.join("\n")}\n
Each executable also has \`.sha256\` (its checksum only), \`.spdx.json\` (SBOM) and \`.NOTICES.txt\` (licenses).`;
}

/** Commands to paste. They need only the files on the page. */
function verify({ base }: Downloads): string {
  return `\`\`\`sh
BASE=${base}
curl -fsSLO "$BASE/ecr-credential-provider-linux-amd64"
curl -fsSLO "$BASE/SHA256SUMS"
sha256sum --check --ignore-missing --strict SHA256SUMS
\`\`\`

The signature shows who built it. The provenance shows the commit:

\`\`\`sh
curl -fsSLO "$BASE/SHA256SUMS.sigstore.json"
cosign verify-blob --bundle SHA256SUMS.sigstore.json \\
  --certificate-identity https://github.com/${REPOSITORY}/.github/workflows/release.yml@refs/heads/main \\
  --certificate-oidc-issuer https://token.actions.githubusercontent.com SHA256SUMS
gh attestation verify ecr-credential-provider-linux-amd64 --repo ${REPOSITORY}
\`\`\``;
}

function images({ version }: Downloads): string {
  const [own, ...following] = imageTags(version);
  const more =
    following.length === 0 ? "" : `, also tagged ${following.map((tag) => `\`${tag}\``).join(" and ")}`;
  return `## Images

- \`ghcr.io/${REPOSITORY}:${own}\` has the static executables for linux/amd64 and linux/arm64${more}.
- \`oci://ghcr.io/${REPOSITORY.split("/")[0]}/charts/imagecred\` is the Helm chart, version ${version}.`;
}
