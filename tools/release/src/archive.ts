import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";

/** A file of an archive or of an image layer. */
export interface Entry {
  /** Path inside, with slashes and without a leading one. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits, for example 0o755. */
  readonly mode: number;
}

/** Byte order, which no locale changes. */
function sorted(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * The entries as an uncompressed tar: sorted, owner 0:0 without names, every time the same, so that the same content gives
 * the same bytes anywhere. Directories of the paths come before what is in them.
 * @param modifiedAt SOURCE_DATE_EPOCH, in seconds
 */
export async function tar(entries: readonly Entry[], modifiedAt: number): Promise<Uint8Array> {
  const archive = pack();
  const common = { uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(modifiedAt * 1000) };
  const directories = new Set<string>();
  for (const { path, content, mode } of sorted(entries)) {
    for (const directory of parentsOf(path)) {
      if (directories.has(directory)) continue;
      directories.add(directory);
      archive.entry({ ...common, name: directory, type: "directory", mode: 0o755 });
    }
    archive.entry({ ...common, name: path, mode, size: content.length }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`);
}

/** gzip without a time stamp or a file name in its header. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = createGzip({ level: 9 });
  stream.end(bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes a zip file, reproducible like {@link tar}. */
export async function writeZip(path: string, entries: readonly Entry[], modifiedAt: number): Promise<void> {
  const archive = new ZipFile();
  // DOS times have no time zone: the fields are taken as UTC whatever the machine's zone is.
  const mtime = new Date(modifiedAt * 1000);
  const local = new Date(mtime.getTime() + mtime.getTimezoneOffset() * 60_000);
  for (const entry of sorted(entries)) {
    archive.addBuffer(Buffer.from(entry.content), entry.path, {
      mtime: local,
      mode: 0o100000 | entry.mode,
      forceDosTimestamp: true,
    });
  }
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(path));
}
