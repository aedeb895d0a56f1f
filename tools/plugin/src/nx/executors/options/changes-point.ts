import type { Environment } from '../../../model/environment/environment.ts';
import type { ChangesPoint } from '../../../use-cases/changes/changes.ts';
import { environmentNamed } from '../../../adapters/workspace/environments.ts';
import { buildNumberOption, stringOption, type OptionReader } from './options.ts';

/** Finds what an option means, once the environments are known. @throws {Refusal} when there is none of this name. */
export type ChangesPointReader = (environments: readonly Environment[]) => ChangesPoint;

/** `--from=prod`, `--from=20261124-1`, `--from=orders-20261124-1`, `--from=HEAD`. */
export function changesPoint(service: string): OptionReader<ChangesPointReader | undefined> {
  return (value, name, doing) => {
    // What begins like a day is meant as a build, also when it is none.
    const isBuild = typeof value === 'number' || (typeof value === 'string' && /(^|-)\d{8}[-.]?\d*$/.test(value));
    if (isBuild) {
      const buildNumber = buildNumberOption(service)(value, name, doing)!;
      return () => ({ kind: 'build', buildNumber });
    }
    const text = stringOption(value, name, doing);
    if (text === undefined) return undefined;
    if (text === 'HEAD') return () => ({ kind: 'head' });
    return (environments) => ({ kind: 'environment', environment: environmentNamed(environments, text) });
  };
}
