/** Rules that every description keeps, whoever publishes it: others cannot be read, compared or bundled. */
type GeneralRule = 'yaml' | 'openapi' | 'openapi-2' | 'reference' | 'value' | 'schema-name' | 'path';

/** Rules of API Management's import. */
const ofImport = [
  'operations',
  'operation-id',
  'operation-id-unique',
  'address-unique',
  'own-servers',
  'text-length',
  'cookie-parameter',
  'parameter-twice',
  'path-parameter',
  'reference-outside',
  'recursion',
  'size',
] as const;

/** A rule that a description may break. */
export type DescriptionRule = GeneralRule | (typeof ofImport)[number];

/** Reports whether a rule is API Management's alone: elsewhere a description that breaks it is as good as any other. */
export function isOfImport(rule: DescriptionRule): boolean {
  return (ofImport as readonly string[]).includes(rule);
}
