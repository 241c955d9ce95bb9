const { process } = globalThis;

export const { argv, cwd, emitWarning, env, exit, nextTick, pid, platform, version, versions } = process;

export default process;
