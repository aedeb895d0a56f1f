import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { doorDrift, type DoorDrift } from '../../model/facade/observing/door-drift.ts';
import type { CurrentApi } from '../../model/facade/publishing/door.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { orUnreachable, type Unreachable } from './unreachable.ts';

/** The APIs at an environment's door, as clients get them, or why that cannot be read. */
export type ObservedDoor = { readonly instance: string } & ({ readonly apis: readonly CurrentApi[] } | Unreachable);

/** The APIs that a deployment published, as clients get them. */
export type ServiceApis = { readonly instance: string } & (
  | {
      /** In the order of the record; those that are gone are among the drift alone. */
      readonly apis: readonly { readonly api: string; readonly revision: string }[];
      /** None while a deployment goes on, or where the last one did not succeed. */
      readonly drift: readonly DoorDrift[];
    }
  | Unreachable
);

/** Reads the door of an environment; undefined where clients call its gateway. */
export async function observeDoor(
  environment: Environment,
  ports: Pick<ReleasePorts, 'facade'>,
): Promise<ObservedDoor | undefined> {
  if (!environment.facade) return undefined;
  const found = await orUnreachable(async () => {
    const facade = await ports.facade(environment);
    if (!facade) return { apis: [] };
    const [apis, products] = await Promise.all([facade.currentApis(), facade.productsOfApis()]);
    return { apis: apis.map((each) => ({ ...each, products: products.get(each.api.toString().toLowerCase()) ?? [] })) };
  });
  return { instance: environment.facade.name, ...found };
}

/** Returns the APIs of a service at the door; undefined where its newest deployment was to publish none. */
export function apisAtDoor(
  door: ObservedDoor | undefined,
  { publishes = [], outcome }: Pick<DeploymentSummary, 'publishes' | 'outcome'>,
): ServiceApis | undefined {
  if (!door || publishes.length === 0) return undefined;
  if ('reason' in door) return door;
  const { instance, apis } = door;
  return {
    instance,
    apis: publishes.flatMap(({ api }) => {
      const found = apis.find((each) => each.api.toString() === api);
      return found ? [{ api, revision: found.revision.toString() }] : [];
    }),
    drift: outcome === 'succeeded' ? doorDrift(publishes, apis) : [],
  };
}
