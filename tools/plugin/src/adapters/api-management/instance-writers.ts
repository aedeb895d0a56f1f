import type { KeyVaultContractCreateProperties } from '@azure/arm-apimanagement';
import type { EntityKind, InstanceEntity } from '../../model/facade/instance/instance-entity.ts';
import { isPlaceTag, withTags } from '../../model/facade/instance/place.ts';
import type { InstanceStep } from '../../model/facade/instance/plan-instance.ts';
import type { DoorClient } from './azure-door.ts';
import { everyPath } from './instance-reader.ts';
import { all, orNothing } from './listing.ts';

type PutStep = InstanceStep & { readonly kind: 'put' };

/** Any state of it: one provisions at a time. */
const whatever = '*';
const rawxml = 'rawxml';

const puts: Readonly<Record<EntityKind, (step: PutStep, client: DoorClient) => Promise<unknown>>> = {
  'named-value': async ({ entity, owners, isThere }, client) => {
    const { sdk, at } = client;
    const { value, keyVault, identity, secret } = entity.content;
    const there = isThere ? await orNothing(sdk.namedValue.get(...at, entity.id)) : undefined;
    const vault: KeyVaultContractCreateProperties | undefined =
      keyVault === undefined
        ? undefined
        : {
            secretIdentifier: keyVault,
            ...(identity === undefined ? {} : { identityClientId: identity }),
          };
    await putValue(client, entity.id, {
      displayName: entity.name,
      ...(value === undefined ? {} : { value }),
      ...(vault ? { keyVault: vault } : {}),
      secret: secret === 'true',
      tags: [...(there?.tags ?? []).filter((tag) => !isPlaceTag(tag)), ...owners],
    });
  },

  fragment: async ({ entity, owners, isThere }, { sdk, at, polled }) => {
    const { id, content } = entity;
    const there = isThere ? await orNothing(sdk.policyFragment.get(...at, id)) : undefined;
    const words = (there?.description ?? '').split(' ').filter((word) => word !== '' && !isPlaceTag(word));
    const description = [...words, ...owners].join(' ');
    const contract = { value: content['text'] ?? '', format: rawxml, description };
    await sdk.policyFragment.beginCreateOrUpdateAndWait(...at, id, contract, polled);
  },

  product: async ({ entity, owners, isThere }, { sdk, at }) => {
    const { name = '', description = '', terms = '', subscription, approval, published } = entity.content;
    const needsSubscription = subscription === 'required';
    const product = {
      ...{ displayName: name, description: withTags(description, owners, 'last'), terms },
      subscriptionRequired: needsSubscription,
      ...(needsSubscription ? { approvalRequired: approval === 'true' } : {}),
      state: published === 'true' ? 'published' : 'notPublished',
    } as const;
    // What is set besides, as a limit of subscriptions, stays.
    if (isThere) await sdk.product.update(...at, entity.id, whatever, product);
    else await sdk.product.createOrUpdate(...at, entity.id, product);
  },

  policy: ({ entity, owners }, { sdk, at }) => {
    const value = withTags(entity.content['text'] ?? '', owners, 'first');
    return sdk.policy.createOrUpdate(...at, 'policy', { value, format: rawxml });
  },

  fallback: putFallback,
};

/** The API first, which answers as nothing does where it has no operations; then those that it lacks. */
async function putFallback({ entity, owners }: PutStep, { sdk, at, polled }: DoorClient): Promise<void> {
  const { id, content } = entity;
  const { name = '', path = '', backend = '', subscription, operations = '' } = content;
  const settings = {
    ...{ displayName: name, path, serviceUrl: backend, subscriptionRequired: subscription === 'required' },
    apiRevisionDescription: [...owners].join(' '),
  };
  if (await orNothing(sdk.api.get(...at, id))) await sdk.api.update(...at, id, whatever, settings);
  else await sdk.api.beginCreateOrUpdateAndWait(...at, id, { ...settings, protocols: ['https'] }, polled);
  const there = await all(sdk.apiOperation.listByApi(...at, id));
  const wanted = operations.split(' ').filter((method) => method !== '');
  const has = (method: string) => there.some((each) => each.method === method && each.urlTemplate === everyPath);
  for (const method of wanted.filter((each) => !has(each))) {
    const operation = { displayName: `${method} of anything`, method, urlTemplate: everyPath };
    await sdk.apiOperation.createOrUpdate(...at, id, method.toLowerCase(), operation);
  }
  const isWanted = (method = '', template = '') => wanted.includes(method) && template === everyPath;
  for (const { name: operation = '', method, urlTemplate } of there)
    if (!isWanted(method, urlTemplate)) await sdk.apiOperation.delete(...at, id, operation, whatever);
}

function putValue(
  { sdk, at, polled }: DoorClient,
  id: string,
  value: Parameters<typeof sdk.namedValue.beginCreateOrUpdate>[3],
) {
  return sdk.namedValue.beginCreateOrUpdateAndWait(...at, id, value, polled);
}

async function remove({ kind, id }: Pick<InstanceEntity, 'kind' | 'id'>, client: DoorClient): Promise<void> {
  const { sdk, at, polled } = client;
  switch (kind) {
    case 'named-value':
      return sdk.namedValue.delete(...at, id, whatever);
    case 'fragment':
      return sdk.policyFragment.delete(...at, id, whatever);
    case 'product':
      return sdk.product.delete(...at, id, whatever);
    case 'policy':
      return sdk.policy.delete(...at, 'policy', whatever);
    case 'fallback':
      await sdk.api.beginDeleteAndWait(...at, id, whatever, { ...polled, deleteRevisions: true });
  }
}

/** Carries out a step. It may be repeated from its beginning. @throws what the SDK does. */
export async function carryOutInstanceStep(step: InstanceStep, client: DoorClient): Promise<void> {
  switch (step.kind) {
    case 'put':
      await puts[step.entity.kind](step, client);
      return;
    case 'delete':
      return remove(step.entity, client);
    case 'mark':
      await putValue(client, step.tag, { displayName: step.tag, value: step.value, secret: false, tags: [step.tag] });
      return;
    case 'unmark':
      return remove({ kind: 'named-value', id: step.tag }, client);
  }
}
