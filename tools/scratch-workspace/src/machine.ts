import { cpus, release as kernelRelease, totalmem } from 'node:os';

/** The machine that figures were measured on, in a clause. */
export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GiB, Linux ${kernelRelease()}, Node.js ${process.version}; registry and cluster on the same machine (local platform)`;
}
