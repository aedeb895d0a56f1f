import type {
  ApiContract,
  NamedValueContract,
  PolicyFragmentContract,
  ProductContract,
} from '@azure/arm-apimanagement';
import pMap from 'p-map';
import type { EntityKind, HeldEntity } from '../../model/facade/instance/instance-entity.ts';
import {
  isPlaceTag,
  parsePlaceMark,
  tagsIn,
  withoutTags,
  type InstancePlace,
} from '../../model/facade/instance/place.ts';
import type { InstanceState } from '../../model/facade/instance/plan-instance.ts';
import type { DoorClient } from './azure-door.ts';
import { all, orNothing } from './listing.ts';

/** Fragments that are asked for at once: reads are cheap. */
const atOnce = 6;
/** Texts as they were sent: otherwise their expressions are escaped. */
const asSent = { format: 'rawxml' } as const;
/** The path of the operations that take all paths. */
export const everyPath = '/*';

/** Returns what an instance has besides the APIs of services. */
export async function readInstance(client: DoorClient, place: InstancePlace): Promise<InstanceState> {
  const { sdk, at } = client;
  const [values, fragments, products, policy, apis] = await Promise.all([
    all(sdk.namedValue.listByService(...at)),
    readFragments(client),
    all(sdk.product.listByService(...at)),
    orNothing(sdk.policy.get(...at, 'policy', asSent)),
    all(sdk.api.listByService(...at)),
  ]);
  const fallbackId = place.fallback.toString();
  const isFallback = ({ name = '' }: ApiContract) => name.toLowerCase() === fallbackId;
  const fallback = apis.some(isFallback) ? [await readFallback(client, fallbackId)] : [];
  return {
    entities: [
      ...values.filter(({ displayName = '' }) => !isPlaceTag(displayName)).map(valueEntity),
      ...fragments.map(fragmentEntity),
      ...products.map(productEntity),
      ...(policy ? [policyEntity(policy.value)] : []),
      ...fallback,
    ],
    marks: values.flatMap(({ displayName = '', value = '' }) => parsePlaceMark(displayName, value) ?? []),
    apis: apis
      .filter((api) => !isFallback(api))
      .map(({ name = '', path = '' }) => ({ api: name.split(';')[0]!, path: path.replaceAll(/^\/+|\/+$/g, '') })),
  };
}

async function readFragments({ sdk, at }: DoorClient): Promise<PolicyFragmentContract[]> {
  const listed = await all(sdk.policyFragment.listByService(...at));
  const read = async ({ name = '' }: PolicyFragmentContract) => orNothing(sdk.policyFragment.get(...at, name, asSent));
  return (await pMap(listed, read, { concurrency: atOnce })).filter((each) => each !== undefined);
}

/** Returns a fallback API, with its operations. */
async function readFallback({ sdk, at }: DoorClient, id: string): Promise<HeldEntity> {
  const [api, operations] = await Promise.all([sdk.api.get(...at, id), all(sdk.apiOperation.listByApi(...at, id))]);
  const { displayName = '', path = '', serviceUrl = '', subscriptionRequired, apiRevisionDescription = '' } = api;
  const taken = operations.map(({ method = '', urlTemplate = '' }) =>
    urlTemplate === everyPath ? method : `${method} ${urlTemplate}`,
  );
  const content = {
    ...{ name: displayName, path: path.replaceAll(/^\/+|\/+$/g, ''), backend: serviceUrl },
    ...{ subscription: neededFor(subscriptionRequired), operations: taken.sort().join(' ') },
  };
  return held('fallback', id, { name: id, content, owners: tagsIn(apiRevisionDescription) });
}

function valueEntity({
  name = '',
  displayName = '',
  value,
  secret,
  keyVault,
  tags = [],
}: NamedValueContract): HeldEntity {
  const { secretIdentifier, identityClientId } = keyVault ?? {};
  const content = {
    ...(value === undefined || secret ? {} : { value }),
    ...(secretIdentifier === undefined ? {} : { keyVault: secretIdentifier }),
    ...(identityClientId ? { identity: identityClientId } : {}),
    ...(secret ? { secret: 'true' } : {}),
  };
  return held('named-value', name, { name: displayName, content, owners: tags.filter(isPlaceTag).sort() });
}

function fragmentEntity({ name = '', value = '', description = '' }: PolicyFragmentContract): HeldEntity {
  return held('fragment', name, { name, content: { text: value }, owners: tagsIn(description) });
}

function productEntity({ name = '', displayName = '', description = '', ...rest }: ProductContract): HeldEntity {
  const { terms = '', subscriptionRequired, approvalRequired, state } = rest;
  const { text, owners } = withoutTags(description);
  const subscription = neededFor(subscriptionRequired);
  const content = {
    ...{ name: displayName, description: text, terms: terms ?? '', subscription },
    approval: String(subscription === 'required' && approvalRequired === true),
    published: String(state === 'published'),
  };
  return held('product', name, { name, content, owners });
}

function policyEntity(value = ''): HeldEntity {
  const { text, owners } = withoutTags(value);
  return held('policy', 'policy', { name: 'policy', content: { text }, owners });
}

function held(kind: EntityKind, id: string, rest: Pick<HeldEntity, 'name' | 'content' | 'owners'>): HeldEntity {
  return { kind, id, ...rest };
}

/** Azure's default is that a key is needed. */
function neededFor(subscriptionRequired: boolean | undefined): string {
  return subscriptionRequired === false ? 'none' : 'required';
}
