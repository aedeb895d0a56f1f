import type { ApiManagement } from '../../model/environment/environment.ts';
import { describeEntity } from '../../model/facade/instance/instance-entity.ts';
import type { InstancePlace } from '../../model/facade/instance/place.ts';
import type { InstanceState, InstanceStep } from '../../model/facade/instance/plan-instance.ts';
import type { WritingCourse } from '../../ports/facade.ts';
import type { FacadeInstance } from '../../ports/facade-instance.ts';
import { notWritten, type AzureProblem } from './api-management-failures.ts';
import { askToRead } from './ask-to-read.ts';
import { AzureDoor, AzureTrouble, type AzureDoorSettings, type DoorClient } from './azure-door.ts';
import { readInstance } from './instance-reader.ts';
import { carryOutInstanceStep } from './instance-writers.ts';
import { all } from './listing.ts';
import { refuseUpdating } from './refuse-updating.ts';

/** An instance of Azure API Management, as provisioning writes to it. */
export class ApiManagementInstance implements FacadeInstance {
  readonly instance: string;
  private readonly door: AzureDoor;

  constructor(facade: ApiManagement, settings: Partial<AzureDoorSettings> = {}) {
    this.instance = facade.name;
    this.door = new AzureDoor(facade, settings);
  }

  async read(place: InstancePlace): Promise<InstanceState> {
    return this.look('read what is there', async (client) => {
      refuseUpdating(await client.sdk.apiManagementService.get(...client.at), `provision ${this.instance}`);
      return readInstance(client, place);
    });
  }

  async usersOf(product: string): Promise<readonly string[]> {
    return this.look(`read what uses the product ${product}`, async ({ sdk, at }) => {
      const [apis, subscriptions] = await Promise.all([
        all(sdk.productApi.listByProduct(...at, product)),
        all(sdk.productSubscriptions.list(...at, product)),
      ]);
      return [
        ...apis.map(({ name = '' }) => `the API ${name}`),
        ...subscriptions.map(({ name = '' }) => `the subscription ${name}`),
      ];
    });
  }

  async carryOut(step: InstanceStep, course: WritingCourse = {}): Promise<string | undefined> {
    try {
      await this.door.ask((client) => carryOutInstanceStep(step, client), course);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof AzureTrouble)) throw thrown;
      const { problem, cause } = thrown;
      if (step.kind === 'delete' && isInUse(problem)) return problem.message;
      throw notWritten(problem, { doing: `${wordsFor(step)} at ${this.instance}`, cause });
    }
  }

  private async look<T>(doing: string, question: (client: DoorClient) => Promise<T>): Promise<T> {
    return askToRead(`${doing} at ${this.instance}`, () => this.door.ask(question));
  }
}

function isInUse({ status, message }: AzureProblem): boolean {
  return status === 400 && message.includes('is used by the following entities');
}

function wordsFor(step: InstanceStep): string {
  switch (step.kind) {
    case 'put':
      return `write the ${describeEntity(step.entity)}`;
    case 'delete':
      return `delete the ${describeEntity(step.entity)}`;
    default:
      return 'note the version';
  }
}
