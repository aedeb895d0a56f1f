import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { OnAnswer } from '../../../ports/clock.ts';
import { agentThrough } from '../../proxy/proxy-agent.ts';
import { ApiError, noApiServer, unreachable } from './api-error.ts';
import { bounded, isWrite, type ApiRequest } from './api-request.ts';
import { Connection, isBusy, pauseBefore } from './connection.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { identify, type ClusterAccess, type Identity } from './credentials/cluster-access.ts';
import { bytesOf, gunzipAside, isPage, linesOf, textOf, warningsIn } from './read-answer.ts';
import { userAgent } from '../../../model/product/wire-names.ts';

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
}

/** Kubernetes' API over kept connections. It has what the client library cannot send: `fieldValidation` with a patch. */
export class KubernetesApi {
  readonly context: string;
  readonly server: string;
  /** The proxy that requests go through. */
  readonly proxy: string | undefined;
  private readonly access: ClusterAccess;
  private readonly agent: http.Agent;
  private readonly firstTimeout: number;
  private readonly answerTimeout: number;
  private readonly onAnswer: OnAnswer;
  private readonly connection = new Connection();
  private readSignal: AbortSignal | undefined;
  private fence: WriteFence | undefined;
  private onWarning: (text: string) => void = () => {};

  constructor(
    access: ClusterAccess,
    { firstTimeout = usualFirstTimeout, answerTimeout = usualAnswerTimeout, onAnswer = () => {} }: ApiOptions = {},
  ) {
    this.access = access;
    this.onAnswer = onAnswer;
    this.firstTimeout = firstTimeout;
    this.answerTimeout = answerTimeout;
    this.context = access.context;
    this.server = access.server;
    this.proxy = access.proxy;
    const options = { keepAlive: true, keepAliveMsecs: 10_000, noDelay: true };
    this.agent = agentThrough(access.proxy, access.server, { ...options, ...access.tls });
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
   */
  async *watch(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    until: AbortSignal,
    accept?: string,
  ): AsyncGenerator<WatchEvent> {
    const signal = this.readSignal ? AbortSignal.any([until, this.readSignal]) : until;
    const answer = await this.openStream(path, {
      query: { ...query, watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: String(watchSeconds) },
      signal,
      accept,
    });
    const dead = setTimeout(() => answer.destroy(new Error('the watch did not end')), (watchSeconds + 10) * 1000);
    try {
      for await (const line of linesOf(answer)) {
        if (line === '') continue;
        const event = JSON.parse(line) as { type: string; object: { code?: number } };
        if (event.type === 'ERROR') throw new ApiError(event.object.code ?? 0, JSON.stringify(event.object));
        yield event as unknown as WatchEvent;
      }
    } catch (error) {
      this.connection.noteLoss(error, signal);
      throw error;
    } finally {
      clearTimeout(dead);
      answer.destroy();
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
    const answer = await this.openStream(path, { query: query ?? {}, accept: '*/*', signal });
    try {
      const rest = yield* linesOf(answer, longest);
      if (rest !== '') yield rest;
    } finally {
      answer.destroy();
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.agent.destroy();
  }

  private async once(
    method: string,
    path: string,
    request: ApiRequest,
    { identity, atMost = Infinity }: { identity: Identity; atMost?: number | undefined },
  ): Promise<Buffer> {
    const limit = AbortSignal.timeout(
      Math.min(this.connection.hasAnswered ? this.answerTimeout : this.firstTimeout, Math.floor(atMost)),
    );
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    const askedAt = Date.now();
    const answer = await this.open(method, path, { ...request, signal }, identity);
    this.onAnswer({ server: this.server, headers: answer.headers, askedAt });
    for (const text of warningsIn(answer.headers['warning'])) this.onWarning(text);
    const sent = await bytesOf(answer);
    const body = answer.headers['content-encoding'] === 'gzip' ? await gunzipAside(sent) : sent;
    this.connection.hasAnswered = true;
    const { statusCode = 0 } = answer;
    if (isPage(answer)) throw noApiServer(this, body.toString());
    if (statusCode < 200 || statusCode > 299) throw new ApiError(statusCode, body.toString());
    return body;
  }

  /** Begins an answer that has no end of its own: only its beginning has a limit. */
  private async openStream(path: string, request: ApiRequest & { signal: AbortSignal }): Promise<http.IncomingMessage> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.openStreamOnce(path, request);
      } catch (error) {
        this.connection.noteLoss(error, request.signal);
        if (request.signal.aborted || !this.connection.isUnsettled(error)) throw error;
        await pause(pauseBefore(attempt), undefined, { signal: request.signal });
      }
    }
  }

  private async openStreamOnce(
    path: string,
    request: ApiRequest & { signal: AbortSignal },
  ): Promise<http.IncomingMessage> {
    const identity = await identify(this.access, request.signal);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error('no answer')), this.answerTimeout);
    try {
      const signal = AbortSignal.any([request.signal, limit.signal]);
      const answer = await this.open('GET', path, { ...request, signal }, identity);
      if (answer.statusCode !== 200) throw new ApiError(answer.statusCode ?? 0, await textOf(answer));
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  private async open(
    method: string,
    path: string,
    request: ApiRequest,
    { headers: asker, certificate }: Identity,
  ): Promise<http.IncomingMessage> {
    const { query = {}, body, signal } = request;
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ...asker,
      accept: request.accept ?? 'application/json',
      // The server packs what is longer than 128 KiB only.
      ...(request.isLong ? { 'accept-encoding': 'gzip' } : {}),
      'user-agent': userAgent.deployer,
      ...(content
        ? { 'content-type': request.contentType ?? 'application/json', 'content-length': content.length }
        : {}),
    };
    const { request: send } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.agent, ...certificate, ...(signal ? { signal } : {}) };
      const sent = send(url, options, resolve);
      sent.on('error', reject);
      sent.end(content);
    });
  }
}

/** Returns a signal that is aborted with the first of some. */
function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
