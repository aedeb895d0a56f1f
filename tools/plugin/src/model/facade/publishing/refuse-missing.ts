import { Refusal } from '../../errors/product-error.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import type { ApiPolicies } from '../policies/api-policies.ts';
import type { ProductId } from '../identifiers.ts';
import type { Publication } from './publication.ts';

/** The content of an instance besides an API: provisioning made it, and other services did. */
export interface Surroundings {
  readonly instance: string;
  readonly products: readonly ProductId[];
  /** As policies name them: by their display names. */
  readonly namedValues: readonly string[];
  readonly fragments: readonly string[];
  /** APIs other than this one. */
  readonly others: readonly { readonly api: string; readonly path: string; readonly versionSet?: string }[];
}

/** Refuses a publication that the instance could only take in part. @throws {Refusal} naming all that is missing. */
export function refuseMissing(
  { api, settings, products = [] }: Publication,
  { namedValues, fragments }: Pick<ApiPolicies, 'namedValues' | 'fragments'>,
  surroundings: Surroundings,
): void {
  const { instance } = surroundings;
  const lacks = (what: string, name: string, known: readonly string[]) =>
    known.includes(name) ? [] : [`There is no ${what} "${name}". ${didYouMean(name, known)}`.trimEnd()];
  const needed = (what: string, names: ReadonlyMap<string, string>, known: readonly string[]) =>
    [...names].flatMap(([name, file]) => lacks(what, name, known).map((text) => `${file}: ${text}`));
  const absent = products.filter((product) => !surroundings.products.some((each) => each.equals(product)));
  // Paths are compared without capitals; versions of one API share theirs.
  const path = settings.path.toString().toLowerCase();
  const set = (settings.versions?.set ?? api).toString();
  const owner = surroundings.others.find(
    (other) => other.path.toLowerCase() === path && ![other.api, other.versionSet].includes(set),
  );
  const missing = [
    ...absent.flatMap((product) => lacks('product', product.toString(), surroundings.products.map(String))),
    ...needed('named value', namedValues, surroundings.namedValues),
    ...needed('fragment', fragments, surroundings.fragments),
    ...(owner ? [`The path "${settings.path.toString()}" belongs to the API ${owner.api}.`] : []),
  ];
  if (missing.length === 0) return;
  throw new Refusal({
    type: 'facade-not-ready',
    doing: `publish ${api.toString()} at ${instance}`,
    reason: missing.length === 1 ? missing[0]! : `It lacks ${missing.length} things.`,
    remedy: 'Have it created there, or correct the name.',
    ...(missing.length === 1 ? {} : { evidence: missing }),
  });
}
