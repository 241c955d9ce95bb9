import { LIMITS, MAX_BYTES, MAX_GROWTH } from "./limits.ts";
import { type Results, type Row, ratios, type Table } from "./results.ts";

/** A Markdown table, which is also readable in a terminal. */
export function renderTable(table: Table): string {
  const lines = [
    `**${table.title}**, ${table.latencyMs === 0 ? "no added latency" : `${table.latencyMs} ms on every request`}`,
    "",
    "| executable | wall ms (p90) | CPU ms | peak MiB | file MB |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  for (const row of table.rows) {
    const share = ratios(table, row);
    const cell = (value: string, ratio: number | undefined) =>
      ratio === undefined ? value : `${value} · **${ratio.toFixed(2)}x**`;
    lines.push(
      `| ${row.ours ? `imagecred ${row.label}` : row.label} | ${cell(`${row.wallMs.toFixed(1)} (${row.wallP90Ms.toFixed(1)})`, share?.wall)} | ` +
        `${cell(row.cpuMs.toFixed(1), share?.cpu)} | ${cell(row.peakMib.toFixed(1), share?.peak)} | ${(row.bytes / 1e6).toFixed(1)} |`,
    );
  }
  return `${[...lines, ...(table.latencyMs === 0 ? [] : ["", ...phaseLines(table)])].join("\n")}\n`;
}

/** Explains the phase tables. Written together with them, so that the page has both or neither. */
export const PHASES_NOTE =
  "The second table under each measurement with latency shows where the wall time goes. *servers* is the time during which a server had a request, " +
  "summed over all requests. The rest is the executable's time, including the kernel's work for each connection. The program below it (`tools/bench/measure/src/bin/bare.rs`) " +
  "is the least that requests in sequence can take here: it uses one connection without TLS and does not read the responses.";

/** Breakdown of the wall time, only with latency: without it the servers' time is noise. */
function phaseLines({ rows, bare }: Table): readonly string[] {
  const milliseconds = (value: number) => value.toFixed(1);
  const ours = rows.find(({ label, ours }) => ours && label === "static");
  const more =
    ours === undefined ? "" : `; imagecred static takes ${milliseconds(ours.wallMs - bare.wallMs)} ms more`;
  return [
    "| where its milliseconds go | start to first request | servers | between requests | last response to exit |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows.map(({ ours, label, phases }) => {
      const { beforeRequests, servers, betweenRequests, afterRequests } = phases;
      const cells = [beforeRequests, servers, betweenRequests, afterRequests].map(milliseconds);
      return `| ${ours ? `imagecred ${label}` : label} | ${cells.join(" | ")} |`;
    }),
    "",
    `A program that sends ${bare.requests === 1 ? "one request" : `${bare.requests} requests one after another`} and does nothing else: ${milliseconds(bare.wallMs)} ms${more}.`,
  ];
}

/** Rows that exceed the cost of the row they are compared with by more than {@link MAX_GROWTH}. */
export function growth({ tables }: Results): readonly string[] {
  return tables.flatMap((table) =>
    table.rows.flatMap((row) => {
      const shares = Object.entries(ratios(table, row) ?? {}).filter(([, share]) => share > MAX_GROWTH);
      return shares.map(
        ([what, share]) =>
          `${table.plugin} ${row.label} at ${table.latencyMs} ms: ${what} is ${share.toFixed(3)}x of before`,
      );
    }),
  );
}

/** The limits that the static executables exceed, one line each. */
export function brokenLimits({ tables }: Results): readonly string[] {
  return tables.flatMap((table) => {
    const row = table.rows.find(({ label, ours }) => ours && label === "static");
    if (row === undefined) return [];
    const limits = LIMITS[table.plugin];
    const share = ratios(table, row);
    const broken = (what: string, value: number | undefined, limit: number) =>
      value !== undefined && value > limit
        ? [`${table.plugin} at ${table.latencyMs} ms: ${what} is ${value.toFixed(2)}x, limit ${limit}x`]
        : [];
    const size = row.bytes > MAX_BYTES ? [`${table.plugin}: ${row.bytes} bytes, limit ${MAX_BYTES}`] : [];
    if (table.latencyMs === 20) return [...size, ...broken("wall", share?.wall, limits.wallAt20Ms)];
    if (table.latencyMs !== 0) return size;
    return [
      ...size,
      ...broken("wall", share?.wall, limits.wall),
      ...broken("CPU", share?.cpu, limits.cpu),
      ...broken("peak memory", share?.peak, limits.peak),
    ];
  });
}

/** A row's label in the picture, the same in all tables. */
export function rowLabel(row: Row): string {
  // The table has the version; next to a bar there is no room for it.
  if (!row.ours) return row.label.replace(/ \(.*\)$/, " plugin");
  return row.label === "static" ? "imagecred (static)" : `imagecred (${row.label})`;
}
