import http from 'node:http';
import https from 'node:https';
import { ProductError } from '../../model/errors/product-error.ts';
import { probeResultOf, type ProbeAnswer } from '../../model/deploy/probe-result.ts';
import type { ProbeTarget } from '../../model/deploy/probe-target.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { throughProxy } from '../proxy/proxy-trouble.ts';
import type { NoAnswer, ProbeOptions, Prober, RunningProbe } from '../../ports/prober.ts';
import { userAgent } from '../../model/product/wire-names.ts';

/** A request without an answer in this time has failed. */
const usualTimeoutMs = 10_000;
/** For the first answer: a gateway that cannot be reached from here must not hold up a deployment. */
const firstTimeoutMs = 2000;

/** Between two requests while a route is coming into force. */
const retryPauseMs = 100;

/** One request, and whether it was answered at all. */
interface Asked extends ProbeAnswer {
  readonly isAnswer: boolean;
}

/** How requests get to what is probed. */
interface Way {
  /** The environment's proxy for it. */
  readonly proxy: string | undefined;
  /** Over kept connections. */
  readonly kept: http.Agent;
  /** Over a connection for each request. */
  readonly fresh: http.Agent | false;
}

/** Asks over HTTP: every other request over a connection of its own, the others over kept ones. */
export class HttpProber implements Prober {
  private readonly timeoutMs: number;

  constructor(timeoutMs = usualTimeoutMs) {
    this.timeoutMs = timeoutMs;
  }

  async start(target: ProbeTarget, options: ProbeOptions = {}): Promise<RunningProbe | NoAnswer> {
    const { retryForMs, atLeastMs = 0 } = options;
    const startedAt = performance.now();
    const isRetried = ({ isAnswer, failure }: Asked) =>
      isAnswer && failure !== undefined && performance.now() - startedAt < (retryForMs ?? 0);
    const way = wayTo(target);
    if ('state' in way) return way;
    const firstLimit = Math.min(firstTimeoutMs, this.timeoutMs);
    const askFirst = () => ask(target, way, { isKept: false, timeoutMs: firstLimit });
    let first = await askFirst();
    for (; isRetried(first); first = await askFirst()) await pause(retryPauseMs);
    if (first.failure !== undefined) {
      const when = retryForMs === undefined ? 'did not serve before' : 'does not serve';
      return { state: 'no-answer', reason: `GET ${target.url} ${when}: ${throughProxy(first.failure, way.proxy)}` };
    }
    const least = performance.now() + atLeastMs;
    const answers: ProbeAnswer[] = [first];
    const pending = new Set<Promise<void>>();
    let sent = 0;
    const begun = performance.now();
    // At a steady rate, whatever the answers take: who waits for a slow answer does not notice what else fails. A busy
    // machine drops ticks of a timer; what is due since the last one is sent then.
    const sendDue = () => {
      for (const due = ((performance.now() - begun) * target.rate) / 1000; sent + 1 <= due; sent++) {
        const manner = { isKept: sent % 2 === 0, timeoutMs: this.timeoutMs };
        const answered = ask(target, way, manner).then((answer) => {
          answers.push(answer);
          pending.delete(answered);
        });
        pending.add(answered);
      }
    };
    const timer = setInterval(sendDue, 1000 / target.rate);
    timer.unref();
    return {
      state: 'probing',
      async stop() {
        await pause(Math.max(0, least - performance.now()));
        clearInterval(timer);
        sendDue();
        await Promise.all(pending);
        way.kept.destroy();
        return probeResultOf(answers);
      },
    };
  }
}

/** Returns how a target is reached, as curl reaches it; or why not. */
function wayTo({ url, host }: ProbeTarget): Way | NoAnswer {
  try {
    const proxy = proxyOf(url, { doing: `probe ${url}` });
    // A proxy that passes requests on replaces the name that they are for.
    const isTunnelled = host !== undefined && host !== new URL(url).host;
    // As many as slow answers need: a request that waits for a connection here would count as one that was not answered.
    const kept = agentThrough(proxy, url, { keepAlive: true, maxFreeSockets: 4 }, isTunnelled);
    return { proxy, kept, fresh: proxy === undefined ? false : agentThrough(proxy, url, {}, isTunnelled) };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { state: 'no-answer', reason: `GET ${url} cannot be sent: ${error.facts.reason}` };
  }
}

/** Sends one request. Never throws. */
function ask(
  target: ProbeTarget,
  { kept, fresh }: Way,
  { isKept, timeoutMs }: { readonly isKept: boolean; readonly timeoutMs: number },
): Promise<Asked> {
  const agent = isKept ? kept : fresh;
  const started = performance.now();
  const url = new URL(target.url);
  const host = target.host ?? url.host;
  // Names below localhost are this machine (RFC 6761), also where the resolver does not know them.
  if (url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1';
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    let isAnswer = false;
    const end = (failure?: string) =>
      resolve({ took: performance.now() - started, isAnswer, ...(failure === undefined ? {} : { failure }) });
    const { echo } = target;
    const headers = {
      host,
      'user-agent': userAgent.prober,
      ...(isKept ? {} : { connection: 'close' }),
      ...(echo ? { [echo.name]: echo.value } : {}),
    };
    const sent = request(url, { agent, headers, servername: host.replace(/:\d+$/, '') }, (answer) => {
      const { statusCode = 0 } = answer;
      isAnswer = true;
      answer.resume();
      const isOurs = !echo || answer.headers[echo.name] === echo.value;
      answer.on('end', () => end(failureOf(statusCode, isOurs)));
      answer.on('error', ({ message }) => end(message));
    });
    const limit = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    sent.on('error', ({ message }) => end(message));
    sent.on('close', () => {
      clearTimeout(limit);
      end('the connection ended before the answer did');
    });
    sent.end();
  });
}

function failureOf(statusCode: number, isOurs: boolean): string | undefined {
  if (statusCode >= 400) return `answer ${statusCode}`;
  return isOurs ? undefined : 'another route answers';
}
