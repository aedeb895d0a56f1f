import { Refusal } from '../../../model/errors/product-error.ts';
import { periodOption } from './declare-options.ts';

const read = (value: unknown) => periodOption('How far back', '5s').read(value, { name: 'since', doing: 'measure' });

it.each([
  [undefined, 5000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
])('reads %j', (value, milliseconds) => expect(read(value)).toBe(milliseconds));

it.each(['0d', '30', 30, '', true, null, ['1d'], '99999d', '-1d', { d: 1 }])('refuses %j', (value) =>
  expect(() => read(value)).toThrow(Refusal),
);
