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
  let look: Look = PLAIN;
  const rows = lines.map((line, index) => {
    const { pieces, after } = piecesOf(line, look);
    look = after;
    const y = CELL.margin + index * CELL.height + 13;
    return pieces.map((piece) => element(piece, y)).join("");
  });
  // The edge of the terminal shows what goes beyond it.
  const edge = CELL.margin + columns * CELL.width;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="#fbfbf9" stroke="#d7d7d2"/>`,
    `<line x1="${edge}" y1="0" x2="${edge}" y2="${height}" stroke="#ececea"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#26261f" xml:space="preserve">`,
    ...rows.filter((row) => row !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
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
