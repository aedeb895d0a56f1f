import type * as Sdk from '@azure/arm-apimanagement';
import type { ApiManagementClient, ApiManagementClientOptionalParams } from '@azure/arm-apimanagement';
import type { TokenCredential } from '@azure/identity';
import type { ApiManagement } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import type { WritingCourse } from '../../ports/facade.ts';
import { findAzureIdentity, identityProblems, identityRemedy } from '../azure/azure-identity.ts';
import { azureTransport } from '../azure/azure-transport.ts';
import { isBusyWithBefore, type AzureProblem } from './api-management-failures.ts';
import { AzureReader } from './azure-reader.ts';
import { sameHostPolicy } from './same-host.ts';
import { AzureRequests, defaultLimits, problemOf, type WaitLimits } from './azure-requests.ts';

/** Settings that differ where Azure is not the real one. */
export interface AzureDoorSettings {
  readonly limits: WaitLimits;
  /** Of a token for Azure's Resource Manager. */
  readonly identity: () => Promise<TokenCredential>;
  readonly client: Pick<ApiManagementClientOptionalParams, 'tlsOptions'>;
  /** Loads Microsoft's SDK, which takes half a second. */
  readonly loadSdk: () => Promise<typeof Sdk>;
}

const defaultSettings: AzureDoorSettings = {
  limits: defaultLimits,
  identity: () => findAzureIdentity(),
  client: {},
  loadSdk: () => import('@azure/arm-apimanagement'),
};

const publicCloud = 'https://management.azure.com';

/** The SDK for one step, with the names that its methods want first. */
export interface DoorClient {
  readonly sdk: ApiManagementClient;
  readonly at: readonly [resourceGroup: string, instance: string];
  /** Options of what Azure goes on with after its answer. */
  readonly polled: { readonly updateIntervalInMs: number; readonly abortSignal: AbortSignal };
}

/** An error of Azure that was not what was asked for. */
export class AzureTrouble extends Error {
  readonly problem: AzureProblem;

  constructor(problem: AzureProblem, cause: unknown) {
    super(problem.message, { cause });
    this.problem = problem;
  }
}

/** An instance of API Management in Azure, as its SDK is asked for it. */
export class AzureDoor {
  /** The instance's full id in Azure. */
  readonly id: string;
  private readonly facade: ApiManagement;
  private readonly settings: AzureDoorSettings;
  private sdk: Promise<typeof Sdk> | undefined;
  private credential: Promise<TokenCredential> | undefined;

  constructor(facade: ApiManagement, settings: Partial<AzureDoorSettings> = {}) {
    this.facade = facade;
    this.settings = { ...defaultSettings, ...settings };
    const { subscription, resourceGroup, name } = facade;
    this.id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ApiManagement/service/${name}`;
  }

  /** Begins to get a token, which takes `az` half a second. One that is not to be had is reported when it is needed. */
  prepareToRead(): void {
    this.connectIdentity()
      .then((credential) => credential.getToken(this.scope))
      .catch(() => undefined);
  }

  /** Begins to load what writing takes. What cannot be loaded is reported when it is needed. */
  prepareToWrite(): void {
    this.connectSdk().catch(() => undefined);
  }

  /** Waits until all parts of the gateway have what was written. @throws the signal's reason. */
  async spread(course: WritingCourse): Promise<void> {
    const { spreadMs } = this.settings.limits;
    const why = `parts of it learn of a change up to ${spreadMs / 1000} s later`;
    await new AzureRequests(this.facade.name, this.settings.limits, course).pause(why, spreadMs);
  }

  /**
   * Asks what changes nothing, without the SDK.
   * @throws {AzureTrouble} when it is not answered; {Refusal} without an identity.
   */
  async read<T>(question: (reader: AzureReader) => Promise<T>): Promise<T> {
    const requests = new AzureRequests(this.facade.name, this.settings.limits, {});
    const reader = await AzureReader.connect({
      ...{ id: this.id, host: this.host, scope: this.scope, credential: await this.connectIdentity() },
      ...{ options: this.settings.client, policy: requests.policy },
    });
    return this.untilFree(requests, {}, () => question(reader));
  }

  /**
   * Asks for something by the SDK, again while the door is busy with what was written before.
   * @throws {AzureTrouble} when it is not done; {Refusal} without an identity; the signal's reason.
   */
  async ask<T>(question: (client: DoorClient) => Promise<T>, course: WritingCourse = {}): Promise<T> {
    const { resourceGroup, name } = this.facade;
    const { limits } = this.settings;
    const requests = new AzureRequests(name, limits, course);
    const sdk = await this.connect(requests);
    const at = [resourceGroup, name] as const;
    return this.untilFree(requests, course, (abortSignal) =>
      question({ sdk, at, polled: { updateIntervalInMs: limits.pauseMs, abortSignal } }),
    );
  }

  private async untilFree<T>(
    requests: AzureRequests,
    { signal }: WritingCourse,
    question: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { limits } = this.settings;
    const { name } = this.facade;
    const began = Date.now();
    for (;;) {
      const limit = AbortSignal.timeout(limits.operationMs);
      try {
        return await question(signal ? AbortSignal.any([signal, limit]) : limit);
      } catch (thrown) {
        if (thrown instanceof ProductError) throw thrown;
        signal?.throwIfAborted();
        const problem = limit.aborted ? this.endless() : (requests.operationProblem ?? problemOf(thrown, name));
        if (!problem) throw thrown;
        requests.operationProblem = undefined;
        const isOver = Date.now() - began + limits.pauseMs > limits.busyMs;
        if (isOver || !isBusyWithBefore(problem)) throw new AzureTrouble(problem, thrown);
        await requests.pause('it is busy with an operation on the API');
      }
    }
  }

  private endless(): AzureProblem {
    const minutes = Math.round(this.settings.limits.operationMs / 60_000);
    const message = `An operation has not ended in ${minutes} min`;
    return { instance: this.facade.name, status: 0, code: 'OperationTimedOut', message, details: [] };
  }

  private async connect(requests: AzureRequests): Promise<ApiManagementClient> {
    const [azure, credential, transport] = await Promise.all([
      this.connectSdk(),
      this.connectIdentity(),
      azureTransport(),
    ]);
    const { subscription, endpoint } = this.facade;
    return new azure.ApiManagementClient(credential, subscription, {
      ...transport,
      ...this.settings.client,
      ...(endpoint === undefined ? {} : { endpoint: this.host }),
      // What is repeated, and how it is told, is decided in one place.
      retryOptions: { maxRetries: 0 },
      redirectOptions: { maxRetries: 0 },
      additionalPolicies: [
        { policy: sameHostPolicy(this.host, this.facade.name), position: 'perCall' },
        { policy: requests.policy, position: 'perRetry' },
      ],
    });
  }

  private connectSdk(): Promise<typeof Sdk> {
    return (this.sdk ??= this.settings.loadSdk());
  }

  private connectIdentity(): Promise<TokenCredential> {
    return (this.credential ??= this.identity().then(keepingTokens));
  }

  /** Address of the management API. */
  private get host(): string {
    return (this.facade.endpoint ?? publicCloud).replace(/\/$/, '');
  }

  private get scope(): string {
    return `${this.host}/.default`;
  }

  /** Returns the machine's identity, whose refusals are ours. */
  private async identity(): Promise<TokenCredential> {
    const identity = await this.settings.identity();
    return {
      getToken: async (scopes, options) => {
        try {
          return await identity.getToken(scopes, options);
        } catch (cause) {
          throw new Refusal({
            type: 'azure-identity-missing',
            doing: `log in to Azure for ${this.facade.name}`,
            reason: 'No Azure identity of this machine gives a token.',
            remedy: identityRemedy(
              cause,
              'Log in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET (or AZURE_FEDERATED_TOKEN_FILE).',
            ),
            evidence: identityProblems(cause),
            cause,
          });
        }
      },
    };
  }
}

/** Returns a credential that asks once for each token: `az` takes half a second, and each step has a client of its own. */
function keepingTokens(credential: TokenCredential): TokenCredential {
  const kept = new Map<string, ReturnType<TokenCredential['getToken']>>();
  return {
    getToken: async (scopes, options) => {
      const key = JSON.stringify([[scopes].flat(), options?.claims]);
      const known = await kept.get(key);
      if (known && known.expiresOnTimestamp - Date.now() > 300_000) return known;
      const asked = credential.getToken(scopes, options);
      kept.set(key, asked);
      asked.catch(() => kept.delete(key));
      return asked;
    },
  };
}
