import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, before, describe, test } from "node:test";
import { acrFacts } from "@imagecred/acr/facts";
import { expectFailure, expectSuccess, registryStatus } from "@imagecred/e2e";
import { ecrFacts } from "@imagecred/ecr/facts";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcrFacts } from "@imagecred/gcr/facts";
import { executable, executables } from "@imagecred/workspace";
import { diagramOf } from "../src/cross-cloud/diagram.ts";
import { generated, messagesOf, type Told, writeGenerated } from "../src/cross-cloud/generated.ts";
import { HOME_ROUTES, homeSide } from "../src/cross-cloud/home-routes.ts";
import {
  CELLS,
  type Cell,
  follow,
  isOtherIdentity,
  prepare,
  run,
  whyNoArc,
} from "../src/cross-cloud/matrix.ts";
import { type Mistake, SOURCES } from "../src/cross-cloud/route.ts";
import { ROUTES } from "../src/cross-cloud/routes.ts";
import { matrixTable } from "../src/cross-cloud/table.ts";

/**
 * The matrix of identities and registries. Each page's commands in docs/identity are applied to the fake clouds, both runtimes'
 * executables run with the page's configuration, and the credential must open the registry. Then each mistake is tested, and
 * the plugin's line must name it.
 * `npx node tools/docs/test/cross-cloud.test.ts --update` writes the matrix and the lines into the pages.
 */
const UPDATE = process.argv.includes("--update");
const FACTS = { ecr: ecrFacts, acr: acrFacts, gcr: gcrFacts };
const noArc = whyNoArc();
/** These runs are limited by CPU time, so a few at once are as fast as many. */
const concurrency = Math.max(2, availableParallelism());

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
  prepare(clouds);
  for (const cell of CELLS) follow(cell, clouds);
});
after(async () => {
  await clouds.close();
});

const told = new Map<string, Map<string, string>>();

const runs = CELLS.flatMap((cell) =>
  executables(`${cell.route.plugin}-credential-provider`).map((built) => ({
    cell,
    executable: { path: built.skipped === undefined ? built.path : "", ...built },
  })),
);

function skipped({ route, source }: Cell, reason: string | undefined): string | false {
  if (reason !== undefined) return reason;
  return source === "arc" && noArc !== undefined ? `${route.page}: ${noArc}` : false;
}

/** Nodes that pull from their own cloud: the cells of the matrix without a page in docs/identity. */
const homeRuns = HOME_ROUTES.flatMap((route) =>
  route.sources.flatMap((source) =>
    executables(`${route.plugin}-credential-provider`).map((built) => ({
      cell: { route, source },
      route,
      executable: { path: built.skipped === undefined ? built.path : "", ...built },
    })),
  ),
);

const titleOf = ({ route, source }: Cell, runtime: string) =>
  `${SOURCES[source]}, ${FACTS[route.plugin].service} (${route.page}.md, ${runtime})`;

describe("following the page: a credential that opens the registry", { concurrency }, () => {
  for (const { cell, executable } of runs) {
    test(titleOf(cell, executable.runtime), { skip: skipped(cell, executable.skipped) }, async () => {
      const { result, login } = await run(cell, clouds, executable.path);
      expectSuccess(result);
      assert.ok(login !== undefined, result.stdout);
      assert.equal(await registryStatus(clouds, cell.route.image, login), 200);
    });
  }
});

describe("a node's own cloud: a credential that opens the registry", { concurrency }, () => {
  for (const { cell, route, executable } of homeRuns) {
    test(titleOf(cell, executable.runtime), { skip: skipped(cell, executable.skipped) }, async () => {
      const { result, login } = await run(cell, clouds, executable.path, {}, await homeSide(route, clouds));
      expectSuccess(result);
      assert.ok(login !== undefined, result.stdout);
      assert.equal(await registryStatus(clouds, route.image, login), 200);
    });
  }
});

describe("a node's own cloud: a mistake, and the plugin's error", { concurrency: 1 }, () => {
  for (const { cell, route, executable } of homeRuns) {
    // An Arc machine has an agent instead of a metadata server, but the steps after it can fail in the same way.
    const mistakes =
      cell.source === "arc" ? route.mistakes.filter(({ around }) => around !== undefined) : route.mistakes;
    for (const mistake of executable.runtime === "static" ? mistakes : mistakes.slice(0, 1)) {
      const name = `${titleOf(cell, executable.runtime)}: ${mistake.what}`;
      test(name, { skip: skipped(cell, executable.skipped) }, async () => {
        const undo = mistake.around?.(clouds);
        try {
          const side = await homeSide(route, clouds);
          const { result } = await run(cell, clouds, executable.path, mistake, side);
          expectFailure(result, `${route.plugin}-credential-provider`, mistake.says);
          assert.deepEqual(clouds.secrets.findIn(result.stderr), []);
        } finally {
          undo?.();
        }
      });
    }
  }
});

/** Whether a cell is the one that its page is written for; others have another issuer, or another kind of identity. */
function isPages({ route, source }: Cell): boolean {
  return source === (route.sources.find((each) => each === "onPremises") ?? route.sources[0]);
}

function mistakesOf({ route, source }: Cell, alone: boolean): readonly Mistake[] {
  return route.mistakes.filter(
    ({ around, args = [] }) =>
      (around !== undefined) === alone &&
      !(source === "arc" && around === undefined && args.length > 0 && args.every(isOtherIdentity)),
  );
}

async function fails(cell: Cell, path: string, mistake: Mistake): Promise<void> {
  const { route } = cell;
  const undo = mistake.around?.(clouds);
  try {
    const { result } = await run(cell, clouds, path, mistake);
    expectFailure(result, `${route.plugin}-credential-provider`, mistake.says);
    assert.deepEqual(clouds.secrets.findIn(result.stderr), []);
    if (!isPages(cell)) return;
    const lines = told.get(route.page) ?? new Map<string, string>();
    const before = lines.get(mistake.what);
    told.set(route.page, lines.set(mistake.what, result.stderr));
    if (before !== undefined)
      assert.equal(
        messagesOf([{ what: mistake.what, line: result.stderr }]),
        messagesOf([{ what: mistake.what, line: before }]),
        "both runtimes say the same",
      );
  } finally {
    undo?.();
  }
}

for (const [title, alone] of [
  ["a mistake, and what the plugin says", false],
  ["a mistake that changes the whole cloud", true],
] as const) {
  describe(title, { concurrency: alone ? 1 : concurrency }, () => {
    // Node.js starts slowly, so it runs only the mistakes of the pages' own cells.
    for (const { cell, executable } of runs.filter(
      (each) => each.executable.runtime === "static" || isPages(each.cell),
    )) {
      for (const mistake of mistakesOf(cell, alone)) {
        const name = `${titleOf(cell, executable.runtime)}: ${mistake.what}`;
        test(name, { skip: skipped(cell, executable.skipped) }, () => fails(cell, executable.path, mistake));
      }
    }
  });
}

describe("the pages show it", () => {
  test("the matrix", () => {
    if (UPDATE) writeGenerated("identity/README.md", "matrix", `\n${matrixTable()}\n`);
    assert.equal(generated("identity/README.md", "matrix"), `\n${matrixTable()}\n`, "--update writes it");
  });

  for (const cell of CELLS.filter(isPages)) {
    const { page, plugin } = cell.route;
    // One runtime, which always sends its requests in the same order.
    const built = executable(`${plugin}-credential-provider`, "nodejs");
    test(`docs/identity/${page}.md: the diagram has the requests of a run`, {
      skip: built.skipped ?? false,
    }, async () => {
      assert.ok(built.skipped === undefined);
      const last = clouds.requests.at(-1)?.id ?? 0;
      expectSuccess((await run(cell, clouds, built.path)).result);
      const calls = clouds.requests.filter(({ id }) => id > last);
      const diagram = diagramOf(cell.route, cell.source, calls);
      if (UPDATE) writeGenerated(`identity/${page}.md`, `diagram: ${page}`, diagram);
      assert.equal(generated(`identity/${page}.md`, `diagram: ${page}`), diagram, "--update writes it");
    });
  }

  for (const { page, mistakes } of ROUTES) {
    test(`docs/identity/${page}.md: the lines of its mistakes`, (context) => {
      const lines = told.get(page);
      if (lines === undefined) return context.skip("no executable of its plugin was run");
      const all: Told[] = mistakes.map(({ what }) => ({ what, line: lines.get(what) ?? "" }));
      assert.ok(
        all.every(({ line }) => line !== ""),
        "a mistake without a line",
      );
      if (UPDATE) writeGenerated(`identity/${page}.md`, `messages: ${page}`, messagesOf(all));
      assert.equal(
        generated(`identity/${page}.md`, `messages: ${page}`),
        messagesOf(all),
        "--update writes them",
      );
    });
  }

  test("the fakes had no internal error", () => assert.deepEqual(clouds.defects, []));
});
