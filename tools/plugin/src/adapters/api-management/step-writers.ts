import type { ApiContract, ApiCreateOrUpdateParameter, ApiUpdateContract } from '@azure/arm-apimanagement';
import { Failure } from '../../model/errors/product-error.ts';
import { ApiReleaseId, type ApiId, type ApiRevision } from '../../model/facade/identifiers.ts';
import type { ApiSettings } from '../../model/facade/publishing/publication.ts';
import type { PublishStep } from '../../model/facade/publishing/publish-step.ts';
import type { ApiContent } from '../../ports/facade.ts';
import type { AzureProblem } from './api-management-failures.ts';
import type { DoorClient } from './azure-door.ts';
import { putPolicies } from './policy-writer.ts';
import { problemOf } from './azure-requests.ts';

/** A step's surroundings. */
interface Writing {
  readonly client: DoorClient;
  readonly content: ApiContent;
  readonly instanceId: string;
}

type StepOf<Kind, Step = PublishStep> = Step extends { readonly kind: infer Own }
  ? Kind extends Own
    ? Step
    : never
  : never;

/** One writer for each kind of step. */
type Writers = {
  readonly [Kind in PublishStep['kind']]: (step: StepOf<Kind>, writing: Writing) => Promise<unknown>;
};

/** Any state of it: one publishes at a time, and what is there was read in the same step. */
const whatever = '*';

const writers: Writers = {
  'create-version-set': ({ set, displayName }, { client: { sdk, at } }) =>
    sdk.apiVersionSet.createOrUpdate(...at, set.toString(), { displayName, versioningScheme: 'Segment' }),

  'create-api': ({ revision, mark, settings }, writing) => {
    const { api } = writing.content.publication;
    return put(writing, api.toString(), {
      ...{ apiRevision: revision.toString(), apiRevisionDescription: mark.toString() },
      ...{ path: settings.path.toString(), subscriptionRequired: settings.needsKey, protocols: ['https'] },
      ...imported(writing, settings),
    });
  },

  'create-revision': async ({ revision, source, mark, serviceUrl }, writing) => {
    const { api } = writing.content.publication;
    const current = await currentOf(writing);
    refuseMoved(current, writing, (is) => is === source.toString());
    return put(writing, api.at(revision), {
      ...shared(current),
      ...{ sourceApiId: `${writing.instanceId}/apis/${api.toString()}`, serviceUrl },
      apiRevisionDescription: mark.toString(),
    });
  },

  import: async ({ mark, settings, ...written }, writing) => {
    const { current, id } = await target(written, writing);
    return put(writing, id, {
      ...shared(current),
      ...{ apiRevisionDescription: mark.toString(), ...imported(writing, settings) },
    });
  },

  'put-policies': async (written, writing) => {
    const { id } = await target(written, writing);
    await putPolicies(id, writing.content.policies, writing.client);
  },

  seal: async ({ mark, ...written }, writing) => {
    const { id } = await target(written, writing);
    return patch(writing, id, { apiRevisionDescription: mark.toString() });
  },

  point: async ({ revision, serviceUrl }, writing) => {
    const { id } = await target({ revision, isCurrent: false }, writing);
    return patch(writing, id, { serviceUrl });
  },

  switch: async ({ revision }, writing) => {
    const { client, content, instanceId } = writing;
    const { sdk, at } = client;
    const { api, build } = content.publication;
    if (isRevision(await currentOf(writing), revision)) return;
    const taken: string[] = [];
    for await (const { name = '' } of sdk.apiRelease.listByService(...at, api.toString())) taken.push(name);
    await sdk.apiRelease.createOrUpdate(...at, api.toString(), ApiReleaseId.next(taken, build).toString(), {
      ...{ apiId: `${instanceId}/apis/${api.at(revision)}`, notes: content.notes },
    });
    refuseMoved(await currentOf(writing), writing, (is) => is === revision.toString());
  },

  settle: ({ settings }, writing) =>
    patch(writing, writing.content.publication.api.toString(), changeOf(settings, writing)),

  link: async ({ product }, { client: { sdk, at }, content }) => {
    const { api } = content.publication;
    await sdk.productApi
      .createOrUpdate(...at, product.toString(), api.toString())
      .catch(unless(({ status, message }) => status === 409 && message.includes('already exists')));
  },

  unlink: async ({ product }, { client: { sdk, at }, content }) => {
    const { api } = content.publication;
    await sdk.productApi.delete(...at, product.toString(), api.toString());
  },

  prune: async ({ revision }, writing) => {
    const { client, content } = writing;
    refuseMoved(await currentOf(writing), writing, (is) => is !== revision.toString());
    const id = content.publication.api.at(revision);
    await client.sdk.api
      .beginDeleteAndWait(...client.at, id, whatever, client.polled)
      .catch(unless(({ status }) => status === 404));
  },
};

/** Carries out a step. It may be repeated from its beginning. @throws what the SDK does; {Failure} when another revision is current. */
export async function carryOutStep(step: PublishStep, writing: Writing): Promise<void> {
  const write = writers[step.kind] as (step: PublishStep, writing: Writing) => Promise<unknown>;
  await write(step, writing);
}

function put({ client: { sdk, at, polled } }: Writing, id: string, parameters: ApiCreateOrUpdateParameter) {
  return sdk.api.beginCreateOrUpdateAndWait(...at, id, parameters, polled);
}

function patch({ client: { sdk, at } }: Writing, id: string, change: ApiUpdateContract) {
  return sdk.api.update(...at, id, whatever, change);
}

function currentOf({ client: { sdk, at }, content }: Writing): Promise<ApiContract> {
  return sdk.api.get(...at, content.publication.api.toString());
}

/** Returns the properties that all revisions of an API share, and a request has to repeat: left out, they would count as changed. */
function shared({ path = '', subscriptionRequired, apiVersionSetId, apiVersion }: ApiContract) {
  return {
    ...{ path, ...(subscriptionRequired === undefined ? {} : { subscriptionRequired }) },
    ...(apiVersionSetId ? { apiVersionSetId } : {}),
    ...(apiVersion ? { apiVersion } : {}),
  };
}

function imported({ content }: Writing, { displayName, description, serviceUrl }: ApiSettings) {
  return {
    ...{ format: 'openapi+json', value: content.description.importText({ title: displayName, description }) },
    // Without it requests would go to the first server of the description; and calls that lack a parameter to nobody.
    ...{ serviceUrl, translateRequiredQueryParametersConduct: 'query' },
  };
}

function changeOf(settings: Partial<ApiSettings>, { instanceId }: Writing): ApiUpdateContract {
  const { displayName, description, path, serviceUrl, needsKey, versions } = settings;
  const set = versions && { apiVersionSetId: `${instanceId}/apiVersionSets/${versions.set.toString()}` };
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(description === undefined ? {} : { description }),
    ...(path === undefined ? {} : { path: path.toString() }),
    ...(serviceUrl === undefined ? {} : { serviceUrl }),
    ...(needsKey === undefined ? {} : { subscriptionRequired: needsKey }),
    ...{ ...set, ...(versions?.version ? { apiVersion: versions.version.toString() } : {}) },
  };
}

/** Returns how a revision is addressed: the current one has no number, or the request is taken for one to make it anew. */
async function target(
  { revision, isCurrent }: { readonly revision: ApiRevision; readonly isCurrent: boolean },
  writing: Writing,
): Promise<{ readonly current: ApiContract; readonly id: string }> {
  const { api }: { readonly api: ApiId } = writing.content.publication;
  const current = await currentOf(writing);
  refuseMoved(current, writing, (is) => (is === revision.toString()) === isCurrent);
  return { current, id: isCurrent ? api.toString() : api.at(revision) };
}

function isRevision({ apiRevision }: ApiContract, revision: ApiRevision): boolean {
  return apiRevision === revision.toString();
}

function refuseMoved({ apiRevision = '' }: ApiContract, { content }: Writing, fits: (is: string) => boolean): void {
  if (fits(apiRevision)) return;
  throw new Failure({
    type: 'facade-moved',
    doing: `publish the API ${content.publication.api.toString()}`,
    reason: `Its revision ${apiRevision} is current, which is not what was planned for.`,
    remedy: 'Run the same command again; it plans from what is there.',
  });
}

/** Returns what takes an error for success, when it is one. */
function unless(isFine: (problem: AzureProblem) => boolean): (thrown: unknown) => void {
  return (thrown) => {
    const problem = problemOf(thrown, '');
    if (!problem || !isFine(problem)) throw thrown;
  };
}
