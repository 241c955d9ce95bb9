import { archiveName, FLAVORS } from "../../assets.ts";
import { type Downloads, download, REPOSITORY } from "../download.ts";

/** Homebrew's names of our processors (Formula Cookbook, "Handling different system configurations"). */
const BLOCKS = { amd64: "on_intel", arm64: "on_arm" } as const;

/** A Homebrew formula for `imagecred` on Linux; on macOS `npx imagecred` is the way. */
export function homebrewFormula(downloads: Downloads): string {
  const blocks = FLAVORS.filter(({ os, runtime }) => os === "linux" && runtime === "static").flatMap(
    (flavor) => {
      const file = download(archiveName("imagecred", downloads.version, flavor), downloads);
      if (file === undefined) return [];
      return [
        `  ${BLOCKS[flavor.arch]} do
    url "${file.url}"
    sha256 "${file.sha256}"
  end
`,
      ];
    },
  );
  return `class Imagecred < Formula
  desc "Check and debug the kubelet's image credential provider plugins"
  homepage "https://github.com/${REPOSITORY}"
  version "${downloads.version}"
  license "Apache-2.0"

  depends_on :linux

${blocks.join("\n")}
  def install
    bin.install "imagecred"
    generate_completions_from_executable(bin/"imagecred", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/imagecred --version")
    (testpath/"config.yaml").write "kind: CredentialProviderConfig"
    assert_match "apiVersion", shell_output("#{bin}/imagecred validate config.yaml 2>&1", 1)
  end
end
`;
}
