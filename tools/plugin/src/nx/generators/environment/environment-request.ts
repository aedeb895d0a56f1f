import { booleanReader } from '../../executors/options/declare-options.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentNamed } from '../../../adapters/workspace/environments.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { text } from '../text-option.ts';

/** An environment that is to be added. What is left away is as in the model, or has no value. */
export interface EnvironmentRequest {
  /** The action, as a clause. */
  readonly doing: string;
  readonly name: string;
  readonly order: number;
  /** The environment that the rest is taken over from; none when there is no environment yet. */
  readonly model: Environment | undefined;
  readonly context: string | undefined;
  readonly namespace: string;
  readonly registry: string | undefined;
  readonly url: string | undefined;
  readonly deploy: string;
  readonly protected: boolean;
}

/** @param environments those that there are, in order. @throws {Refusal} for the first thing that cannot be. */
export function parseEnvironmentRequest(raw: RawOptions, environments: readonly Environment[]): EnvironmentRequest {
  const doing = `add the environment ${String(raw['name'] ?? '')}`.trimEnd();
  rejectExtraArguments(raw, doing);
  const readers = {
    ...{ name: text(''), after: text(''), order: text(''), context: text(''), namespace: text('') },
    ...{ registry: text(''), url: text(''), deploy: text('manual'), protected: booleanReader },
  };
  const options = readOptions(raw, readers, { doing });
  const model = modelOf(options, environments, doing);
  const missing = model ? [] : (['context', 'registry'] as const).filter((name) => options[name] === '');
  if (missing.length > 0) {
    throw new Refusal({
      type: 'nothing-to-take-over',
      doing,
      reason: 'There is no environment yet to copy settings from.',
      remedy: `Pass ${missing.map((name) => `\`--${name}\``).join(' and ')}.`,
    });
  }
  const given = (value: string) => (value === '' ? undefined : value);
  return {
    ...{ doing, name: options.name, model, deploy: options.deploy, protected: options.protected },
    order: options.order === '' ? (model?.order ?? 0) + 1 : parseOrder(options.order, environments, doing),
    context: given(options.context),
    namespace: given(options.namespace) ?? options.name,
    registry: given(options.registry),
    url: given(options.url),
  };
}

/** Returns the environment before it, or the first one when there is none. */
function modelOf(
  { after, order }: { readonly after: string; readonly order: string },
  environments: readonly Environment[],
  doing: string,
): Environment | undefined {
  if (after !== '' && order !== '') {
    throw new Refusal({
      type: 'bad-option',
      doing,
      reason: '--after and --order exclude one another.',
      remedy: 'Choose one of them.',
    });
  }
  if (after !== '') return environmentNamed(environments, after);
  if (order === '') return environments.at(-1);
  return environments.findLast((environment) => environment.order < Number(order)) ?? environments[0];
}

function parseOrder(order: string, environments: readonly Environment[], doing: string): number {
  if (!/^\d{1,6}$/.test(order)) {
    throw new Refusal({
      type: 'bad-order',
      doing,
      reason: `"${order}" cannot be its order.`,
      remedy: 'Choose a whole number; releases are promoted from lower to higher.',
    });
  }
  const twin = environments.find((environment) => environment.order === Number(order));
  if (!twin) return Number(order);
  throw new Refusal({
    type: 'order-taken',
    doing,
    reason: `${twin.name} has the order ${order}.`,
    remedy: `Choose another one, or pass \`--after=${twin.name}\`.`,
  });
}
