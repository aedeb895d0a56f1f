// Nx's door to the executors (executors.json): NAME is the batch of an executor, NAME.single its single task.
const { posix } = require('node:path');
const { loadBundle } = require('./bundle.cjs');

const entry = Object.entries(require('./executors.json').executors).flatMap(
  ([name, { batchImplementation, schema }]) => {
    if (batchImplementation !== `./executors.cjs#${name}`) return [];
    // An executor lies beside its schema.
    const folder = posix.relative('../plugin/src', posix.dirname(schema));
    return `export { batch as ${JSON.stringify(name)}, default as ${JSON.stringify(`${name}.single`)} } from './${folder}/executor.ts';`;
  },
);

module.exports = loadBundle('executors', entry.join('\n'), ['.', '../schemas']);
