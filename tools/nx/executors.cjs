// Nx's door to the executors (executors.json): NAME is the batch of an executor, NAME.single its single task.
const { loadBundle } = require('./bundle.cjs');

const bundle = loadBundle('executors');
const { executors, isContinuous, taskOf, batchOf, continuousOf, singleOf } = bundle;

for (const [name, executor] of Object.entries(executors)) {
  exports[name] = batchOf(taskOf(executor));
  exports[`${name}.single`] = (isContinuous(executor) ? continuousOf : singleOf)(taskOf(executor));
}
exports.toolchain = bundle.toolchainBatch;
exports['toolchain.single'] = bundle.toolchainSingle;
exports.checkBeforehand = bundle.checkBeforehand;
