import type { StarvedRow, StarvedTable } from "./results.ts";

/** All conditions of one plugin as one Markdown table. @param tables of the same plugin, one for each condition */
export function renderStarved(tables: readonly StarvedTable[]): string {
  return [
    `**${tables[0]?.title}**`,
    "",
    "| condition | executable | wall ms (p90) | CPU ms | peak MiB | runs without a credential |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...tables.flatMap(({ condition, rows }) => rows.map((row) => line(condition, row))),
    "",
  ].join("\n");
}

function line(condition: string, { label, ours, runs, failures, cost }: StarvedRow): string {
  const cells =
    cost === undefined
      ? ["-", "-", "-"]
      : [
          `${cost.wallMs.toFixed(1)} (${cost.wallP90Ms.toFixed(1)})`,
          cost.cpuMs.toFixed(1),
          cost.peakMib.toFixed(1),
        ];
  const endings = [...new Set(failures)].join(", ");
  const failed = failures.length === 0 ? "0" : `${failures.length} of ${runs} (${endings})`;
  return `| ${condition} | ${ours ? `imagecred ${label}` : label} | ${[...cells, failed].join(" | ")} |`;
}
