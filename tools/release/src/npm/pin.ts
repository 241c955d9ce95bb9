/** A step of `npm run version`: the GitHub Action and the pre-commit hook run the version that they are released with. */
import { writePinnedFiles } from "./pinned.ts";

writePinnedFiles();
