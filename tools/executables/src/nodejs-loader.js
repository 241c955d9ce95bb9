// In every Node.js single executable: runs the bundle's files, each when it is first needed, from `ENTRY` on. What the start needs
// is in `START`; the rest is stored next to it as assets, so that the engine does not read their source before that (reading all of
// acr's takes almost as long as starting Node.js). `require` in these files finds other files of the bundle, and Node.js's own
// modules.
{
  const loaded = new Map();
  const load = (name) => {
    if (!name.startsWith("./")) return require(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    (START[name] ?? compile(name))(module, module.exports, load);
    return module.exports;
  };
  const compile = (name) => {
    const source = Buffer.from(require("node:sea").getRawAsset(name)).toString();
    return require("node:vm").compileFunction(source, ["module", "exports", "require"], { filename: name });
  };
  load(ENTRY);
}
