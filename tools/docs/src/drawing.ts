/**
 * Pictures of boxes, lines and words as SVG. Each has its own background, so it reads on a page of any color, and a dark version
 * for readers who prefer one.
 */

const FONT = "system-ui,sans-serif";

/** Sizes in pixels, and whether the letters are bold. `code` has one width for all letters. */
const LOOKS = {
  plain: { size: 13, bold: false },
  small: { size: 12, bold: false },
  title: { size: 13, bold: true },
  head: { size: 15, bold: true },
  code: { size: 12, bold: true },
} as const;

export type Look = keyof typeof LOOKS;

/** `core` is green, `tool` blue. */
export type BoxKind = "plain" | "core" | "tool" | "place";

const STYLE = `.page{fill:#fff}text{font:13px ${FONT};fill:#57606a}.small{font-size:12px}.title{font-weight:600;fill:#24292f}.head{font:600 15px ${FONT};fill:#24292f}.code{font:600 12px ui-monospace,"DejaVu Sans Mono",monospace;fill:#0550ae}.box{fill:#f6f8fa;stroke:#d0d7de}.core{fill:#dafbe1;stroke:#4ac26b}.tool{fill:#ddf4ff;stroke:#54aeff}.place{fill:none;stroke:#afb8c1;stroke-dasharray:2 3}line,path.line{stroke:#57606a;fill:none;stroke-width:1.3}.dash{stroke-dasharray:4 3}.tip{fill:#57606a}
@media (prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#9da7b3}.title,.head{fill:#e6edf3}.code{fill:#79c0ff}.box{fill:#161b22;stroke:#30363d}.core{fill:#12261e;stroke:#238636}.tool{fill:#0c2d6b;stroke:#1f6feb}.place{fill:none;stroke:#484f58}line,path.line{stroke:#9da7b3}.tip{fill:#9da7b3}}`;

/** A rectangle in the picture's pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Words {
  readonly content: string;
  readonly area: Area;
  /** The box that the words must stay in; without one, the picture itself. */
  readonly within: Area;
}

/** A picture under construction. */
export class Drawing {
  readonly #size: Area;
  readonly #label: string;
  readonly #parts: string[] = [];
  readonly #words: Words[] = [];

  /** @param label what the picture shows, for readers who do not see it */
  constructor(width: number, height: number, label: string) {
    this.#size = { x: 0, y: 0, width, height };
    this.#label = label;
  }

  box({ x, y, width, height }: Area, kind: BoxKind = "plain"): void {
    const names = kind === "plain" ? "box" : `box ${kind}`;
    this.#parts.push(`<rect class="${names}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`);
  }

  /** @param y of the letters' base line */
  text(
    x: number,
    y: number,
    content: string,
    look: Look = "plain",
    anchor: "start" | "middle" | "end" = "middle",
    within: Area = this.#size,
  ): void {
    const width = widthOf(content, look);
    const { size } = LOOKS[look];
    const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
    this.#words.push({ content, area: { x: left, y: y - size, width, height: size * 1.2 }, within });
    this.#parts.push(
      `<text class="${look}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`,
    );
  }

  /** A box with a title and lines below it, all centered. */
  titled(area: Area, title: string, lines: readonly string[], kind: BoxKind = "plain"): void {
    this.box(area, kind);
    const height = (lines.length + 1) * LINE;
    const top = area.y + (area.height - height) / 2 + 14;
    const middle = area.x + area.width / 2;
    this.text(middle, top, title, "title", "middle", area);
    for (const [index, line] of lines.entries())
      this.text(middle, top + (index + 1) * LINE, line, "plain", "middle", area);
  }

  /** A straight arrow. */
  arrow(x1: number, y1: number, x2: number, y2: number, dashed = false): void {
    this.#parts.push(
      `<line${dashed ? ' class="dash"' : ""} x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#a)"/>`,
    );
  }

  /** An arrow along an SVG path. */
  path(d: string, dashed = false): void {
    this.#parts.push(`<path class="line${dashed ? " dash" : ""}" d="${d}" marker-end="url(#a)"/>`);
  }

  /** Words that leave their box or the picture, or overlap other words, estimated for a wide font. */
  faults(): readonly string[] {
    const faults: string[] = [];
    for (const [index, { content, area, within }] of this.#words.entries()) {
      if (!contains(within, area)) faults.push(`"${content}" does not fit`);
      for (const other of this.#words.slice(index + 1))
        if (overlap(area, other.area)) faults.push(`"${content}" and "${other.content}" overlap`);
    }
    return faults;
  }

  toString(): string {
    const { width, height } = this.#size;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(this.#label)}">`,
      '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
      `<style>${STYLE}</style>`,
      `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
      ...this.#parts,
      "</svg>\n",
    ].join("\n");
  }
}

/** Distance between the baselines of two lines of a box. */
const LINE = 18;

/** Average width of words in pixels in DejaVu Sans, the widest of the usual system-ui fonts. */
function widthOf(content: string, look: Look): number {
  const { size, bold } = LOOKS[look];
  return [...content].length * size * (look === "code" ? 0.61 : bold ? 0.62 : 0.55);
}

function contains(outer: Area, inner: Area): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
