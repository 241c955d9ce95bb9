import { type Cases, fileOf } from "./case.ts";

/** lint/document-lints.ts */
export const DOCUMENT_CASES: Cases = {
  "second-document": {
    hits: [
      { file: `${fileOf({})}---\nkind: x\n`, at: [8, 1] },
      { file: `---\n${fileOf({})}...\n---\nkind: x\n`, at: [9, 1] },
    ],
    misses: [{ file: `# head\n---\n${fileOf({})}` }, { file: `${fileOf({})}---\n# nothing more\n` }],
  },
};
