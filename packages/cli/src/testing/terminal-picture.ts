/** What a terminal shows, as a picture: for looking at, and for the pages. */

const CELL = { width: 8.4, height: 18, margin: 14 };
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#e0524d",
  "32": "#3fa45b",
  "33": "#c9941a",
  "36": "#2f93b5",
};

interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: string | undefined;
}

interface Piece {
  readonly text: string;
  readonly column: number;
  readonly look: Look;
}

/** An SVG, with a title for those who do not see it, of a text with the escape sequences of our style (output/style.ts), on a terminal of so many columns. */
export function terminalPicture(title: string, text: string, columns: number): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const width = Math.ceil(columns * CELL.width + 2 * CELL.margin);
  const height = lines.length * CELL.height + 2 * CELL.margin;
  const rows = drawnLines(text, 0);
  // The edge of the terminal shows what goes beyond it.
  const edge = CELL.margin + columns * CELL.width;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="#fbfbf9" stroke="#d7d7d2"/>`,
    `<line x1="${edge}" y1="0" x2="${edge}" y2="${height}" stroke="#ececea"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#26261f" xml:space="preserve">`,
    rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** One command of a {@link terminalRecording}. */
export interface Scene {
  /** As it is typed, without the prompt. */
  readonly command: string;
  /** What it prints, with the escape sequences of our style. */
  readonly output: string;
  /** Seconds that its output stays. */
  readonly seconds: number;
}

/** Seconds: the prompt is empty, then the command is there, then its output. */
const TYPING = { prompt: 0.6, command: 0.8 };

/**
 * Commands with their output, one after another and again from the start, as an SVG with CSS animations: a page shows it as any
 * picture. Where less motion is wanted, it stands still at the first command's output.
 */
export function terminalRecording(title: string, scenes: readonly Scene[], columns: number): string {
  const lengths = scenes.map(({ seconds }) => TYPING.prompt + TYPING.command + seconds);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const rows = Math.max(...scenes.map(({ output }) => output.replace(/\n$/, "").split("\n").length)) + 2;
  const width = Math.ceil(columns * CELL.width + 2 * CELL.margin);
  const height = rows * CELL.height + 2 * CELL.margin;
  let start = 0;
  const parts = scenes.map(({ command, output }, index) => {
    const [typed, printed] = [start + TYPING.prompt, start + TYPING.prompt + TYPING.command];
    const end = start + (lengths[index] ?? 0);
    const drawn = {
      prompt: drawnLines("\u001b[32m$\u001b[39m", 0),
      command: drawnLines(`  \u001b[1m${command}\u001b[22m`, 0),
      output: drawnLines(output, 2),
    };
    const [first, last] = [index === 0, index === scenes.length - 1];
    const spans = [
      { name: `p${index}`, from: start, content: drawn.prompt },
      { name: `c${index}`, from: typed, content: drawn.command },
      { name: `o${index}`, from: printed, content: drawn.output },
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

/** Shown from one part of the whole to another (0 to 1), hidden before and after. */
function keyframes(from: number, to: number): string {
  const at = (part: number) => `${(part * 100).toFixed(2)}%`;
  const before = from === 0 ? "" : "0%{opacity:0}";
  const after = to === 1 ? "" : `${at(to)}{opacity:0}`;
  return `${before}${at(from)}{opacity:1}${after}`;
}

/** The lines of a text from a row on, the first being 0. */
function drawnLines(text: string, firstRow: number): string {
  let look: Look = PLAIN;
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line, index) => {
      const { pieces, after } = piecesOf(line, look);
      look = after;
      const y = CELL.margin + (firstRow + index) * CELL.height + 13;
      return pieces.map((piece) => element(piece, y)).join("");
    })
    .join("");
}

const PLAIN: Look = { bold: false, dim: false, colour: undefined };

function piecesOf(line: string, before: Look): { readonly pieces: readonly Piece[]; readonly after: Look } {
  const pieces: Piece[] = [];
  let look = before;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) look = changed(look, code);
    else if (part !== "") {
      pieces.push({ text: part, column, look });
      column += [...part].length;
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
      return { ...look, colour: undefined };
    default:
      return { ...look, colour: COLOURS[code] };
  }
}

function element({ text, column, look }: Piece, y: number): string {
  const trimmed = text.trimStart();
  if (trimmed === "") return "";
  const x = CELL.margin + (column + text.length - trimmed.length) * CELL.width;
  const attributes = [
    ` textLength="${([...trimmed].length * CELL.width).toFixed(1)}"`,
    look.bold ? ' font-weight="bold"' : "",
    look.dim ? ' opacity="0.6"' : "",
    look.colour === undefined ? "" : ` fill="${look.colour}"`,
  ].join("");
  return `<text x="${x.toFixed(1)}" y="${y}"${attributes}>${escaped(trimmed)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
