import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { ownerToken } from '../../../simulators/src/api-management/management/access.ts';
import { simulatedInstance } from '../../../simulators/src/api-management/management/management-api.ts';
import { SimulatedClient } from '../../../simulators/src/api-management/simulated-client.ts';

/** How quick a door is: what nobody can measure here, so that it is assumed. */
export interface Pace {
  /** Until the management API has answered a request. */
  readonly answerMs: number;
  /** Until `az` has a token. */
  readonly tokenMs: number;
  /** Until a long-running operation, such as an import, is done. */
  readonly operationMs: number;
}

/** A door that takes no time: what remains is the command's own. */
export const atOnce: Pace = { answerMs: 0, tokenMs: 0, operationMs: 0 };
/** As Azure's Resource Manager is from an agent in the same region. */
export const likeAzure: Pace = { answerMs: 100, tokenMs: 500, operationMs: 1000 };

const environmentFile = 'Infrastructure/environments/preprod.yaml';

/** The simulator of API Management, as the door of a workspace's preprod, with an `az` that is logged in. */
export class SimulatedDoor {
  private readonly client: SimulatedClient;
  private readonly folder: string;

  static async start(): Promise<SimulatedDoor> {
    return new SimulatedDoor(await SimulatedClient.start());
  }

  private constructor(client: SimulatedClient) {
    this.client = client;
    this.folder = mkdtempSync(join(tmpdir(), 'poc-bench-door-'));
    writeFileSync(join(this.folder, 'ca.pem'), client.ca);
    mkdirSync(join(this.folder, 'bin'));
    this.pace = atOnce;
  }

  async stop(): Promise<void> {
    await this.client.stop();
    rmSync(this.folder, { recursive: true });
  }

  get management() {
    return this.client.simulator.management;
  }

  set pace({ answerMs, tokenMs, operationMs }: Pace) {
    this.client.simulator.answerMs = answerMs;
    this.management.timing.operationMs = operationMs;
    const token = JSON.stringify({ accessToken: ownerToken, expires_on: Math.floor(Date.now() / 1000) + 86_400 });
    const script = `#!/bin/sh\nsleep ${tokenMs / 1000}\necho '${token}'\n`;
    writeFileSync(join(this.folder, 'bin/az'), script, { mode: 0o755 });
  }

  /** What commands that publish need in their environment. */
  get variables(): NodeJS.ProcessEnv {
    const path = `${join(this.folder, 'bin')}${delimiter}${process.env['PATH']}`;
    return { NODE_EXTRA_CA_CERTS: join(this.folder, 'ca.pem'), PATH: path };
  }

  /** Puts itself before a workspace's preprod. @param backend where it finds that; undefined: it goes away. */
  standBefore(workspace: ScratchWorkspace, backend: string | undefined): void {
    const { subscriptionId, resourceGroup, name } = simulatedInstance;
    const where = { kind: 'api-management', subscription: subscriptionId, resourceGroup, name, backend };
    const line = `facade: ${JSON.stringify({ ...where, endpoint: this.client.simulator.endpoint })}\n`;
    const without = workspace.read(environmentFile).replace(/^facade: .*\n/m, '');
    workspace.write(environmentFile, backend === undefined ? without : `${line}${without}`);
  }

  /** Returns the requests since, and forgets them. @throws when one of them was not as Microsoft describes them. */
  takeRequests(): string[] {
    const complaints = this.client.takeComplaints();
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return this.management.seen.splice(0);
  }
}
