/** What the system would do with a file that is to be executed. */
export type Executable =
  | {
      readonly kind: "elf";
      /** `x86_64`, `aarch64`, or the number of e_machine. */
      readonly machine: string;
      /** Path of the dynamic loader; undefined for a static executable. */
      readonly interpreter: string | undefined;
    }
  | { readonly kind: "script"; readonly interpreter: string }
  | { readonly kind: "unknown" };

/** Enough for the program headers, which linkers put right behind the ELF header. */
export const EXECUTABLE_HEADER_BYTES = 64 * 1024;

const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const PT_INTERP = 3;
const MACHINES: Readonly<Record<number, string>> = {
  3: "i386",
  40: "arm",
  62: "x86_64",
  183: "aarch64",
  243: "riscv64",
};

/** Reads the start of an executable (System V ABI, chapter 4 and 5; 64-bit offsets by elf.h). */
export function inspectExecutable(head: Uint8Array): Executable {
  if (head[0] === 0x23 && head[1] === 0x21) {
    const line = new TextDecoder().decode(head.subarray(2, 256)).split("\n", 1)[0] ?? "";
    return { kind: "script", interpreter: line.trim().split(/\s+/, 1)[0] ?? "" };
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 64 || view.getUint32(0) !== ELF_MAGIC) return { kind: "unknown" };
  const wide = head[4] === CLASS_64;
  const little = head[5] === LITTLE_ENDIAN;
  const code = view.getUint16(18, little);
  return {
    kind: "elf",
    machine: MACHINES[code] ?? `machine ${code}`,
    interpreter: interpreterOf(head, view, wide, little),
  };
}

function interpreterOf(head: Uint8Array, view: DataView, wide: boolean, little: boolean): string | undefined {
  const offset = (at: number) => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const start = offset(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, little);
  const number = view.getUint16(wide ? 56 : 44, little);
  for (let index = 0; index < number; index++) {
    const at = start + index * size;
    if (at + (wide ? 56 : 32) > head.length) return undefined;
    if (view.getUint32(at, little) !== PT_INTERP) continue;
    const from = offset(at + (wide ? 8 : 4));
    const length = offset(at + (wide ? 32 : 16));
    return new TextDecoder().decode(head.subarray(from, from + length)).replace(/\0.*$/s, "");
  }
  return undefined;
}
