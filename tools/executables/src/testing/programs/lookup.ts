/** Requests the URL that is its argument and prints the response's body, or how it failed. */
import { stdio, transport } from "@imagecred/protocol/runtime";

const [url = ""] = stdio.args;
transport
  .request({ url, method: "GET", headers: {}, timeoutMs: 10_000, maxResponseBytes: 1000 })
  .then(
    ({ body }) => stdio.writeStdout(new TextDecoder().decode(body)),
    (error: unknown) =>
      stdio.writeStdout(error instanceof Error && "code" in error ? String(error.code) : "?"),
  )
  .then(() => stdio.exit(0));
