import { HttpProblem } from './http-problem.ts';
import type { Route } from './route.ts';
import { Router } from './router.ts';

const route = (method: Route['method'], path: string): Route => ({ method, path, handle: () => ({}) });
const router = new Router([
  route('GET', '/orders'),
  route('POST', '/orders'),
  route('GET', '/orders/{id}'),
  route('GET', '/orders/latest'),
  route('GET', '/orders/{id}/lines/{line}'),
  route('GET', '/'),
]);

function problemOf(method: string, path: string): HttpProblem {
  try {
    router.match(method, path);
  } catch (error) {
    if (error instanceof HttpProblem) return error;
  }
  throw new Error(`${method} ${path} was matched`);
}

describe('Router', () => {
  it.each([
    ['GET', '/orders', '/orders', {}],
    ['GET', '/orders/', '/orders', {}],
    ['HEAD', '/orders', '/orders', {}],
    ['GET', '/orders/7', '/orders/{id}', { id: '7' }],
    ['GET', '/orders/a%2Fb%20c', '/orders/{id}', { id: 'a/b c' }],
    ['GET', '/orders/latest', '/orders/latest', {}],
    ['GET', '/orders/7/lines/2', '/orders/{id}/lines/{line}', { id: '7', line: '2' }],
    ['GET', '/', '/', {}],
  ])('%s %s', (method, path, expected, parameters) => {
    const match = router.match(method, path);
    expect([match.route.path, match.parameters]).toEqual([expected, parameters]);
  });

  it.each(['/order', '/orders/7/lines', '/orders//', '//orders', '/orders/7/lines/2/3'])('404 %j', (path) =>
    expect(problemOf('GET', path).status).toBe(404),
  );

  it('names the methods that a path takes', () => {
    expect(problemOf('DELETE', '/orders')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  });

  it('refuses malformed escapes', () => expect(problemOf('GET', '/orders/%zz').status).toBe(400));
});
