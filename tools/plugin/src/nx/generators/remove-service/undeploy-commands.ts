import type { Environment } from '../../../model/environment/environment.ts';
import { label, recordOf } from '../../../model/product/wire-names.ts';
import { leaseName } from '../../../adapters/kubernetes/deploy/lease.ts';
import { shellWord } from '../../../model/text/shell-word.ts';

/** The kinds of objects that services have, as far as the deployer's shipped Role goes; claims on storage are left to people. */
const kinds =
  'deployment,statefulset,cronjob,job,service,httproute,horizontalpodautoscaler,poddisruptionbudget,configmap';

/**
 * Returns the commands that take a service out of environments, with the records of its deployments.
 * @param environments when there are none, the commands have placeholders.
 */
export function undeployCommands(service: string, environments: readonly Environment[]): string[] {
  const places = environments.map(
    ({ cluster, namespace }) => `--context ${shellWord(cluster.context)} --namespace ${namespace}`,
  );
  return (places.length > 0 ? places : ['--context CONTEXT --namespace NAMESPACE']).flatMap((place) => [
    `kubectl ${place} delete ${kinds} --selector ${label.instance}=${service}`,
    `kubectl ${place} delete controllerrevision --selector ${recordOf}=${service}`,
    `kubectl ${place} delete lease ${leaseName(service)}`,
  ]);
}

/** Returns a text as one word of a shell's command, in quotes where it needs them. */
