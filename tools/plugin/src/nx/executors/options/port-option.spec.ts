import { Refusal } from '../../../model/errors/product-error.ts';
import { anyPortOption, portOption } from './declare-options.ts';

const context = { name: 'port', doing: 'show the portal' };

it.each([
  [8080, 8080],
  ['65535', 65_535],
  [1, 1],
])('reads --port=%s', (value, port) => {
  expect(portOption('').read(value, context)).toBe(port);
  expect(anyPortOption('').read(value, context)).toBe(port);
});

it.each([undefined, 0, '0'])('takes %j for any port where that is permitted', (value) => {
  expect(anyPortOption('').read(value, context)).toBe(0);
});

it.each([
  ['0', portOption(''), 'Expected a port from 1 to 65535.'],
  ['65536', portOption(''), 'Expected a port from 1 to 65535.'],
  ['-1', anyPortOption(''), 'Expected a port from 1 to 65535, or 0 for any that is free.'],
  ['http', anyPortOption(''), 'Expected a port from 1 to 65535, or 0 for any that is free.'],
  ['', anyPortOption(''), 'Expected a port from 1 to 65535, or 0 for any that is free.'],
])('refuses --port=%s', (value, option, text) => {
  let thrown: unknown;
  try {
    option.read(value, context);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Refusal);
  expect((thrown as Refusal).explain()).toContain(text);
});
