// First lines of every Node single executable: an error before the program has its own say (a module that throws while
// it loads, say) is one line and exit 1, as on the static runtime; and so is a program that runs out of work without an
// answer.
{
  const name = require("node:path").basename(process.execPath);
  const die = (text) => {
    const line = `${name}: ${text}`.replace(/\p{Cc}+/gu, " ");
    require("node:fs").writeSync(2, `${Buffer.from(line).subarray(0, 690).toString()}\n`);
    process.exit(1);
  };
  const alone = () => process.listenerCount("uncaughtException") === 1;
  const report = (error) => {
    if (!alone()) return;
    die(`uncaught error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  };
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
  process.on("beforeExit", () => {
    if (!alone()) die("internal error: it ended without an answer; please report it");
  });
}
