/** Merges the files of one configuration, and maps paths in it to positions in the files. */
import type { DecodedFile } from "./decode-config.ts";
import type { SourceLocation } from "./problem.ts";
import type { CredentialProvider, CredentialProviderConfig } from "./types.ts";

/** A file that was read, with or without problems. */
export interface ReadFile {
  readonly path: string;
  readonly decoded: DecodedFile;
}

/** Providers in the order of their files, and the position of each value. */
export interface MergedFiles {
  readonly config: CredentialProviderConfig;
  readonly locate: (path: string) => SourceLocation | undefined;
}

/** Puts the providers of all files into one list. */
export function mergeFiles(files: readonly ReadFile[]): MergedFiles {
  const providers: CredentialProvider[] = [];
  const origins: { readonly file: ReadFile; readonly index: number }[] = [];
  for (const file of files) {
    for (const [index, provider] of (file.decoded.providers ?? []).entries()) {
      providers.push(provider);
      origins.push({ file, index });
    }
  }
  const locate = (path: string): SourceLocation | undefined => {
    const match = /^providers\[(\d+)\](.*)$/.exec(path);
    const origin = match === null ? undefined : origins[Number(match[1])];
    const file = origin?.file ?? files[0];
    if (file === undefined) return undefined;
    let own = origin === undefined ? path : `providers[${origin.index}]${match?.[2] ?? ""}`;
    for (;;) {
      const position = file.decoded.locate(own);
      if (position !== undefined) return { file: file.path, ...position };
      if (own === "") return startOf(file.path);
      own = own.replace(/(?:^|\.)[^.[\]]*$|\[\d+\]$/, "");
    }
  };
  return { config: { providers }, locate };
}

/** The position for a problem of a whole file. */
export function startOf(file: string): SourceLocation {
  return { file, line: 1, column: 1 };
}
