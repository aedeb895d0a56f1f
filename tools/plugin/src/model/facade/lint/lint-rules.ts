import { parseYaml } from '../../changes/api/api-document.ts';
import { isMap } from '../../manifests/source/object-fields.ts';
import type { Breach } from './lint-finding.ts';

/** File in which a service, or the workspace, says which rules of Redocly's linter it wants. */
export const lintRulesFile = 'redocly.yaml';

/** Rules of Redocly's linter, by the keys that its configuration has. */
export interface LintRules {
  /** Names of rule sets that it has built in. */
  readonly extends: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
  readonly oas3_0Rules?: Readonly<Record<string, unknown>>;
  readonly oas3_1Rules?: Readonly<Record<string, unknown>>;
}

/**
 * Without an own `redocly.yaml`: what Redocly recommends, but for what does not hold here. Services of one company need no
 * licence; who may call is the public door's and the gateway's to say; not every operation can be called wrongly. What is
 * style alone is advice, because an error stops a release. That each operation has a name is none: policies and figures go
 * by it.
 */
export const usualRules: LintRules = {
  extends: ['recommended'],
  rules: {
    'info-license': 'off',
    'info-license-strict': 'off',
    'security-defined': 'off',
    'operation-4xx-response': 'off',
    'no-empty-servers': 'warn',
    'no-server-trailing-slash': 'warn',
    'operation-summary': 'warn',
    'operation-operationId': 'error',
  },
};

const ruleSets = ['recommended', 'recommended-strict', 'minimal', 'spec', 'all'];
const severities = ['error', 'warn', 'off'];
/** Keys that change what is linted and how, and that are not followed. */
const unfollowed: Readonly<Record<string, string>> = {
  plugins: 'plugins are programs, and none is run here',
  preprocessors: 'they come from plugins, and none is run here',
  decorators: 'they come from plugins, and none is run here',
  apis: 'rules are those of the whole file',
  resolve: 'nothing is fetched',
};

/** Rules as they are written, and what is wrong with them. */
export interface ReadRules {
  readonly rules: LintRules;
  readonly breaches: readonly Breach[];
}

/** Reads a `redocly.yaml`. Its rules are laid over the usual ones, unless it extends others. */
export function readLintRules(file: string, text: string): ReadRules {
  const read = parseYaml(text);
  const at = (...keys: string[]) => ({ file, keys });
  const breach = (severity: Breach['severity'], keys: readonly string[], words: string): Breach => {
    return { at: at(...keys), severity, rule: 'configuration', text: words };
  };
  if ('reason' in read) {
    const { reason, line } = read;
    return {
      rules: usualRules,
      breaches: [{ ...breach('error', [], reason), ...(line === undefined ? {} : { line }) }],
    };
  }
  const value = read.value ?? {};
  if (!isMap(value)) return { rules: usualRules, breaches: [breach('error', [], 'It is not a map of settings.')] };
  const named = value['extends'] === undefined ? undefined : [value['extends']].flat().map(String);
  const sets = named?.filter((name) => ruleSets.includes(name));
  const groups = (['rules', 'oas3_0Rules', 'oas3_1Rules'] as const).map((key) => [key, value[key]] as const);
  const wrong = groups.flatMap(([key, group]) => wrongRules(group).map((name) => ({ key, name })));
  const own = (key: (typeof groups)[number][0]) => (isMap(value[key]) ? withoutWrong(value[key]) : {});
  return {
    rules: {
      extends: sets ?? usualRules.extends,
      rules: { ...(sets ? {} : usualRules.rules), ...own('rules') },
      oas3_0Rules: own('oas3_0Rules'),
      oas3_1Rules: own('oas3_1Rules'),
    },
    breaches: [
      ...Object.entries(unfollowed)
        .filter(([key]) => Object.hasOwn(value, key))
        .map(([key, reason]) => breach('warning', [key], `"${key}" is not followed: ${reason}.`)),
      ...(named ?? [])
        .filter((name) => !ruleSets.includes(name))
        .map((name) => breach('warning', ['extends'], `"${name}" is not followed: only ${ruleSets.join(', ')} are.`)),
      ...wrong.map(({ key, name }) =>
        breach(
          'error',
          name === undefined ? [key] : [key, name],
          `A rule is one of ${severities.join(', ')}, or a map.`,
        ),
      ),
    ],
  };
}

/** Names of the rules whose settings are none; undefined where the whole is no map. */
function wrongRules(group: unknown): (string | undefined)[] {
  if (group === undefined || group === null) return [];
  return isMap(group) ? Object.keys(group).filter((name) => !isSetting(group[name])) : [undefined];
}

function withoutWrong(group: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(group).filter(([, setting]) => isSetting(setting)));
}

function isSetting(value: unknown): boolean {
  const severity = isMap(value) ? (value['severity'] ?? 'error') : value;
  return severities.includes(String(severity));
}
