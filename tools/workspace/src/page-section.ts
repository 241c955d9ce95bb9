/** The generated text between `<!-- NAME -->` and `<!-- end of KIND -->` in a page; KIND is NAME up to its first colon. @throws Error if the page has no such section */
export function sectionOf(text: string, name: string): string {
  const [from, to] = boundsOf(text, name);
  return text.slice(from, to);
}

/** The page with another text in that section. @throws Error if the page has no such section */
export function withSection(text: string, name: string, content: string): string {
  const [from, to] = boundsOf(text, name);
  return text.slice(0, from) + content + text.slice(to);
}

function boundsOf(text: string, name: string): readonly [from: number, to: number] {
  const start = `<!-- ${name} -->\n`;
  const at = text.indexOf(start);
  const to = text.indexOf(`<!-- end of ${name.split(":")[0]} -->`, at);
  if (at < 0 || to < 0) throw new Error(`the page has no section ${name}`);
  return [at + start.length, to];
}
