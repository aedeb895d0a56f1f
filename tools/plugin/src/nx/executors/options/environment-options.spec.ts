import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { allEnvironmentsOption, automaticEnvironmentsOption, oneEnvironmentOption } from './environment-options.ts';

const environments = (['dev', 'preprod', 'prod'] as const).map((name, order) => ({
  name,
  order,
  deploy: name === 'prod' ? 'manual' : 'automatic',
})) as Environment[];

function read(option: ReturnType<typeof allEnvironmentsOption>, value: unknown): string[] {
  const names = option.read(value, { name: 'env', doing: 'show' });
  return option.resolve!(names, environments, 'show').map(({ name }) => name);
}

it.each([
  [undefined, ['dev', 'preprod', 'prod']],
  ['prod', ['prod']],
  ['prod,dev', ['dev', 'prod']],
  ['prod, prod', ['prod']],
])('reads --env=%s in the order of the environments', (value, names) =>
  expect(read(allEnvironmentsOption(), value)).toEqual(names),
);

it('means the automatic ones where a command deploys', () =>
  expect(read(automaticEnvironmentsOption(), undefined)).toEqual(['dev', 'preprod']));

it.each([['prd'], ['prod,prd'], [''], [','], ['prod,'], [true], [5], [['prod', 'dev']]])('refuses %j', (value) =>
  expect(() => read(allEnvironmentsOption(), value)).toThrow(Refusal),
);

it('refuses to choose one of several automatic environments', () => {
  expect(() => oneEnvironmentOption().resolve!(undefined, environments, 'roll back')).toThrow(
    'Several environments are automatic',
  );
  expect(oneEnvironmentOption().resolve!('prod', environments, 'roll back').name).toBe('prod');
  expect(oneEnvironmentOption().resolve!(undefined, environments.slice(1), 'roll back').name).toBe('preprod');
});
