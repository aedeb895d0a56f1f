import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiManagement } from '../../../plugin/src/model/environment/environment.ts';
import { azureCli } from '../../../simulators/src/api-management/azure-cli.ts';
import { simulatedInstance } from '../../../simulators/src/api-management/management/management-api.ts';
import { at, SimulatedClient } from '../../../simulators/src/api-management/simulated-client.ts';
import { now } from './timeline.ts';

/** Name of the header that tells clients which revision has answered. */
const revisionHeader = 'x-api-revision';
const basePolicy = `<policies>
  <inbound /><backend><forward-request /></backend>
  <outbound><set-header name="${revisionHeader}" exists-action="override"><value>@(context.Api.Revision)</value></set-header></outbound>
  <on-error />
</policies>`;
/** Variable with the key by which a new revision is checked. */
const keyVariable = 'SOAK_API_KEY';

/** What happens at the door, with the time. */
export interface DoorEvents {
  /** A revision is what clients get from now on. */
  current(at: number, revision: string): void;
  /** A revision is finished. */
  staged(revision: string): void;
}

/** The simulator of API Management before the gateway, with a base policy, and with a client that has a key. */
export class SimulatedDoor {
  /** Called after each answer of the management API to a deployer, with its number, from 1. */
  afterAnswer: (number: number, line: string) => void = () => {};
  /** Answers since the count was begun. */
  answers = 0;
  private readonly shop: SimulatedClient;
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc-door-'));
  private readonly path: string;

  private constructor(shop: SimulatedClient) {
    this.shop = shop;
    this.path = azureCli(join(this.folder, 'bin'));
    writeFileSync(join(this.folder, 'ca.pem'), shop.ca);
  }

  /** @param propagationMs from a switch until the last of the gateway's units knows it. */
  static async open(propagationMs: number): Promise<SimulatedDoor> {
    const shop = await SimulatedClient.start();
    await shop.sdk().policy.createOrUpdate(...at, 'policy', { value: basePolicy, format: 'rawxml' });
    const client = { displayName: 'Client', scope: '/apis', state: 'active' } as const;
    await shop.sdk().subscription.createOrUpdate(...at, 'client', client);
    shop.simulator.propagationMs = propagationMs;
    return new SimulatedDoor(shop);
  }

  async close(): Promise<void> {
    await this.shop.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The door as an environment names it. @param backend address of the gateway. */
  facade(backend: string): ApiManagement {
    const { subscriptionId: subscription, resourceGroup, name } = simulatedInstance;
    const { endpoint } = this.shop.simulator;
    return { kind: 'api-management', subscription, resourceGroup, name, backend, endpoint, keyVariable };
  }

  /** The variables of a deployer that publishes there. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    return { NODE_EXTRA_CA_CERTS: join(this.folder, 'ca.pem'), PATH: this.path, [keyVariable]: await this.key() };
  }

  /** Returns where clients call an API there, and how. */
  async callers(api: string) {
    const { gatewayUrl, propagationMs } = this.shop.simulator;
    return { url: `${gatewayUrl}/${api}`, ca: this.shop.ca, key: await this.key(), revisionHeader, propagationMs };
  }

  /** Tells what happens to an API from now on; first, which revision is current. */
  watch(api: string, events: DoorEvents): void {
    const { simulator } = this.shop;
    const switched = new RegExp(`^(PUT apis/${api}/releases/|PATCH apis/${api}$)`);
    const staged = new RegExp(`^PATCH apis/${api};rev=(.+)$`);
    const currentRevision = () => simulator.instance.config.apis.get(api)?.current ?? '';
    let known = currentRevision();
    events.current(now(), known);
    // An answer is given in one go with what it tells of: no call comes between them.
    simulator.afterAnswer = (line) => {
      const revision = switched.test(line) ? currentRevision() : known;
      if (revision !== known) events.current(now(), (known = revision));
      const finished = staged.exec(line)?.[1];
      if (finished !== undefined) events.staged(finished);
      this.afterAnswer(++this.answers, line);
    };
  }

  /** Returns what did not fit Microsoft's description since. */
  complaints(): string[] {
    return this.shop.takeComplaints();
  }

  /** Returns the revision of an API that is current. */
  async current(api: string): Promise<string | undefined> {
    return (await this.shop.sdk().api.get(...at, api)).apiRevision;
  }

  private async key(): Promise<string> {
    const { primaryKey = '' } = await this.shop.sdk().subscription.listSecrets(...at, 'client');
    return primaryKey;
  }
}
