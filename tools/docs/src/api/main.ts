/** `npm run api`: writes the API reports of the packages and the pages in docs/api. */
import { readApis } from "./declarations.ts";
import { writeApiFiles } from "./files.ts";

writeApiFiles(readApis());
