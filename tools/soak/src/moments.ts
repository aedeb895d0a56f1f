import type { DeployerOrder } from './deployer.ts';

/** A moment in the run of a command. */
export interface Moment {
  readonly command: DeployerOrder['command'];
  /** The answer of the API server after which it is; from 1. */
  readonly answer: number;
}

/**
 * Moments of a run in which something happens, by the answers of the API server: after every one, or at these parts of a
 * run, from 0 (the first) to 1 (the last).
 */
export type Moments = 'all' | readonly number[];

/** An answer more than the undisturbed run had: some come with time. */
const further = 2;

/** Returns moments of a run that has that many answers. */
export function momentsOf(command: Moment['command'], answers: number, moments: Moments = []): Moment[] {
  const numbers =
    moments === 'all'
      ? Array.from({ length: answers + further }, (_, index) => index + 1)
      : moments.map((part) => Math.max(1, Math.round(part * answers)));
  return numbers.map((answer) => ({ command, answer }));
}
