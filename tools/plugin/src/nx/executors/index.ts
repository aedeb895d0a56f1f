// What tools/nx/executors.cjs takes out of the sources: Nx's implementations of all executors, and the checks before them.
export { executors, isContinuous, taskOf } from './executors.ts';
export { batchOf, continuousOf, singleOf } from './running/batch.ts';
export { toolchainBatch, toolchainSingle } from './toolchain/executor.ts';
export { checkBeforehand } from './running/check-beforehand.ts';
