import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, samplesOf } from "./profile-areas.ts";

const PRINTED = `perf-exec
\tffffffff81637 __kfree_rcu ([kernel.kallsyms])

ecr-credential-
\tffffffff821e8f67 clear_page_erms ([kernel.kallsyms])
\tffffffff815eb9d5 handle_mm_fault ([kernel.kallsyms])
\tffffffff815eb9d6 asm_exc_page_fault ([kernel.kallsyms])
\t    7f4bba7e43b8 JS_DupAtom (/tmp/ecr-credential-provider)

ecr-credential-
\tffffffff81e45115 tcp_ack ([kernel.kallsyms])

tokio-rt-worker
\t    7f4bba7e43b8 JS_DupAtom (/tmp/ecr-credential-provider)
\t    7f4bba5cd34e imagecred_runtime::engine::run_entry::{{closure}} (/tmp/ecr-credential-provider)
`;

test("samples are the program's own, and count for what ran", () => {
  const samples = samplesOf(PRINTED);
  assert.deepEqual(samples[2], ["JS_DupAtom", "imagecred_runtime::engine::run_entry::{{closure}}"]);
  assert.deepEqual(samples.map(areaOf), [
    "kernel: pages of memory",
    "kernel: network, files, timers",
    "JavaScript: engine, loading the code, running it",
  ]);
});

test("functions of the libraries count for their area", () => {
  const areas = (names: readonly string[]) => [...new Set(names.map((name) => areaOf([name])))];
  assert.deepEqual(
    areas(["handle_amd", "__libc_start_main_impl", "std_detect::detect::cache::detect_and_initialize"]),
    ["C library and processor detection, before `main`"],
  );
  assert.deepEqual(
    areas(["__ecp_nistz256_mul_montx", "ring_core_0_17_14__x25519_ge_scalarmult_base_adx", "fe4_sub"]),
    ["TLS and signatures"],
  );
  assert.deepEqual(areas(["malloc", "_int_free", "__libc_calloc", "sysmalloc"]), ["memory allocation"]);
  assert.deepEqual(
    areas(["__JS_NewAtom", "add_shape_property", "lre_exec_backtrack", "bc_get_atom", "js_closure2"]),
    ["JavaScript: engine, loading the code, running it"],
  );
  assert.deepEqual(areas(["__memcpy_avx_unaligned_erms"]), ["everything else"]);
});
