import type { ChangesSide, ManifestChange, ManifestChanges } from '../../model/changes/release-diff.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { fieldChanges } from '../../model/observe/field-changes.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { withWrittenNames } from '../../model/manifests/config-map-names.ts';
import { identityOf } from '../../model/manifests/source/object-fields.ts';
import { renderManifests } from '../../model/manifests/render.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { readManifests, type ManifestPorts } from '../revision/read-manifests.ts';

/** The service whose manifests are compared, and the environment. */
export interface ManifestComparison {
  readonly service: ServiceSource;
  readonly from: ChangesSide;
  readonly to: ChangesSide;
  readonly environment: Environment | undefined;
  readonly environments: readonly Environment[];
  /**
   * As which both are rendered: what every release has of its own (image, build, commit) is no change. Undefined where
   * both are the checked-out commit.
   */
  readonly release: Release | undefined;
}

/** Returns the changes of the manifests between two commits, as they are applied in one environment. */
export async function changedManifests(
  { service, from, to, environment, environments, release }: ManifestComparison,
  ports: ManifestPorts,
): Promise<ManifestChanges> {
  if (!environment) return { state: 'unknown', reason: 'There is no environment to make manifests for.' };
  if (!release || from.commit === to.commit) return { state: 'compared', environment: environment.name, changes: [] };
  const image = ImageRef.of(environment.registry, service.name, release.buildNumber.toString(), release.imageDigest);
  const render = async ({ commit }: ChangesSide): Promise<KubernetesObject[] | string> => {
    const environmentNames = environments.map(({ name }) => name);
    const { partOf, container, downtimeReason } = service;
    const actor = { person: 'nobody', run: 'nowhere' };
    const same = { release, image, actor, partOf, container, downtimeReason };
    try {
      const read = await readManifests({ commit }, { service, environment, environmentNames }, ports);
      const { objects, jobs } = renderManifests({ ...read, environment, environmentNames, ...same });
      return withWrittenNames([...objects, ...jobs]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { reason, evidence = [] } = error.facts;
      return `The manifests of ${shortCommit(commit)} cannot be read: ${[reason, ...evidence].join(' ')}`;
    }
  };
  const [before, after] = await Promise.all([render(from), render(to)]);
  if (typeof before === 'string') return { state: 'unknown', reason: before };
  if (typeof after === 'string') return { state: 'unknown', reason: after };
  return { state: 'compared', environment: environment.name, changes: compare(before, after) };
}

function compare(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): ManifestChange[] {
  const [had, has] = [before, after].map((objects) => new Map(objects.map((object) => [identityOf(object), object])));
  const change = ({ kind, metadata }: KubernetesObject, action: ManifestChange['action']) => {
    return { kind, name: metadata.name, action, fields: [] };
  };
  const kept = [...has!].flatMap(([identity, object]): ManifestChange[] => {
    const was = had!.get(identity);
    if (!was) return [change(object, 'created')];
    const fields = fieldChanges(was, object);
    return fields.length === 0 ? [] : [{ ...change(object, 'configured'), fields }];
  });
  const gone = [...had!].filter(([identity]) => !has!.has(identity)).map(([, object]) => change(object, 'deleted'));
  return [...kept, ...gone];
}
