import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expectSuccess, registryStatus } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { DOCS, executables } from "@imagecred/workspace";
import { parseAllDocuments } from "yaml";
import { CELLS, type Cell, prepare, run, whyNoArc } from "../src/cross-cloud/matrix.ts";
import { SOURCES } from "../src/cross-cloud/route.ts";
import { ROUTES } from "../src/cross-cloud/routes.ts";
import { commandsIn, commandsOf } from "../src/cross-cloud/shell.ts";
import { fileOf, followWritten, writtenByInit } from "../src/cross-cloud/written-by-init.ts";
import { blocksOf } from "../src/page.ts";

/**
 * The pages' commands, policies and Terraform come from `imagecred init --cross-cloud`: with the pages' values, it writes
 * exactly these. Its output for every cell of the matrix is applied to fake clouds and run.
 * `npx node tools/docs/test/init-cross-cloud.test.ts --update` writes the snippets of the pages.
 */
const UPDATE = process.argv.includes("--update");
const noArc = whyNoArc();

/** The cell that a page is written for. */
function pageCell(page: string): Cell {
  const cells = CELLS.filter(({ route }) => route.page === page);
  return cells.find(({ source }) => source === "onPremises") ?? cells[0] ?? assert.fail(page);
}

for (const { page } of ROUTES) {
  describe(`docs/identity/${page}.md is what init writes`, () => {
    test("the commands, in the same order", async () => {
      const written = await writtenByInit(pageCell(page));
      const shown = commandsOf(blocksOf(`identity/${page}.md`)).filter(({ words: [program = ""] }) =>
        ["aws", "az", "gcloud"].includes(program),
      );
      assert.deepEqual(
        commandsIn(fileOf(written, `${page}/commands.sh`), page).map(({ words }) => words),
        shown.map(({ words }) => words),
      );
    });

    test("the files", async () => {
      const written = await writtenByInit(pageCell(page));
      const directory = join(DOCS, "snippets/identity", page);
      const ofRoute = [...written.keys()].filter(
        (name) => name.startsWith(`${page}/`) && !name.endsWith("/commands.sh"),
      );
      const names = ofRoute.map((name) => name.slice(page.length + 1)).toSorted();
      const shown = globSync("*", { cwd: directory }).filter(
        (name) => !["kubelet.yaml", "kubernetes.yaml"].includes(name),
      );
      assert.deepEqual(names, shown.toSorted());
      for (const name of names) {
        const content = fileOf(written, `${page}/${name}`);
        if (UPDATE) writeFileSync(join(directory, name), content);
        assert.equal(readFileSync(join(directory, name), "utf8"), content, `${name}: --update writes it`);
      }
    });

    test("the pods' service account", {
      skip: !page.startsWith("pods-") && "a node's route has no service account",
    }, async () => {
      const written = await writtenByInit(pageCell(page));
      const shown = readFileSync(join(DOCS, "snippets/identity", page, "kubernetes.yaml"), "utf8");
      assert.deepEqual(
        parseAllDocuments(fileOf(written, "service-account.yaml"))[0]?.toJS(),
        parseAllDocuments(shown)[0]?.toJS(),
      );
    });
  });
}

describe("the output of init, applied and run", () => {
  let clouds: Clouds;
  before(async () => {
    clouds = await startClouds();
    prepare(clouds);
  });
  after(async () => {
    await clouds.close();
  });

  // Cells of one page create the same role or provider, so they run one at a time.
  describe("by page", { concurrency: Math.max(2, availableParallelism()) }, () => {
    for (const route of ROUTES) {
      describe(route.page, { concurrency: 1 }, () => {
        for (const { source } of CELLS.filter((cell) => cell.route === route)) {
          const cell = { route, source };
          // Node.js starts slowly, so it runs one cell of each plugin. The matrix of the pages has the others.
          for (const executable of executables(`${route.plugin}-credential-provider`).filter(
            ({ runtime }) =>
              runtime === "static" || (route.page.startsWith("pods-") && source === "onPremises"),
          )) {
            const skip = executable.skipped ?? (source === "arc" ? noArc : undefined) ?? false;
            const path = executable.skipped === undefined ? executable.path : "";
            test(
              `${SOURCES[source]}: a credential that opens the registry (${executable.runtime})`,
              { skip },
              () => follow(cell, path),
            );
          }
        }
      });
    }
  });

  async function follow(cell: Cell, path: string): Promise<void> {
    const { route } = cell;
    const nodeSide = followWritten(cell, await writtenByInit(cell, clouds), clouds);
    const { result, login } = await run(cell, clouds, path, {}, nodeSide);
    expectSuccess(result);
    assert.ok(login !== undefined, result.stdout);
    assert.equal(await registryStatus(clouds, route.image, login), 200);
  }

  test("the fakes had no internal error", () => assert.deepEqual(clouds.defects, []));
});
