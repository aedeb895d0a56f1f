import { environmentsFolder } from '../../workspace/places.ts';
import { closestName } from '../../text/did-you-mean.ts';
import { Refusal } from '../../errors/product-error.ts';
import { describeObject } from '../kubernetes-object.ts';
import { annotation } from '../../product/wire-names.ts';
import type { Manifest } from './manifest.ts';

/**
 * Leaves out the objects that are only for environments with a certain variable: `poc.dev/only-with: FALLBACK_ADDRESS`.
 * @param variables that have a value in this environment.
 * @throws {Refusal} for what names no variable, or for a variable that is nearly so called.
 */
export function onlyWithVariables(
  manifests: readonly Manifest[],
  variables: Readonly<Record<string, string>>,
  environment: string,
): Manifest[] {
  const mistakes: string[] = [];
  const kept = manifests.filter(({ object, source }) => {
    const name = object.metadata.annotations?.[annotation.onlyWith];
    if (name === undefined || Object.hasOwn(variables, name)) return true;
    const at = `${source.at(['metadata', 'annotations', annotation.onlyWith])}: ${describeObject(object)}`;
    const near = closestName(name, Object.keys(variables));
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      mistakes.push(`${at}: "${name.slice(0, 80)}" cannot be the name of a variable.`);
    else if (near !== undefined) mistakes.push(`${at} is there only with ${name}; ${environment} has ${near}.`);
    return false;
  });
  if (mistakes.length === 0) return kept;
  throw new Refusal({
    type: 'bad-manifest',
    doing: `choose the manifests for ${environment}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} objects name variables that there are not.`,
    remedy: `Write the name of a variable into ${annotation.onlyWith} as ${environmentsFolder}/${environment}.yaml has it; where it has none of that name, the object is left out.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
