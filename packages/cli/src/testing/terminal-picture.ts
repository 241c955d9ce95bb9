/** Terminal output as a picture, for the pages. */

const CELL = { width: 8.4, height: 18, margin: 14 };
const COLORS: Readonly<Record<string, string>> = {
  "31": "#e0524d",
  "32": "#3fa45b",
  "33": "#c9941a",
  "36": "#2f93b5",
};

interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly color: string | undefined;
}

interface Piece {
  readonly text: string;
  readonly row: number;
  readonly column: number;
  readonly look: Look;
}

/**
 * A text with the escape sequences of our style (output/style.ts) as an SVG with a title. Like a terminal, it continues a line
 * that is longer than `columns` in the next row.
 */
export function terminalPicture(title: string, text: string, columns: number): string {
  const screen = drawn(text, 0, columns);
  const width = Math.ceil(columns * CELL.width + 2 * CELL.margin);
  const height = screen.rows * CELL.height + 2 * CELL.margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="#fbfbf9" stroke="#d7d7d2"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#26261f" xml:space="preserve">`,
    screen.content,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** One command of a {@link terminalRecording}. */
export interface Scene {
  /** The command without the prompt. */
  readonly command: string;
  /** Its output, with the escape sequences of our style. */
  readonly output: string;
  /** Seconds for which its output is shown. */
  readonly seconds: number;
}

/** Seconds: first the prompt alone, then the command, then its output. */
const TYPING = { prompt: 0.6, command: 0.8 };

/**
 * Commands with their output, in a loop, as an SVG with CSS animations, which a page shows like any picture. With
 * prefers-reduced-motion it shows only the first command's output.
 */
export function terminalRecording(title: string, scenes: readonly Scene[], columns: number): string {
  const lengths = scenes.map(({ seconds }) => TYPING.prompt + TYPING.command + seconds);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const screens = scenes.map(({ command, output }) => {
    const prompt = drawn("\u001b[32m$\u001b[39m", 0, columns);
    const typed = drawn(`  \u001b[1m${command}\u001b[22m`, 0, columns);
    return { prompt, typed, printed: drawn(output, typed.rows + 1, columns) };
  });
  const rows = Math.max(...screens.map(({ printed }) => printed.rows));
  const width = Math.ceil(columns * CELL.width + 2 * CELL.margin);
  const height = rows * CELL.height + 2 * CELL.margin;
  let start = 0;
  const parts = screens.map(({ prompt, typed, printed }, index) => {
    const end = start + (lengths[index] ?? 0);
    const [first, last] = [index === 0, index === scenes.length - 1];
    const spans = [
      { name: `p${index}`, from: start, content: prompt.content },
      { name: `c${index}`, from: start + TYPING.prompt, content: typed.content },
      { name: `o${index}`, from: start + TYPING.prompt + TYPING.command, content: printed.content },
    ];
    start = end;
    return spans.map(({ name, from, content }) => ({
      style: `@keyframes ${name}{${keyframes(from / total, last ? 1 : end / total)}}.${name}{opacity:${first ? 1 : 0};animation:${name} ${total.toFixed(1)}s step-end infinite}`,
      content: `<g class="${name}">${content}</g>`,
    }));
  });
  const all = parts.flat();
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${all.map(({ style }) => style).join("")}@media (prefers-reduced-motion:reduce){g[class]{animation:none}}</style>`,
    `<rect width="100%" height="100%" rx="6" fill="#fbfbf9" stroke="#d7d7d2"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#26261f" xml:space="preserve">`,
    ...all.map(({ content }) => content),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Keyframes that show an element between two points in time (0 to 1). */
function keyframes(from: number, to: number): string {
  const at = (part: number) => `${(part * 100).toFixed(2)}%`;
  const before = from === 0 ? "" : "0%{opacity:0}";
  const after = to === 1 ? "" : `${at(to)}{opacity:0}`;
  return `${before}${at(from)}{opacity:1}${after}`;
}

/** A text drawn from a row (0 is the first), and the number of rows to its end. */
function drawn(
  text: string,
  firstRow: number,
  columns: number,
): { readonly content: string; readonly rows: number } {
  let look: Look = PLAIN;
  let rows = firstRow;
  let content = "";
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const { pieces, after } = piecesOf(line, look, columns);
    look = after;
    content += pieces.map((piece) => element(piece, rows)).join("");
    rows += (pieces.at(-1)?.row ?? 0) + 1;
  }
  return { content, rows };
}

const PLAIN: Look = { bold: false, dim: false, color: undefined };

function piecesOf(
  line: string,
  before: Look,
  columns: number,
): { readonly pieces: readonly Piece[]; readonly after: Look } {
  const pieces: Piece[] = [];
  let look = before;
  let cell = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what this matches
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) {
      look = changed(look, code);
      continue;
    }
    let rest = [...part];
    while (rest.length > 0) {
      const column = cell % columns;
      const fits = rest.slice(0, columns - column);
      pieces.push({ text: fits.join(""), row: Math.floor(cell / columns), column, look });
      cell += fits.length;
      rest = rest.slice(fits.length);
    }
  }
  return { pieces, after: look };
}

function changed(look: Look, code: string): Look {
  switch (code) {
    case "1":
      return { ...look, bold: true };
    case "2":
      return { ...look, dim: true };
    case "22":
      return { ...look, bold: false, dim: false };
    case "39":
      return { ...look, color: undefined };
    default:
      return { ...look, color: COLORS[code] };
  }
}

function element({ text, row, column, look }: Piece, firstRow: number): string {
  const trimmed = text.trimStart();
  if (trimmed === "") return "";
  const y = CELL.margin + (firstRow + row) * CELL.height + 13;
  const x = CELL.margin + (column + text.length - trimmed.length) * CELL.width;
  const attributes = [
    ` textLength="${([...trimmed].length * CELL.width).toFixed(1)}"`,
    look.bold ? ' font-weight="bold"' : "",
    look.dim ? ' opacity="0.6"' : "",
    look.color === undefined ? "" : ` fill="${look.color}"`,
  ].join("");
  return `<text x="${x.toFixed(1)}" y="${y}"${attributes}>${escaped(trimmed)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
