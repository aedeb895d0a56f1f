import { instanceFolder } from '../../workspace/places.ts';
import { Refusal } from '../../errors/product-error.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { ApiId } from '../identifiers.ts';
import { readFragment, readPolicy, type Policy, type PolicyProblem, type XmlParser } from '../policies/policy.ts';
import type { InstanceEntity } from './instance-entity.ts';
import type { InstancePlace } from './place.ts';
import { readFallback, readNamedValues, readProducts, type SettingsReading } from './read-settings.ts';

/** Where what provisioning makes of an instance is written. */
export { instanceFolder };

/** Something that a policy needs of the instance. */
export interface PolicyNeed {
  readonly kind: 'named-value' | 'fragment';
  readonly name: string;
  /** `file:line`. */
  readonly at: string;
}

/** An environment's part of an instance, as it is to be. */
export interface InstanceConfiguration {
  readonly entities: readonly InstanceEntity[];
  readonly needs: readonly PolicyNeed[];
}

export interface InstanceFiles {
  /** All files below the folder, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Values of `${NAME}` in settings; policies have named values for what differs. */
  readonly variables: Readonly<Record<string, string>>;
  readonly place: InstancePlace;
}

const fixed = ['named-values.yaml', 'products.yaml', 'fallback.yaml', 'policy.xml'];

/** Reports whether there is anything to read. */
export function hasInstanceFiles(texts: ReadonlyMap<string, string>): boolean {
  return [...texts.keys()].some(isRead);
}

/** Roles, and what explains something to people, are no part of an instance. */
function isRead(path: string): boolean {
  return path.startsWith(`${instanceFolder}/`) && /\.(ya?ml|xml)$/i.test(path);
}

/**
 * Reads what an environment's part of an instance is to be.
 * @throws {Refusal} naming file, line and what is wrong there, for every mistake found.
 */
export function readInstanceFiles({ texts, variables, place }: InstanceFiles, xml: XmlParser): InstanceConfiguration {
  const mistakes: string[] = [];
  const reading: SettingsReading = { variables, place, complain: (mistake) => mistakes.push(mistake) };
  const entities: InstanceEntity[] = [];
  const needs: PolicyNeed[] = [];
  for (const path of [...texts.keys()].filter(isRead).sort()) {
    const text = texts.get(path)!;
    const name = path.slice(instanceFolder.length + 1);
    const [, fragment] = /^fragments\/([^/]+)\.xml$/.exec(name) ?? [];
    if (name === 'named-values.yaml') entities.push(...readNamedValues(path, text, reading));
    else if (name === 'products.yaml') entities.push(...readProducts(path, text, reading));
    else if (name === 'fallback.yaml') entities.push(...readFallback(path, text, reading));
    else if (name === 'policy.xml' || fragment !== undefined) {
      const policy = fragment === undefined ? readPolicy(text, xml) : readFragment(text, xml);
      entities.push(...readEntity({ path, fragment, policy, mistakes }));
      if ('text' in policy && !('line' in policy)) needs.push(...needsOf(path, policy));
    } else mistakes.push(`${path}: ${unknownFile(name)}`);
  }
  mistakes.push(...twinsIn(entities));
  if (mistakes.length > 0) throw refusal(mistakes);
  return { entities, needs };
}

function readEntity(file: {
  readonly path: string;
  readonly fragment: string | undefined;
  readonly policy: Policy | PolicyProblem;
  readonly mistakes: string[];
}): InstanceEntity[] {
  const { path, fragment, policy, mistakes } = file;
  if (fragment !== undefined && !ApiId.parse(fragment)) {
    mistakes.push(`${path}:1: The fragment cannot be named "${fragment}": ${ApiId.rule}.`);
    return [];
  }
  if ('line' in policy) {
    mistakes.push(`${path}:${policy.line}: ${policy.text}`);
    return [];
  }
  const content = { text: policy.text };
  if (fragment === undefined) return [{ kind: 'policy', id: 'policy', name: 'policy', content }];
  return [{ kind: 'fragment', id: fragment, name: fragment, content }];
}

function needsOf(path: string, { text, namedValues, fragments }: Policy): PolicyNeed[] {
  const lineOf = (pattern: RegExp) => text.slice(0, Math.max(0, text.search(pattern))).split('\n').length;
  const literal = (name: string) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    ...namedValues.map((name): PolicyNeed => {
      const line = lineOf(new RegExp(`\\{\\{\\s*${literal(name)}\\s*\\}\\}`));
      return { kind: 'named-value', name, at: `${path}:${line}` };
    }),
    ...fragments.map((name): PolicyNeed => {
      const line = lineOf(new RegExp(`fragment-id\\s*=\\s*["']${literal(name)}["']`));
      return { kind: 'fragment', name, at: `${path}:${line}` };
    }),
  ];
}

function unknownFile(name: string): string {
  const known = [...fixed, 'fragments/<id>.xml'];
  return `this file would not be sent. ${didYouMean(name, fixed) || `The files are ${known.join(', ')}.`}`;
}

/** Two of one kind whose ids do not differ for API Management. */
function twinsIn(entities: readonly InstanceEntity[]): string[] {
  const first = new Map<string, InstanceEntity>();
  return entities.flatMap((entity) => {
    const key = `${entity.kind}/${entity.id.toLowerCase()}`;
    const twin = first.get(key);
    first.set(key, entity);
    if (!twin) return [];
    return [
      `${instanceFolder}: "${twin.name}" and "${entity.name}" are one ${entity.kind.replace('-', ' ')} to API Management, which looks at letters, digits and hyphens only, and at no capitals.`,
    ];
  });
}

function refusal(mistakes: readonly string[]): Refusal {
  return new Refusal({
    type: 'bad-facade-configuration',
    doing: `read ${instanceFolder}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
    remedy: 'Fix what is named, and commit it: nothing was changed.',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
