import type { EnvironmentObjects, ServiceObjects, ShownObject } from '../../../model/dashboard/service-objects.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ObservedService } from '../../../ports/cluster.ts';
import { orUnreachable } from '../../observe/unreachable.ts';
import type { DetailContext } from './detail-context.ts';

/** Returns the objects of a service in every environment, and what somebody else changed in them. */
export async function serviceObjects(service: string, context: DetailContext): Promise<ServiceObjects> {
  const environments = await context.environments();
  return {
    service,
    now: context.ports.clock().toISOString(),
    environments: await Promise.all(environments.map((each) => objectsIn(service, each, context))),
  };
}

async function objectsIn(
  service: string,
  environment: Environment,
  { ports }: DetailContext,
): Promise<EnvironmentObjects> {
  const { name } = environment;
  const found = await orUnreachable(async (): Promise<EnvironmentObjects> => {
    const cluster = await ports.cluster(environment);
    const [[observed], records] = await Promise.all([cluster.observe(service), cluster.records(service)]);
    const good = records.find(({ outcome }) => outcome === 'succeeded');
    if (!observed && !good) return { environment: name, state: 'absent' };
    const isUnderWay = records[0]?.outcome === 'running';
    return {
      environment: name,
      state: 'read',
      ...(good ? { build: good.release.buildNumber.toString(), sequence: good.sequence } : {}),
      isUnderWay,
      objects: shownObjects(good?.manifests ?? [], observed),
      unread: observed?.unread ?? [],
    };
  });
  return 'reason' in found && !('environment' in found)
    ? { environment: name, state: 'unreachable', ...found }
    : (found as EnvironmentObjects);
}

/** Objects that were deployed, in their order, and those that are only found now. */
function shownObjects(manifests: readonly KubernetesObject[], observed: ObservedService | undefined): ShownObject[] {
  const { drift = [], unhealthy = [], remarks = [], unread = [] } = observed ?? {};
  const deployed = manifests.map(({ kind, apiVersion, metadata }) => ({ kind, apiVersion, name: metadata.name }));
  const others = [...drift, ...unhealthy]
    .filter((each) => !deployed.some(({ kind, name }) => kind === each.kind && name === each.name))
    .map(({ kind, name }) => ({ kind, name, apiVersion: '' }));
  const seen = new Set<string>();
  return [...deployed, ...others].flatMap(({ kind, apiVersion, name }): ShownObject[] => {
    const isIt = (each: { readonly kind: string; readonly name: string }) => each.kind === kind && each.name === name;
    if (seen.has(`${kind} ${name}`)) return [];
    seen.add(`${kind} ${name}`);
    const [changed, trouble] = [drift.find(isIt), unhealthy.find(isIt)];
    const isUnread = unread.some((each) => each.kind === `${apiVersion}/${kind}`);
    const says = trouble?.says ?? remarks.find(isIt)?.says;
    return [
      {
        kind,
        name,
        state: changed ? changed.state : isUnread || !observed ? 'unknown' : 'as-deployed',
        fields: changed?.fields ?? [],
        ...(says === undefined ? {} : { says }),
        isUnhealthy: trouble !== undefined,
      },
    ];
  });
}
