import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { AccessRule } from './client/access-rules.ts';

const folder = join(import.meta.dirname, '../../../../../Infrastructure/kubernetes');

interface Shipped {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly AccessRule[];
  readonly spec?: {
    readonly failurePolicy?: string;
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly matchConstraints?: { readonly namespaceSelector?: unknown };
    readonly validations?: readonly { readonly message?: string; readonly messageExpression?: string }[];
  };
}

const shipped = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS() as Shipped),
);
const ofKind = (kind: string) => shipped.filter((object) => object.kind === kind);
const policies = ofKind('ValidatingAdmissionPolicy');
const names = policies.map(({ metadata }) => metadata.name).sort();

/** Returns the names on which a ClusterRole grants a verb on policies. */
function named(role: string, verb: string): string[] {
  const rules = ofKind('ClusterRole').find(({ metadata }) => metadata.name === role)?.rules ?? [];
  return rules
    .filter(
      ({ resources, verbs }) =>
        ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].every((each) =>
          resources?.includes(each),
        ) && verbs.includes(verb),
    )
    .flatMap(({ resourceNames }) => resourceNames ?? ['*'])
    .sort();
}

describe('the shipped policies', () => {
  it('are bound, each, and deny', () => {
    const bound = ofKind('ValidatingAdmissionPolicyBinding').map(({ spec }) => [
      spec?.policyName,
      spec?.validationActions,
    ]);
    expect(bound.sort()).toEqual(names.map((name) => [name, ['Deny']]));
  });

  it('refuse what they cannot judge', () => {
    for (const { spec } of policies) expect(spec?.failurePolicy ?? 'Fail').toBe('Fail');
  });

  it('match the namespace of their environment, but that of the planner, which is held wherever it writes', () => {
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': '${NAMESPACE}' } };
    for (const { metadata, spec } of policies)
      expect([metadata.name, spec?.matchConstraints?.namespaceSelector]).toEqual([
        metadata.name,
        metadata.name.endsWith('-planner') ? undefined : namespaceSelector,
      ]);
  });

  it('say in a sentence what is wrong and what to do', () => {
    for (const { message = '', messageExpression = '' } of policies.flatMap(({ spec }) => spec?.validations ?? []))
      expect(message + messageExpression).toMatch(/\.'?$/);
  });

  it('are written by who provisions, each, and only read by who plans', () => {
    for (const verb of ['get', 'create', 'patch', 'delete'])
      expect(named('${NAMESPACE}-provisioner', verb)).toEqual(names);
    expect(named('${NAMESPACE}-planner', 'get')).toEqual(names);
    for (const verb of ['create', 'patch', 'update', 'delete']) expect(named('${NAMESPACE}-planner', verb)).toEqual([]);
  });
});
