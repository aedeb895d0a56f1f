// Loads a large file without compiling it again: V8's code cache is kept beside it. Node.js has that by itself from 22.1
// (`module.enableCompileCache`), and this runs with 20, too.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname } = require('node:path');
const { constants, Script } = require('node:vm');

/**
 * Loads a CommonJS file as `require` does.
 * @param {string} path absolute.
 */
exports.requireCompiled = (path) => {
  const kept = `${path}.compiled`;
  const script = new Script(Module.wrap(readFileSync(path, 'utf8')), {
    filename: path,
    cachedData: readKept(kept),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = new Module(path);
  module.filename = path;
  module.paths = Module._nodeModulePaths(dirname(path));
  const require = Object.assign((id) => module.require(id), { resolve: Module.createRequire(path).resolve });
  script.runInThisContext().call(module.exports, module.exports, require, module, path, dirname(path));
  module.loaded = true;
  // Another version of Node.js does not take it. Made now, it has what is run at the start, too.
  if (script.cachedDataRejected !== false) keep(kept, script.createCachedData());
  return module.exports;
};

function readKept(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keep(path, data) {
  try {
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, data);
    renameSync(unfinished, path);
  } catch {
    // Where nobody may write it is compiled each time.
  }
}
