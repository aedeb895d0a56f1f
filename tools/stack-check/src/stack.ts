import type { ServiceClone } from './service-clone.ts';

/** What starts a service that was built. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A stack of services: how one that was generated is built and started is all in which they may differ. */
export interface Stack {
  readonly name: string;
  /** Returns what starts a service as its image does. */
  program(service: ServiceClone): Program;
  /** Reports whether a file, by its path in `dist/`, is none that an image of the service needs. */
  isForeign(path: string, service: ServiceClone): boolean;
  /**
   * Adds routes to try a service by, as a developer would:
   * - `GET /slow/{ms}` is answered after so many milliseconds,
   * - `POST /echo` with the JSON that it is sent,
   * - `GET /call` with the status that `NEIGHBOUR`, an address, answers to the client that the stack gives a service.
   */
  addTrialRoutes(service: ServiceClone): void;
  /** True when a framework gives the answers to what is no request of the description, and not a host of ours. */
  readonly hasOwnAnswers?: boolean;
  /** Returns why nothing of this stack can be built on this machine, and how to get what lacks. */
  lacks?(workspace: string): { readonly reason: string; readonly hint: string } | undefined;
}
