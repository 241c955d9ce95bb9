const { process } = globalThis;

export const { argv, cwd, emitWarning, env, exit, exitCode, nextTick, pid, platform, version, versions } =
  process;

export default process;
