/** One line of words in an SVG. @param x and @param y pixels; y is the base line's */
export function svgText(x: number, y: number, content: string, className = "", anchor = "start"): string {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}" class="${className}" text-anchor="${anchor}">${escaped}</text>`;
}
