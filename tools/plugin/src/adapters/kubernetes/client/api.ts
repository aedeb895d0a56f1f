import type http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { OnAnswer } from '../../../ports/clock.ts';
import { ApiError, noApiServer, unreachable } from './api-error.ts';
import { bounded, isWrite, type ApiRequest } from './api-request.ts';
import { Connection, isBusy, pauseBefore } from './connection.ts';
import { Heartbeat, usualHeartbeat, type HeartbeatTimes } from './heartbeat.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { JointSignal } from './joint-signal.ts';
import { identify, type ClusterAccess, type Identity } from './credentials/cluster-access.ts';
import { WatchedServer } from './watched-server.ts';
import { bytesOf, gunzipAside, isPage, linesOf, textOf, warningsIn } from './read-answer.ts';
import { Transport } from './transport.ts';

/** Milliseconds for the first answer; who does not reach the server wants to know soon. */
const usualFirstTimeout = 5000;
/** Milliseconds for one answer. */
const usualAnswerTimeout = 30_000;
/** Milliseconds for which a server that was there is asked again when it does not answer. */
const patience = 15_000;
/** A watch is ended and begun again after that many seconds, so that a connection that died unseen is noticed. */
const watchSeconds = 50;

/** Decides whether something may still be written. */
export interface WriteFence {
  /** Makes sure of it. @returns the milliseconds for which it is certain. @throws when nothing may be written any more. */
  hold(): Promise<number>;
}

export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
};

/** How a server is asked. */
export interface ApiOptions {
  /** Milliseconds for the first answer. */
  readonly firstTimeout?: number;
  /** Milliseconds for each later one. */
  readonly answerTimeout?: number;
  /** Is told the server's time with each answer. */
  readonly onAnswer?: OnAnswer | undefined;
  /** How soon it is noticed that a server is silent of which something is watched. */
  readonly heartbeat?: HeartbeatTimes;
}

/** Kubernetes' API over kept connections. It has what the client library cannot send: `fieldValidation` with a patch. */
export class KubernetesApi {
  readonly context: string;
  readonly server: string;
  /** The proxy that requests go through. */
  readonly proxy: string | undefined;
  private readonly access: ClusterAccess;
  private readonly transport: Transport;
  private readonly firstTimeout: number;
  private readonly answerTimeout: number;
  private readonly onAnswer: OnAnswer;
  private readonly connection = new Connection();
  private readonly heartbeat: Heartbeat;
  private readSignal: AbortSignal | undefined;
  private fence: WriteFence | undefined;
  private onWarning: (text: string) => void = () => {};

  constructor(
    access: ClusterAccess,
    {
      firstTimeout = usualFirstTimeout,
      answerTimeout = usualAnswerTimeout,
      onAnswer = () => {},
      heartbeat = usualHeartbeat,
    }: ApiOptions = {},
  ) {
    this.access = access;
    this.onAnswer = onAnswer;
    this.firstTimeout = firstTimeout;
    this.answerTimeout = answerTimeout;
    this.context = access.context;
    this.server = access.server;
    this.proxy = access.proxy;
    this.transport = new Transport(access);
    this.heartbeat = new Heartbeat(new WatchedServer(access, this.transport, this.connection), heartbeat);
  }

  /**
   * Returns the same API, over the same connections, whose requests that only read end when a signal is aborted. One that
   * writes is never given up: nobody would know what became of it.
   */
  readingUntil(signal: AbortSignal | undefined): KubernetesApi {
    if (!signal) return this;
    const reading = Object.create(this) as KubernetesApi;
    reading.readSignal = signal;
    return reading;
  }

  /** Returns the same API, over the same connections, whose every write a fence must let through. */
  fencedBy(fence: WriteFence): KubernetesApi {
    const fenced = Object.create(this) as KubernetesApi;
    fenced.fence = fence;
    return fenced;
  }

  /** Returns the same API, over the same connections, that tells the warnings of the server: of deprecated fields, say. */
  tellingWarnings(onWarning: (text: string) => void): KubernetesApi {
    const telling = Object.create(this) as KubernetesApi;
    telling.onWarning = onWarning;
    return telling;
  }

  /** True while the server may be one that has just been started: it refuses what it does not know yet. */
  get isSettling(): boolean {
    return this.connection.isSettling;
  }

  /** @returns the object, or undefined when there is none. */
  async get<T = KubernetesObject>(path: string, query: ApiRequest['query'] = {}): Promise<T | undefined> {
    try {
      return (await this.send('GET', path, { query })) as T;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** @throws {ApiError} for an answer that is no success. @throws {Refusal} when there is no answer. */
  async send(method: string, path: string, request: ApiRequest = {}): Promise<unknown> {
    const body = await this.sendForText(method, path, request);
    if (body === '') return undefined;
    try {
      return JSON.parse(body);
    } catch {
      throw noApiServer(this, body);
    }
  }

  /** The same for answers that are no JSON. */
  async sendForText(method: string, path: string, request: ApiRequest = {}): Promise<string> {
    return (await this.sendForBytes(method, path, request)).toString();
  }

  /** The same for answers that are no text. */
  async sendForBytes(method: string, path: string, request: ApiRequest = {}): Promise<Buffer> {
    const repeatable = request.repeatable ?? method !== 'POST';
    const until = performance.now() + patience;
    const signal = method === 'GET' ? anySignal(request.signal, this.readSignal) : request.signal;
    const fence = isWrite(method, path, request) ? this.fence : undefined;
    for (let attempt = 0, renewed = false; ; attempt++) {
      // Before any limit begins: a person may have to log in.
      const identity = await identify(this.access, signal);
      // Before each attempt: what is sent again late is a late write, too.
      const certainFor = await fence?.hold();
      const wait = pauseBefore(attempt);
      const again = repeatable && performance.now() + wait < until && !signal?.aborted;
      try {
        return await this.once(method, path, bounded({ ...request, signal }, certainFor), {
          identity,
          atMost: certainFor,
        });
      } catch (error) {
        // Nothing was done for one whose credentials are not accepted.
        if (!renewed && error instanceof ApiError && error.code === 401 && this.access.renew?.(identity.headers)) {
          renewed = true;
          continue;
        }
        if (error instanceof Refusal) throw error;
        const lost = this.connection.noteLoss(error, signal);
        // One that never answered may be another's address. Of requests sent at once, another may have been answered.
        const isKnown = this.connection.hasAnswered;
        if (!this.connection.isUnsettled(error) && !(again && ((lost && isKnown) || isBusy(error))))
          throw lost ? unreachable(this, error, signal) : error;
      }
      await pause(wait);
    }
  }

  /**
   * Events since a version of a list.
   * @param accept the form of the objects, when not as they are.
   * @throws {ApiError} with code 410 when that version is too old to tell.
   * @throws {ProductError} when the server was found silent meanwhile.
   */
  async *watch(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    until: AbortSignal,
    accept?: string,
  ): AsyncGenerator<WatchEvent> {
    const silent = this.connection.untilSilent;
    const joint = new JointSignal(until, this.readSignal, silent);
    const endHeartbeat = this.heartbeat.start(path);
    let answer: http.IncomingMessage | undefined;
    let dead: NodeJS.Timeout | undefined;
    try {
      answer = await this.openStream(path, {
        query: { ...query, watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: String(watchSeconds) },
        joint,
        accept,
      });
      dead = setTimeout(() => answer?.destroy(new Error('the watch did not end')), (watchSeconds + 10) * 1000);
      for await (const line of linesOf(answer)) {
        if (line === '') continue;
        const event = JSON.parse(line) as { type: string; object: { code?: number } };
        if (event.type === 'ERROR') throw new ApiError(event.object.code ?? 0, JSON.stringify(event.object));
        yield event as unknown as WatchEvent;
      }
    } catch (error) {
      if (silent.aborted && !until.aborted) throw silent.reason;
      this.connection.noteLoss(error, joint.signal);
      throw error;
    } finally {
      endHeartbeat();
      clearTimeout(dead);
      answer?.destroy();
      joint.release();
    }
  }

  /**
   * Lines of an answer that is a text, as they come, until it ends.
   * @param longest characters of a line; the rest of longer ones is left out.
   */
  async *lines(
    path: string,
    query: ApiRequest['query'],
    longest: number,
    signal: AbortSignal,
  ): AsyncGenerator<string, void> {
    const joint = new JointSignal(signal, this.connection.untilSilent);
    let answer: http.IncomingMessage | undefined;
    try {
      answer = await this.openStream(path, { query: query ?? {}, accept: '*/*', joint });
      const rest = yield* linesOf(answer, longest);
      if (rest !== '') yield rest;
    } finally {
      answer?.destroy();
      joint.release();
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.transport.close();
  }

  private async once(
    method: string,
    path: string,
    request: ApiRequest,
    { identity, atMost = Infinity }: { identity: Identity; atMost?: number | undefined },
  ): Promise<Buffer> {
    const { hasAnswered, isSilent, untilSilent } = this.connection;
    const isRead = method === 'GET';
    const usual = hasAnswered && !(isRead && isSilent) ? this.answerTimeout : this.firstTimeout;
    const joint = new JointSignal(request.signal, isRead ? untilSilent : undefined);
    joint.limitTo(Math.min(usual, Math.floor(atMost)));
    const askedAt = Date.now();
    try {
      const answer = await this.transport.open(method, path, { ...request, signal: joint.signal }, identity);
      this.onAnswer({ server: this.server, headers: answer.headers, askedAt });
      for (const text of warningsIn(answer.headers['warning'])) this.onWarning(text);
      const sent = await bytesOf(answer);
      const body = answer.headers['content-encoding'] === 'gzip' ? await gunzipAside(sent) : sent;
      this.connection.noteAnswer();
      const { statusCode = 0 } = answer;
      if (isPage(answer)) throw noApiServer(this, body.toString());
      if (statusCode < 200 || statusCode > 299) throw new ApiError(statusCode, body.toString());
      return body;
    } finally {
      joint.release();
    }
  }

  /** Begins an answer that has no end of its own: only its beginning has a limit. */
  private async openStream(path: string, request: StreamRequest): Promise<http.IncomingMessage> {
    const { signal } = request.joint;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.openStreamOnce(path, request);
      } catch (error) {
        this.connection.noteLoss(error, signal);
        if (signal.aborted || !this.connection.isUnsettled(error)) throw error;
        await pause(pauseBefore(attempt), undefined, { signal });
      }
    }
  }

  private async openStreamOnce(path: string, { joint, ...request }: StreamRequest): Promise<http.IncomingMessage> {
    const { signal } = joint;
    const identity = await identify(this.access, signal);
    joint.limitTo(this.answerTimeout);
    try {
      const answer = await this.transport.open('GET', path, { ...request, signal }, identity);
      if (answer.statusCode !== 200) throw new ApiError(answer.statusCode ?? 0, await textOf(answer));
      return answer;
    } finally {
      joint.liftLimit();
    }
  }
}

/** A request whose answer is read as it comes. */
interface StreamRequest extends Omit<ApiRequest, 'signal'> {
  /** Ends the answer, too. */
  readonly joint: JointSignal;
}

/** Returns a signal that is aborted with the first of some. */
function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
