import type { ApiResult } from '../../plugin/src/model/facade/checking/api-call.ts';
import { isJson } from '../../plugin/src/model/facade/checking/judge-answer.ts';
import type { ApiCaller, ApiRequest, CallingCourse } from '../../plugin/src/ports/api-caller.ts';

/** The most of a body that is taken. */
const mostOfBody = 1024 * 1024;

/** How a request is answered; `reset` and `silence`: not at all. */
export type Served =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | 'reset'
  | 'silence';

/** Twin of a caller for tests: gets what it is told. */
export class InMemoryApiCaller implements ApiCaller {
  /** How requests are answered, by their address; the last one of several stays. Others reach nobody. */
  readonly served = new Map<string, (request: ApiRequest) => Served>();
  readonly seen: ApiRequest[] = [];
  /** How often a request is sent at most. */
  attempts = 5;

  /** Answers requests to an address with one after the other. */
  serve(url: string, ...answers: readonly [Served, ...Served[]]): void {
    let count = 0;
    this.served.set(url, () => answers[Math.min(count++, answers.length - 1)]!);
  }

  async call(requests: readonly ApiRequest[], course: CallingCourse = {}): Promise<ApiResult[]> {
    const { again = () => false, onWait, signal } = course;
    return requests.map((request, index) => {
      for (let attempt = 1; ; attempt++) {
        signal?.throwIfAborted();
        const result = this.answer(request);
        if (attempt === this.attempts || !again(result, index)) return result;
        onWait?.(result);
      }
    });
  }

  private answer(request: ApiRequest): ApiResult {
    const serve = this.served.get(request.url);
    if (!serve) return { reason: 'ECONNREFUSED', isConnected: false };
    this.seen.push(request);
    const served = serve(request);
    if (typeof served === 'string') return { reason: served, isConnected: true };
    const { status, headers = {}, body = '' } = served;
    const { 'content-type': contentType, 'www-authenticate': challenge } = headers;
    const read = body.length > mostOfBody ? { isCut: true } : { body };
    return {
      status,
      ...(contentType === undefined ? {} : { contentType }),
      ...(challenge === undefined ? {} : { challenge }),
      ...(isJson(contentType ?? '') ? read : {}),
    };
  }
}
