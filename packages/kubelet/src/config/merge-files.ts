/** The files of one configuration as one, and back from its paths to their places. */
import type { DecodedFile } from "./decode-config.ts";
import type { SourceLocation } from "./problem.ts";
import type { CredentialProvider, CredentialProviderConfig } from "./types.ts";

/** A file that was read, in whatever state it is. */
export interface ReadFile {
  readonly path: string;
  readonly decoded: DecodedFile;
}

/** Providers in the order of their files, and where each value stands. */
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

/** Where a problem of a whole file is shown. */
export function startOf(file: string): SourceLocation {
  return { file, line: 1, column: 1 };
}
