import type { PolicyContract } from '@azure/arm-apimanagement';
import pMap from 'p-map';
import type { ApiContent } from '../../ports/facade.ts';
import type { DoorClient } from './azure-door.ts';

/** Operations that are asked for their policy at once: reads are cheap. */
const atOnce = 6;
const policy = 'policy';

/**
 * Puts the policies of a revision and of its operations where they differ, and deletes those that are not wanted.
 * @param id of the API, or of a revision that is not current.
 */
export async function putPolicies(id: string, wanted: ApiContent['policies'], { sdk, at }: DoorClient): Promise<void> {
  // `get` of the SDK reads JSON as XML, and finds nothing.
  const has = await sdk.apiPolicy.listByApi(...at, id);
  await put(textIn(has), wanted.api?.text, {
    write: (contract) => sdk.apiPolicy.createOrUpdate(...at, id, policy, contract),
    remove: () => sdk.apiPolicy.delete(...at, id, policy, '*'),
  });
  const names: string[] = [];
  for await (const { name = '' } of sdk.apiOperation.listByApi(...at, id)) names.push(name);
  const held = await pMap(
    names,
    async (name) => ({ name, text: textIn(await sdk.apiOperationPolicy.listByOperation(...at, id, name)) }),
    { concurrency: atOnce },
  );
  // All that are wanted, too: one of an operation that the import has not made yet is refused until it has.
  const operations = new Map<string, string | undefined>([
    ...[...wanted.operations.keys()].map((name) => [name, undefined] as const),
    ...held.map(({ name, text }) => [name, text] as const),
  ]);
  for (const [name, text] of operations)
    await put(text, wanted.operations.get(name)?.text, {
      write: (contract) => sdk.apiOperationPolicy.createOrUpdate(...at, id, name, policy, contract),
      remove: () => sdk.apiOperationPolicy.delete(...at, id, name, policy, '*'),
    });
}

/** How one policy is written. */
interface PolicyWrites {
  readonly write: (contract: PolicyContract) => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

async function put(has: string | undefined, wanted: string | undefined, { write, remove }: PolicyWrites) {
  if (has === wanted) return;
  // As it is in the file: expressions in it need not be escaped.
  await (wanted === undefined ? remove() : write({ format: 'rawxml', value: wanted }));
}

function textIn({ value = [] }: { readonly value?: readonly PolicyContract[] }): string | undefined {
  return value[0]?.value;
}
