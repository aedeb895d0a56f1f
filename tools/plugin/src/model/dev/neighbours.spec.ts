import fc from 'fast-check';
import { neighboursOf, withNeighbours } from './neighbours.ts';

const around = { namespace: 'dev', services: ['payments', 'redis'] };
const here = (value: string) => withNeighbours({ X: value }, around, () => 4000)['X'];

it.each([
  ['http://payments', 'http://127.0.0.1:4000'],
  ['http://payments/charges?a=b', 'http://127.0.0.1:4000/charges?a=b'],
  ['http://payments:8080/', 'http://127.0.0.1:4000/'],
  ['http://payments.dev.svc.cluster.local', 'http://127.0.0.1:4000'],
  ['redis://:pa%40ss@redis:6379/0', 'redis://:pa%40ss@127.0.0.1:4000/0'],
  ['postgresql://app:secret@db.dev/orders', 'postgresql://app:secret@127.0.0.1:4000/orders'],
  ['nats://a:4222,nats://b:4222', 'nats://127.0.0.1:4000,nats://127.0.0.1:4000'],
  ['{"url":"http://payments"}', '{"url":"http://127.0.0.1:4000"}'],
  ['redis:6379', '127.0.0.1:4000'],
])('leads %s to this machine', (value, expected) => {
  expect(here(value)).toBe(expected);
});

it.each([
  'https://api.example.com/x',
  'http://localhost:8081',
  'http://127.0.0.1:80',
  'http://payments.preprod',
  'redis.example.com:6379',
  'build:20261',
  'payments',
  'http://payments:99999',
  '',
])('leaves %s as it is', (value) => {
  expect(here(value)).toBe(value);
});

it('names each Service once, with its port', () => {
  const variables = {
    A: 'http://payments/a',
    B: 'https://payments.dev',
    C: 'redis://redis',
    D: 'http://payments:80/b',
    E: 'http://stock.other.svc',
  };
  expect(neighboursOf(variables, around)).toEqual([
    { name: 'payments', namespace: 'dev', port: 80 },
    { name: 'payments', namespace: 'dev', port: 443 },
    { name: 'redis', namespace: 'dev', port: 6379 },
    { name: 'stock', namespace: 'other', port: 80 },
  ]);
});

it('changes nothing of a URL but its host and port', () => {
  const word = fc.stringMatching(/^[a-z0-9%._~-]{0,10}$/);
  const login = fc.option(
    fc.tuple(word, word).map(([user, password]) => `${user}:${password}@`),
    { nil: '' },
  );
  const rest = fc.tuple(word, word).map(([path, query]) => `/${path}?${query}`);
  fc.assert(
    fc.property(fc.constantFrom('http', 'redis', 'postgresql'), login, rest, (scheme, user, end) => {
      expect(here(`${scheme}://${user}payments:1234${end}`)).toBe(`${scheme}://${user}127.0.0.1:4000${end}`);
    }),
  );
});

it('leaves any text as it is when nobody is reached here', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(withNeighbours({ X: value }, around, () => undefined)).toEqual({ X: value });
    }),
  );
});
