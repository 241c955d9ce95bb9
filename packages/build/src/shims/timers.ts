const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis;

export { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };

export default { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };
