import type { Environment } from '../../../model/environment/environment.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { ChangesPoint } from '../../../use-cases/changes/changes.ts';
import { environmentNamed } from '../../../adapters/workspace/environments.ts';
import { buildNumberOption, stringOption } from './declare-options.ts';
import type { Option } from './option.ts';

/** The meaning of a text, as far as it is known without the environments. */
type PointText =
  | { readonly kind: 'build'; readonly buildNumber: BuildNumber }
  | { readonly kind: 'head' }
  | { readonly kind: 'environment'; readonly name: string };

/** `--from=prod`, `--from=20261124-1`, `--from=orders-20261124-1`, `--from=HEAD`. */
export function changesPointOption(
  description: string,
  omitted: string,
): Option<PointText | undefined, ChangesPoint | undefined> {
  const text = stringOption(`${description} (default: ${omitted})`, 'POINT');
  const build = buildNumberOption('');
  return {
    ...text,
    kind: 'point',
    omitted,
    read(value, context) {
      // What begins like a day is meant as a build, also when it is none.
      const isBuild = typeof value === 'number' || (typeof value === 'string' && /(^|-)\d{8}[-.]?\d*$/.test(value));
      if (isBuild) return { kind: 'build', buildNumber: build.read(value, context)! };
      const name = text.read(value, context);
      if (name === undefined) return undefined;
      return name === 'HEAD' ? { kind: 'head' } : { kind: 'environment', name };
    },
    resolve: (point, environments: readonly Environment[]) =>
      point?.kind === 'environment'
        ? { kind: 'environment', environment: environmentNamed(environments, point.name) }
        : point,
  };
}
