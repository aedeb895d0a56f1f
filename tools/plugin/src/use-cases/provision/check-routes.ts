import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { isHttpRoute } from '../../model/manifests/routes/gateway-view.ts';
import { hostsWithout } from '../../model/manifests/routes/hidden-fallback.ts';
import { takenClaims } from '../../model/manifests/routes/route-claims.ts';
import { provisioningFolder } from '../../model/provision/render-provisioning.ts';
import type { ClusterConfiguration } from '../../ports/cluster-configuration.ts';
import type { Reporter } from '../../ports/reporter.ts';

/**
 * Compares the HTTPRoutes of a configuration with those of the services: a path that a service has is not theirs, and a
 * fallback is asked only for hosts that it names.
 * @throws {Refusal} when a route would not be taken, because an older one has what it asks for.
 */
export async function checkRoutes(
  objects: readonly KubernetesObject[],
  { name, namespace }: Pick<Environment, 'name' | 'namespace'>,
  configuration: Pick<ClusterConfiguration, 'httpRoutes'>,
  reporter: Reporter,
): Promise<void> {
  const routes = objects.filter(
    (object) => isHttpRoute(object) && (object.metadata.namespace ?? namespace) === namespace,
  );
  if (routes.length === 0) return;
  const view = { routes: await configuration.httpRoutes(), gateways: [], classes: [] };
  for (const route of routes) {
    const taken = takenClaims(route, view, namespace).find(({ isCertain }) => isCertain);
    if (taken) {
      throw new Refusal({
        type: 'route-taken',
        doing: `provision ${name}`,
        reason: `${describeObject(route)}, spec.rules[${taken.claim.rule}]: ${taken.claim.says} is that of ${describeObject(taken.by)}. Of two routes for the same requests gateways follow the older one.`,
        remedy: `Remove one of the two.`,
      });
    }
    for (const { host, by } of hostsWithout(route, view, namespace))
      reporter.warn(
        `${name}: ${describeObject(by)} names the host ${host}, and ${describeObject(route)} does not: other paths there are not found. Add it to its hostnames (${provisioningFolder})`,
      );
  }
}
