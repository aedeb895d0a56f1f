import type { ApiResult } from '../model/facade/checking/api-call.ts';

/** One GET through the public door. */
export interface ApiRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How calls are accompanied. */
export interface CallingCourse {
  /** Is asked of each result. True: the request is sent again after a pause, for a bounded time. */
  readonly again?: (result: ApiResult, index: number) => boolean;
  /** Is told before something is sent again. @param result that it was not to be content with. */
  readonly onWait?: (result: ApiResult) => void;
  /** Stops at once; its reason is thrown then. */
  readonly signal?: AbortSignal;
}

/** Calls APIs through the public door, as a client does: over TLS, following no redirect. */
export interface ApiCaller {
  /** Sends requests, some at a time. @returns the last result of each, in their order. */
  call(requests: readonly ApiRequest[], course?: CallingCourse): Promise<ApiResult[]>;
}
