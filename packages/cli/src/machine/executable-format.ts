/** The format of an executable file. */
export type Executable =
  | {
      readonly kind: "elf";
      /** `x86_64`, `aarch64`, or the number of e_machine. */
      readonly machine: string;
      /** Path of the dynamic loader; undefined for a static executable. */
      readonly interpreter: string | undefined;
    }
  | { readonly kind: "script"; readonly interpreter: string }
  /** A Windows executable: `machine` as for ELF. */
  | { readonly kind: "pe"; readonly machine: string }
  /** Starting it fails with "exec format error" (ENOEXEC), whatever its mode. */
  | { readonly kind: "broken"; readonly reason: string }
  | { readonly kind: "unknown" };

/** Enough for the program headers, which linkers put directly after the ELF header. */
export const EXECUTABLE_HEADER_BYTES = 64 * 1024;

const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
/** The maximum length of a script's first line (linux/binfmts.h, BINPRM_BUF_SIZE). */
const SCRIPT_LINE_BYTES = 256;
const PE_SIGNATURE = 0x50450000;
const PE_MACHINES: Readonly<Record<number, string>> = { 332: "i386", 34404: "x86_64", 43620: "aarch64" };
const MACHINES: Readonly<Record<number, string>> = {
  3: "i386",
  40: "arm",
  62: "x86_64",
  183: "aarch64",
  243: "riscv64",
};

/** Reads the start of an executable (System V ABI, chapters 4 and 5; Linux, fs/binfmt_elf.c and fs/binfmt_script.c). */
export function inspectExecutable(head: Uint8Array): Executable {
  if (head[0] === 0x23 && head[1] === 0x21) return scriptOf(head);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length >= 64 && head[0] === 0x4d && head[1] === 0x5a) return portableExecutable(head, view);
  if (head.length < 4 || view.getUint32(0) !== ELF_MAGIC) return { kind: "unknown" };
  if (head.length < 64) return { kind: "broken", reason: "its ELF header is cut off" };
  const wide = head[4] === CLASS_64;
  const little = head[5] === LITTLE_ENDIAN;
  const type = view.getUint16(16, little);
  if (type !== ET_EXEC && type !== ET_DYN)
    return { kind: "broken", reason: `its ELF type is ${type}: not an executable` };
  const headers = programHeaders(head, view, wide, little);
  if (typeof headers === "string") return { kind: "broken", reason: headers };
  const code = view.getUint16(18, little);
  return { kind: "elf", machine: MACHINES[code] ?? `machine ${code}`, interpreter: headers.interpreter };
}

/** Microsoft, PE Format: the offset of the signature is at 0x3c; the COFF header after it begins with the machine. */
function portableExecutable(head: Uint8Array, view: DataView): Executable {
  const at = view.getUint32(0x3c, true);
  if (at + 6 > head.length || view.getUint32(at, false) !== PE_SIGNATURE)
    return { kind: "broken", reason: "it begins like a Windows executable but has no PE header" };
  const code = view.getUint16(at + 4, true);
  return { kind: "pe", machine: PE_MACHINES[code] ?? `machine ${code}` };
}

function scriptOf(head: Uint8Array): Executable {
  const start = new TextDecoder().decode(head.subarray(2, SCRIPT_LINE_BYTES));
  const end = start.indexOf("\n");
  const line = end < 0 ? start : start.slice(0, end);
  // Only blanks and tabs are separators: a carriage return is part of the interpreter's name.
  const [interpreter = ""] = line.replace(/^[ \t]+/, "").split(/[ \t]/, 1);
  if (interpreter === "") return { kind: "broken", reason: "its #! line has no interpreter" };
  if (end < 0 && head.length >= SCRIPT_LINE_BYTES && !/[ \t]/.test(line.trimStart())) {
    return { kind: "broken", reason: "its #! line is too long" };
  }
  return { kind: "script", interpreter };
}

/** The interpreter in the program headers, or why the system would reject them. */
function programHeaders(
  head: Uint8Array,
  view: DataView,
  wide: boolean,
  little: boolean,
): { readonly interpreter: string | undefined } | string {
  const offset = (at: number) => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const start = offset(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, little);
  const number = view.getUint16(wide ? 56 : 44, little);
  if (number === 0 || size !== (wide ? 56 : 32))
    return "it has no program headers: the file is cut off or damaged";
  // Tools that modify an executable can move the headers beyond the part that was read.
  const whole = head.length < EXECUTABLE_HEADER_BYTES;
  if (start + number * size > head.length) {
    return whole ? "its program headers are cut off" : { interpreter: undefined };
  }
  let loads = false;
  let interpreter: string | undefined;
  for (let index = 0; index < number; index++) {
    const at = start + index * size;
    const type = view.getUint32(at, little);
    if (type === PT_LOAD) loads = true;
    if (type !== PT_INTERP || interpreter !== undefined) continue;
    const from = offset(at + (wide ? 8 : 4));
    const length = offset(at + (wide ? 32 : 16));
    if (!whole && from + length > head.length) return { interpreter: undefined };
    if (length < 2 || from + length > head.length || head[from + length - 1] !== 0) {
      return "the name of its loader is damaged";
    }
    interpreter = new TextDecoder().decode(head.subarray(from, from + length - 1));
  }
  return loads ? { interpreter } : "it has nothing to load: the file is cut off or damaged";
}
