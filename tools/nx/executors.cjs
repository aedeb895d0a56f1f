// Nx's door to the executors (executors.json): NAME is the batch of an executor, NAME.single its single task.
const { loadBundle } = require('./bundle.cjs');

const names = Object.entries(require('./executors.json').executors).flatMap(([name, { batchImplementation }]) =>
  batchImplementation === `./executors.cjs#${name}` ? [name] : [],
);
const entry = names.map(
  (name) =>
    `export { batch as ${JSON.stringify(name)}, default as ${JSON.stringify(`${name}.single`)} } from './executors/${name}/executor.ts';`,
);

module.exports = loadBundle('executors', entry.join('\n'), ['.', '../schemas']);
