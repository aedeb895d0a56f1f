import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azureCli } from '../../simulators/src/api-management/azure-cli.ts';
import { simulatedInstance } from '../../simulators/src/api-management/management/management-api.ts';
import { at, SimulatedClient, type RawAnswer } from '../../simulators/src/api-management/simulated-client.ts';

/** Variable with the key of a client. */
const keyVariable = 'DEMO_API_KEY';

/** A simulator of API Management as the public door of the clone's preprod, for as long as the demo shows it. */
export class SimulatedDoor {
  private readonly client: SimulatedClient;
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc-demo-'));
  private readonly file: string;
  private readonly before: string;
  private key = '';

  private constructor(client: SimulatedClient, clone: string) {
    this.client = client;
    writeFileSync(join(this.folder, 'ca.pem'), client.ca);
    this.file = join(clone, 'Infrastructure/environments/preprod.yaml');
    this.before = readFileSync(this.file, 'utf8');
  }

  /** @param clone whose preprod gets it. */
  static async open(clone: string): Promise<SimulatedDoor> {
    const door = new SimulatedDoor(await SimulatedClient.start(), clone);
    await door.stand();
    return door;
  }

  /** The variables of a command that publishes: an `az` that is logged in, and trust in the certificate. */
  get env(): NodeJS.ProcessEnv {
    const certificates = join(this.folder, 'ca.pem');
    return { PATH: azureCli(join(this.folder, 'bin')), NODE_EXTRA_CA_CERTS: certificates, [keyVariable]: this.key };
  }

  get url(): string {
    return this.client.simulator.gatewayUrl;
  }

  /** Calls an API as a client does that has a key. */
  async post(path: string, json: unknown): Promise<RawAnswer> {
    const headers = { 'content-type': 'application/json' };
    await this.client.propagated();
    return this.client.call(path, { method: 'POST', key: this.key, headers, body: JSON.stringify(json) });
  }

  /** Leaves the clone as it was. */
  async close(): Promise<void> {
    writeFileSync(this.file, this.before);
    await this.client.stop();
    rmSync(this.folder, { recursive: true });
  }

  private async stand(): Promise<void> {
    const { endpoint } = this.client.simulator;
    const { subscriptionId: subscription, resourceGroup, name } = simulatedInstance;
    const facade = { kind: 'api-management', subscription, resourceGroup, name, endpoint, keyVariable };
    writeFileSync(this.file, `${this.before.trimEnd()}\nfacade: ${JSON.stringify(facade)}\n`);
    const { subscription: subscriptions } = this.client.sdk();
    const properties = { displayName: 'The demo', scope: '/apis', state: 'active' } as const;
    await subscriptions.createOrUpdate(...at, 'demo', properties);
    this.key = (await subscriptions.listSecrets(...at, 'demo')).primaryKey ?? '';
  }
}
