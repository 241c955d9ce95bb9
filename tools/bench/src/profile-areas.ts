/** A sample of the processor: the functions that ran, the innermost first. The kernel's come before the program's. */
export type Stack = readonly string[];

/** What the processor time of a run is spent on, in the order of the table. */
export const AREAS = [
  "kernel: pages of memory",
  "kernel: network, files, timers",
  "C library and processor detection, before `main`",
  "JavaScript: engine, loading the code, running it",
  "TLS and signatures",
  "HTTP, names, event loop",
  "memory allocation",
  "everything else",
] as const;
export type Area = (typeof AREAS)[number];

/** The kernel's entries for memory. */
const MEMORY = /^kernel (.*page_fault|vm_mmap_pgoff|.*sys_(brk|mmap|munmap|mprotect|madvise))$/;

/** Of the innermost function. */
const BY_FUNCTION: readonly (readonly [RegExp, Area])[] = [
  [/^kernel /, "kernel: network, files, timers"],
  [
    /^(handle_(amd|intel)|get_(common|extended)_(indices|cache_info)|update_active|init_cpu_features|dl_init_cacheinfo|intel_check_word|cpu_features|__libc_(start|init|setup)|__tunables|_dl_|std_detect|.*OPENSSL_cpuid)/,
    "C library and processor detection, before `main`",
  ],
  [
    /(malloc|^(_|__libc_)?(free|realloc|calloc)$|^_int_|sysmalloc|unlink_chunk|heap::Heap|Allocator|alloc::)/,
    "memory allocation",
  ],
  [
    /(^|_)(ring|rustls|webpki|ecp_|ecp|p256|p384|fe_|fe4|fiat|x25519|aes|gcm|sha256|sha512|bn_mul)|rustls|webpki|^ring::/,
    "TLS and signatures",
  ],
  [
    /tokio|hyper|http|imagecred_runtime::(net|modules::http)|url::|idna|percent_encoding|epoll|^(send|recv|connect|socket|__libc_poll)/,
    "HTTP, names, event loop",
  ],
  [
    /^_*(JS|js|bc|lre|re|async_func|json|dbuf|mpb|limb|find_atom|find_own|map_hash|string_buffer|get_shape|push_state|perform_promise|promise_reaction|fulfill|utf8_scan|str_to_mpn|cr_op)(_|$)|^(add|resize|free|clone|delete)_(property|properties|shape|gc_object|fast_array|zero)|rquickjs|llrt|imagecred_runtime::(engine|loader|globals|modules)|RustFunc/,
    "JavaScript: engine, loading the code, running it",
  ],
];

/** The area that a sample counts for. */
export function areaOf(stack: Stack): Area {
  const innermost = stack[0] ?? "";
  if (innermost.startsWith("kernel ") && stack.some((name) => MEMORY.test(name)))
    return "kernel: pages of memory";
  return BY_FUNCTION.find(([pattern]) => pattern.test(innermost))?.[1] ?? "everything else";
}

/**
 * Samples of `perf script -F comm,ip,sym,dso`: a line with the process, then a line for each function, then an empty line. Those of
 * perf itself, before it becomes the program, are left out.
 */
export function samplesOf(printed: string): Stack[] {
  return printed
    .split(/\n\s*\n/)
    .map((block) => block.split("\n").filter((line) => line.trim() !== ""))
    .filter(([process]) => process !== undefined && !/^\s*perf\b/.test(process))
    .map((lines) => lines.slice(1).flatMap(functionOf))
    .filter((stack) => stack.length > 0);
}

/** One line of a sample: address, name, and in parentheses the file that has it. */
function functionOf(line: string): string[] {
  const [, name = "", where = ""] = /^\s*[0-9a-f]+ (.+) \((.+)\)$/.exec(line) ?? [];
  if (name === "") return [];
  return [where.includes("[kernel") ? `kernel ${name}` : name];
}
