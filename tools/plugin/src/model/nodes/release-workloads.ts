import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { containersOf, podTemplateOf } from '../manifests/rules/pod-templates.ts';
import type { Digest } from '../image/image-ref.ts';

/** Returns those among objects whose pods run an image: images of others (sidecars) are not the release's to answer for. */
export function workloadsWith(
  digest: Digest,
  objects: readonly KubernetesObject[],
): { readonly object: KubernetesObject; readonly template: unknown }[] {
  return objects.flatMap((object) => {
    const template = podTemplateOf(object);
    const runs = containersOf(object).some(({ image }) => String(image).endsWith(`@${digest}`));
    return template && runs ? [{ object, template }] : [];
  });
}
