import { BuildNumber } from '../../../model/release/build-number.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { annotation } from '../../../model/product/wire-names.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { ReleaseTag } from '../../../model/release/release-tag.ts';
import { provisioningName } from '../../../model/release/service-name.ts';
import type { Cluster } from '../../../ports/cluster.ts';

/**
 * Refuses manifests that need a newer version of the cluster's configuration than the namespace has.
 * @param doing what is asked for, as a clause: `deploy orders 20261124-1 to preprod`.
 * @throws {Refusal}
 */
export async function requireProvisioning(
  objects: readonly KubernetesObject[],
  { name }: Pick<Environment, 'name'>,
  cluster: Pick<Cluster, 'provisioned'>,
  doing: string,
): Promise<void> {
  const [need] = objects
    .flatMap((object) => needOf(object, doing) ?? [])
    .sort((a, b) => BuildNumber.compare(b.version, a.version));
  if (!need) return;
  const there = await cluster.provisioned();
  if (there && !need.version.isNewerThan(there)) return;
  throw new Refusal({
    type: 'old-provisioning',
    doing,
    reason: `${describeObject(need.object)} needs ${provisioningName}-${need.version}, and ${name} ${there ? `has ${provisioningName}-${there}` : 'was never provisioned'}.`,
    remedy: `Provision it first: \`nx run infrastructure:provision --env=${name} --tag=${need.version}\`, or a newer version.`,
  });
}

function needOf(
  object: KubernetesObject,
  doing: string,
): { object: KubernetesObject; version: BuildNumber } | undefined {
  const text = object.metadata.annotations?.[annotation.needsProvisioning];
  if (text === undefined) return undefined;
  const tag = ReleaseTag.parse(text);
  const version = tag?.service === provisioningName ? tag.buildNumber : BuildNumber.parse(text);
  if (version) return { object, version };
  throw new Refusal({
    type: 'bad-manifest',
    doing,
    reason: `${describeObject(object)} needs the provisioning ${JSON.stringify(text.slice(0, 80))}, which is not a version.`,
    remedy: `Write one such as 20261124-1 into the annotation ${annotation.needsProvisioning}.`,
  });
}
