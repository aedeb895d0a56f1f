import {
  ApiManagementClient,
  type ApiContract,
  type ApiCreateOrUpdateParameter,
  type ApiReleaseContract,
} from '@azure/arm-apimanagement';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { TestAuthority } from '../registries/test-authority.ts';
import { ownerToken } from './management/access.ts';
import { ApiManagementSimulator, type Tls } from './api-management-simulator.ts';
import { instanceId, simulatedInstance } from './management/management-api.ts';
import { ordersDescription } from './shop-description.ts';

const { resourceGroup, name: instance } = simulatedInstance;

/** An answer to a call that the SDK would not make. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

let authority: (Tls & { readonly ca: string }) | undefined;

/** Returns a certificate that nobody knows but the specs, made once for all of a process. */
function certificate(): Tls & { readonly ca: string } {
  if (authority) return authority;
  const folder = mkdtempSync(join(tmpdir(), 'api-management-'));
  const made = new TestAuthority(folder);
  const { certificate: cert, key } = made.issue('api-management');
  authority = { cert: readFileSync(cert), key: readFileSync(key), ca: made.pem() };
  rmSync(folder, { recursive: true });
  return authority;
}

/** A simulator with the real SDK before it, for specs. */
export class SimulatedClient {
  readonly simulator: ApiManagementSimulator;

  static async start(): Promise<SimulatedClient> {
    return new SimulatedClient(await ApiManagementSimulator.start(certificate()));
  }

  private constructor(simulator: ApiManagementSimulator) {
    this.simulator = simulator;
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
  }

  /** Certificate of who signed the simulator's. */
  get ca(): string {
    return certificate().ca;
  }

  /** The real SDK, which repeats nothing by itself unless a spec says so. */
  sdk({
    token = ownerToken,
    maxRetries = 0,
    subscriptionId = simulatedInstance.subscriptionId as string,
  } = {}): ApiManagementClient {
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    return new ApiManagementClient(credential, subscriptionId, {
      endpoint: this.simulator.endpoint,
      tlsOptions: { ca: certificate().ca },
      retryOptions: { maxRetries, retryDelayInMs: 1 },
    });
  }

  /** Creates or updates an API, or a revision of it, and waits for the end. */
  async putApi(id: string, parameters: ApiCreateOrUpdateParameter): Promise<ApiContract> {
    const put = await this.sdk().api.beginCreateOrUpdateAndWait(...at, id, parameters, { updateIntervalInMs: 5 });
    await this.unlocked();
    return put;
  }

  /** Publishes the shop's orders as a first revision. */
  async putOrders(parameters: Partial<ApiCreateOrUpdateParameter> = {}): Promise<ApiContract> {
    return this.putApi('orders', {
      path: 'orders',
      apiRevision: '20261124-1',
      serviceUrl: 'https://orders.example',
      format: 'openapi+json',
      value: JSON.stringify(ordersDescription()),
      translateRequiredQueryParametersConduct: 'query',
      ...parameters,
    });
  }

  /** Stages a revision of orders as a copy of the current one. */
  async stage(revision: string, parameters: Partial<ApiCreateOrUpdateParameter> = {}): Promise<ApiContract> {
    return this.putApi(`orders;rev=${revision}`, { path: 'orders', sourceApiId: idOf('apis/orders'), ...parameters });
  }

  /** Makes a revision of orders current. */
  async release(revision: string, releaseId = `release-of-${revision}`): Promise<ApiReleaseContract> {
    return this.sdk().apiRelease.createOrUpdate(...at, 'orders', releaseId, {
      apiId: idOf(`apis/orders;rev=${revision}`),
    });
  }

  /** Returns the policies of a revision: from the list, because `apiPolicy.get` of the SDK reads JSON as XML, and finds nothing. */
  async apiPolicies(id: string): Promise<(string | undefined)[]> {
    const { value = [] } = await this.sdk().apiPolicy.listByApi(...at, id);
    return value.map((policy) => policy.value);
  }

  /** Waits until what was written last can be written again. */
  async unlocked(): Promise<void> {
    await setTimeout(this.simulator.management.timing.lockMs + 5);
  }

  /** Waits until all of the gateway knows what was written. */
  async propagated(): Promise<void> {
    await setTimeout(this.simulator.propagationMs + 5);
  }

  /** Returns the complaints so far, and forgets them. */
  takeComplaints(): string[] {
    return this.simulator.management.complaints.splice(0);
  }

  /** Sends what the SDK would not. @param path below the instance. */
  async raw(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> {
    const query = path.includes('?') ? '&' : '?';
    const address = `${this.simulator.endpoint}${instanceId}/${path}${query}api-version=2024-05-01`;
    const sent = body === undefined ? '' : JSON.stringify(body);
    const own = { authorization: `Bearer ${ownerToken}`, 'content-type': 'application/json' };
    return this.send(address, { method, body: sent, headers: { ...own, ...headers } });
  }

  /** Calls the gateway as a client does. */
  async call(
    path: string,
    {
      method = 'GET',
      key,
      headers = {},
      body = '',
    }: { method?: string; key?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<RawAnswer> {
    const keyed = key === undefined ? headers : { ...headers, 'Ocp-Apim-Subscription-Key': key };
    return this.send(`${this.simulator.gatewayUrl}${path}`, { method, body, headers: keyed });
  }

  private async send(
    address: string,
    { method, body, headers }: { method: string; body: string; headers: Readonly<Record<string, string>> },
  ): Promise<RawAnswer> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(address, { method, headers, ca: certificate().ca }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    const received = await text(answer);
    const isJson = String(answer.headers['content-type']).includes('json') && received !== '';
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: isJson ? (JSON.parse(received) as unknown) : received,
    };
  }
}

/** Where the simulated instance is, as the SDK's methods take it. */
export const at = [resourceGroup, instance] as const;

/** Returns the full id of a resource of the simulated instance. */
export function idOf(path: string): string {
  return `${instanceId}/${path}`;
}
