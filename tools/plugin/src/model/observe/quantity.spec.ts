import { isSameQuantity } from './quantity.ts';

it.each([
  ['limits.cpu', 0.5, '500m', true],
  ['limits.cpu', '0.5', '500m', true],
  ['limits.cpu', '1', '1000m', true],
  ['resources.requests.memory', '1024Mi', '1Gi', true],
  ['resources.requests.memory', '1000M', '1G', true],
  ['resources.requests.memory', '1e9', '1G', true],
  ['resources.requests.memory', '1000Mi', '1Gi', false],
  ['limits.cpu', '500m', '501m', false],
  ['limits.cpu', '500m', 'x', false],
  ['env.value', '0.5', '500m', false],
])('%s: %j and %j: %s', (path, one, other, same) => expect(isSameQuantity(path, one, other)).toBe(same));
