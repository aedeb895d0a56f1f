import { setTimeout as pause } from 'node:timers/promises';
import { Failure, ProductError } from '../../model/errors/product-error.ts';
import type { AzureRun } from '../../model/forge/run-at-forge.ts';
import { mostBytes } from '../../model/limits/most-bytes.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { AnswerTooLong, readWithin } from '../answers/read-within.ts';
import { proxiedFetch } from '../proxy/proxied-fetch.ts';
import { proxyRemedy } from '../proxy/proxy-trouble.ts';

/** The newest that Azure DevOps Server 2022.1 and the service both have. */
const apiVersion = '7.1';
/** Milliseconds for one answer. */
const answerMs = 8000;
/** Milliseconds before it is asked again what broke down. */
const pauses = [500, 2000];

/** The REST API of Azure DevOps, of one project. It reads. */
export class AzureDevOps {
  private readonly run: AzureRun;
  private readonly token: string;
  private readonly host: string;

  constructor(run: AzureRun, token: string) {
    this.run = run;
    this.token = token;
    this.host = new URL(run.collection).host;
    knownSecrets.add(token);
  }

  /**
   * Returns what is at a path below `_apis`; undefined where there is nothing.
   * @throws {Failure} that says what is missing.
   */
  async get<T extends object>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T | undefined> {
    const { collection, project } = this.run;
    const url = new URL(`${collection}${encodeURIComponent(project)}/_apis/${path}`);
    for (const [name, value] of Object.entries({ ...query, 'api-version': apiVersion }))
      url.searchParams.set(name, value);
    for (let attempt = 0; ; attempt++) {
      const wait = pauses[attempt];
      const answer = await this.send(url).catch((error: unknown) => {
        if (error instanceof ProductError || error instanceof AnswerTooLong || wait === undefined)
          throw this.failure('forge-unreachable', `${this.host} could not be reached (${messageOf(error)}).`);
        return undefined;
      });
      if (answer && (answer.status < 500 || wait === undefined)) return this.read<T>(answer);
      await pause(wait);
    }
  }

  private async send(url: URL): Promise<{ readonly status: number; readonly text: string }> {
    const send = proxiedFetch(url.href);
    const answer = await send(url, {
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${this.token}`,
        // Else it sends a browser to its login.
        'x-tfs-fedauthredirect': 'Suppress',
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    });
    const body = (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>;
    return { status: answer.status, text: (await readWithin(body, mostBytes.forge)).toString() };
  }

  private read<T extends object>({ status, text }: { readonly status: number; readonly text: string }): T | undefined {
    if (status === 404) return undefined;
    // 203 and 302 are the page on which a person logs in.
    if ([203, 302, 401].includes(status))
      throw this.failure('forge-denies-access', `${this.host} does not accept SYSTEM_ACCESSTOKEN (${status}).`);
    if (status === 403)
      throw this.failure('forge-denies-access', `The run's account may not read that at ${this.host} (403).`);
    if (status >= 500) throw this.failure('forge-fails', `${this.host} answered with an error (${status}).`);
    const answer = status === 200 ? jsonOf<T>(text) : undefined;
    if (answer === undefined) throw this.failure('forge-answers-oddly', `${this.host} answered ${status}.`);
    return answer;
  }

  private failure(type: keyof typeof remedies, reason: string): Failure {
    const doing = `ask Azure DevOps who approved of run ${this.run.build}`;
    return new Failure({ type, doing, reason, remedy: proxyRemedy(reason) ?? remedies[type] });
  }
}

const remedies = {
  'forge-unreachable': 'Try again later.',
  'forge-fails': 'Try again later.',
  'forge-answers-oddly': 'Check that SYSTEM_COLLECTIONURI is the address of Azure DevOps.',
  'forge-denies-access':
    'Let the build service of the project view builds, and make it a Reader of the environment (Project settings, Permissions; the environment, Security).',
} as const;

function jsonOf<T extends object>(text: string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  const { message, cause } = error as Error;
  // Node's own `fetch` says only that it failed, and why in what caused that.
  return message === 'fetch failed' && cause instanceof Error ? cause.message : message;
}
