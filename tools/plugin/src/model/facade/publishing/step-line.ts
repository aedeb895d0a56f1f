import type { ApiId } from '../identifiers.ts';
import type { ApiSettings } from './publication.ts';
import type { PublishStep } from './publish-step.ts';

const settingWords: Readonly<Record<keyof ApiSettings, string>> = {
  displayName: 'name',
  description: 'description',
  path: 'path',
  serviceUrl: 'address of the service',
  needsKey: 'need of a key',
  versions: 'set of versions',
};

/** Returns a line that says that a step is done. */
export function stepLine(step: PublishStep, api: ApiId): string {
  const { done, rest } = wordsFor(step, api.toString());
  return `${done} ${rest}`;
}

/** Returns a line that says that a step would be done. */
export function plannedLine(step: PublishStep, api: ApiId): string {
  const { planned, rest } = wordsFor(step, api.toString());
  return `would ${planned} ${rest}`;
}

/** The verb of a step, in two forms, and what follows it. */
interface StepWords {
  readonly planned: string;
  readonly done: string;
  readonly rest: string;
}

function wordsFor(step: PublishStep, name: string): StepWords {
  switch (step.kind) {
    case 'create-version-set':
      return { planned: 'make', done: 'made', rest: `the version set ${step.set.toString()}` };
    case 'create-api':
      return { planned: 'make', done: 'made', rest: `the API ${name} with ${unseen(step)}` };
    case 'create-revision':
      return { planned: 'make', done: 'made', rest: `${revisionOf(step)} of ${name}, which no client finds yet` };
    case 'import':
      return { planned: 'import', done: 'imported', rest: `the description into ${revisionOf(step)}` };
    case 'put-policies':
      return { planned: 'put', done: 'put', rest: `the policies of ${revisionOf(step)}` };
    case 'seal':
      return { planned: 'finish', done: 'finished', rest: revisionOf(step) };
    case 'point':
      return { planned: 'point', done: 'pointed', rest: `${revisionOf(step)} at ${step.serviceUrl}` };
    case 'switch':
      return { planned: 'let clients', done: 'clients', rest: `of ${name} get ${revisionOf(step)}` };
    case 'settle':
      return { planned: 'change of', done: 'changed of', rest: `${name}: ${settingNames(step.settings).join(', ')}` };
    case 'link':
      return { planned: 'give', done: 'gave', rest: `${name} to the product ${step.product.toString()}` };
    case 'unlink':
      return { planned: 'take', done: 'took', rest: `${name} from the product ${step.product.toString()}` };
    case 'prune':
      return { planned: 'delete', done: 'deleted', rest: `the old ${revisionOf(step)} of ${name}` };
  }
}

function unseen(step: PublishStep & { readonly kind: 'create-api' }): string {
  return `${revisionOf(step)}, which no client finds yet`;
}

function revisionOf({ revision }: { readonly revision: { toString(): string } }): string {
  return `revision ${revision.toString()}`;
}

/** Returns the names of settings: `path`, `address of the service`. */
export function settingNames(settings: Partial<ApiSettings>): string[] {
  return (Object.keys(settings) as (keyof ApiSettings)[]).map((key) => settingWords[key]);
}
