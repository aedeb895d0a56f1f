import { environmentsFolder } from '../../workspace/places.ts';
import { closestName } from '../../text/did-you-mean.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { isMap } from './object-fields.ts';
import { namedPath } from './manifest-source.ts';
import type { Manifest } from './manifest.ts';

/** `${NAME}`, or `$${NAME}` which stands for the text `${NAME}`. */
const reference = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Maps whose values are texts, whatever their keys are called. */
const textMaps = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'binaryData',
  'stringData',
  'selector',
]);

/** Fields that hold whole numbers (or, with `…Unavailable` and the like, numbers or percentages). */
export const numberFields =
  /^(replicas|port|number|seconds|minAvailable|maxUnavailable|maxSurge|averageUtilization|weight|partition|completions|parallelism|backoffLimit|ttlSecondsAfterFinished|revisionHistoryLimit|runAsUser|runAsGroup|fsGroup|maxSkew|priority|minDomains)$|(Replicas|Port|Seconds|Threshold)$/;

/** Fields that are true or false. */
const booleanFields =
  /^(paused|suspend|immutable|optional|readOnly|readOnlyRootFilesystem|runAsNonRoot|privileged|allowPrivilegeEscalation|automountServiceAccountToken|enableServiceLinks|hostNetwork|publishNotReadyAddresses|shareProcessNamespace)$/;

/**
 * Puts values in the place of `${NAME}` in texts of manifests. It is done after parsing, so that no value can become
 * more than the text it stands in. A field that needs a number, and is nothing but `${NAME}`, becomes a number.
 * @throws {Refusal} for names without a value, naming file and object.
 */
export function substitute(
  manifests: readonly Manifest[],
  variables: Readonly<Record<string, string>>,
  environment: string,
): Manifest[] {
  const mistakes: string[] = [];
  const substituted = manifests.map(({ object, source }) => {
    const complain = (path: Path, mistake: string) =>
      mistakes.push(`${source.at(namedPath(object, path))}: ${describeObject(object)}: ${mistake}`);
    return { object: new Substitution(variables, complain).of(object, [], false) as KubernetesObject, source };
  });
  if (mistakes.length > 0) throw refusalOf([...new Set(mistakes)], environment);
  return substituted;
}

type Path = readonly (string | number)[];

class Substitution {
  private readonly variables: Readonly<Record<string, string>>;
  private readonly complain: (path: Path, mistake: string) => void;

  constructor(variables: Readonly<Record<string, string>>, complain: (path: Path, mistake: string) => void) {
    this.variables = variables;
    this.complain = complain;
  }

  of(value: unknown, path: Path, textsOnly: boolean): unknown {
    if (typeof value === 'string') return this.ofText(value, path, textsOnly);
    if (Array.isArray(value)) return value.map((item, index) => this.of(item, [...path, index], textsOnly));
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        const at = [...path, key];
        if ([...key.matchAll(reference)].some(([, escape]) => escape === ''))
          this.complain(at, `${at.join('.')} is the name of a field, and those are not replaced.`);
        return [key, this.of(field, at, textsOnly || (textMaps.has(key) && isMap(field)))];
      }),
    );
  }

  private ofText(text: string, path: Path, textsOnly: boolean): unknown {
    if (!text.includes('${')) return text;
    const replaced = text.replace(reference, (_, escape: string, name: string) => {
      if (escape !== '') return `\${${name}}`;
      if (Object.hasOwn(this.variables, name)) return this.variables[name]!;
      const near = closestName(name, Object.keys(this.variables));
      this.complain(
        path,
        `\${${name}} in ${path.join('.')} has no value${near === undefined ? '' : `; did you mean \${${near}}`}.`,
      );
      return '';
    });
    const field = path.at(-1);
    const whole = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(text);
    // Names of ports look like numbers' fields, and a text of digits is none: `targetPort: ${PORT}`.
    if (!whole || textsOnly || typeof field !== 'string') return replaced;
    if (numberFields.test(field) && /^(0|[1-9]\d{0,14})$/.test(replaced)) return Number(replaced);
    if (booleanFields.test(field) && /^(true|false)$/.test(replaced)) return replaced === 'true';
    return replaced;
  }
}

function refusalOf(mistakes: readonly string[], environment: string): Refusal {
  return new Refusal({
    type: 'unresolved-variable',
    doing: `fill in the manifests for ${environment}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} texts could not be filled in.`,
    remedy: `Add the name to "variables" of ${environmentsFolder}/${environment}.yaml, or write "$\${NAME}" for a literal text.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
