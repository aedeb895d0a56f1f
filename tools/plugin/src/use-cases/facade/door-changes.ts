import type { ApiChanges } from '../../model/changes/api/api-changes.ts';
import { catchProductError } from '../../model/errors/result.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { planPublication } from '../../model/facade/publishing/plan-publication.ts';
import type { Publication } from '../../model/facade/publishing/publication.ts';
import type { PublishStep } from '../../model/facade/publishing/publish-step.ts';
import { refuseMissing } from '../../model/facade/publishing/refuse-missing.ts';
import { settingNames } from '../../model/facade/publishing/step-line.ts';
import type { DoorState, Facade } from '../../ports/facade.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { requestPublication } from './plan-service-publication.ts';
import type { PublicationTarget, PublishRequest } from './publish-request.ts';

/** A change of an API at the door that a deployment would make. */
export interface DoorChange {
  readonly api: string;
  /** The revision that clients get; undefined where they find no such API. */
  readonly from: string | undefined;
  /** The revision that they would get; undefined for one that has no number yet. */
  readonly to: string | undefined;
  /** True when that one is to be made, and false when the door has it. */
  readonly isMade: boolean;
  /** From the description that clients have to the one that they would get; `none` where they keep their revision. */
  readonly description: ApiChanges;
  /** Names of the settings that would change: `path`. */
  readonly settings: readonly string[];
  readonly products: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** The changes at the door that a deployment would make, none where nothing differs; or why they are not known. */
export type DoorChanges = { readonly instance: string } & (
  { readonly changes: readonly DoorChange[] } | { readonly reason: string; readonly remedy: string }
);

/**
 * Returns what deploying a release would change for clients of an environment's door. Changes nothing, and refuses
 * nothing. Old revisions that would be deleted are not told: nobody gets them.
 * @returns undefined where there is no door besides the gateway, or no description.
 */
export function doorChanges(
  target: PublicationTarget,
  ports: Pick<ReleasePorts, 'facade' | 'cluster' | 'repository'>,
): Promise<DoorChanges | undefined> {
  const instance = target.environment.facade?.name ?? '';
  return catchProductError(
    async (): Promise<DoorChanges | undefined> => {
      const requested = await requestPublication(target, ports);
      if (!requested) return undefined;
      const { facade, requests } = requested;
      const changes = await Promise.all(requests.map((request) => changesOf(request, facade)));
      return { instance, changes: changes.flat() };
    },
    (reason, remedy) => ({ instance, reason, remedy }),
  );
}

/** @throws {Refusal} when the door lacks what the API needs, or cannot be asked. */
async function changesOf(request: PublishRequest, facade: Facade): Promise<DoorChange[]> {
  const { publication, content, recorded, changesSince } = request;
  const [state, surroundings] = await Promise.all([facade.read(publication), facade.surroundings(publication.api)]);
  refuseMissing(publication, content.policies, surroundings);
  const plan = planPublication(publication, { ...state, recorded });
  const seen = [...plan.stage, ...plan.open];
  if (seen.length === 0) return [];
  const found = isFound(publication, state) ? state.door : undefined;
  const isKept = found?.current.equals(plan.revision) ?? true;
  const current = found?.revisions.find(({ revision }) => revision.equals(found.current));
  return [
    {
      ...{ api: publication.api.toString(), from: found?.current.toString(), to: plan.revision.toString() },
      isMade: plan.stage.some(({ kind }) => kind === 'seal'),
      description: isKept ? { state: 'none' } : await changesSince(current?.mark),
      settings: found ? seen.flatMap((step) => (step.kind === 'settle' ? settingNames(step.settings) : [])) : [],
      products: { added: productsOf(seen, 'link'), removed: productsOf(seen, 'unlink') },
    },
  ];
}

/** Reports whether clients find an API: the first revision of one is made where they do not. */
function isFound({ api }: Publication, { door }: DoorState): boolean {
  return door !== undefined && door.settings.path.toString() !== ApiPath.staged(api).toString();
}

function productsOf(steps: readonly PublishStep[], wanted: 'link' | 'unlink'): string[] {
  return steps.flatMap((step) => (step.kind === wanted ? [step.product.toString()] : []));
}
