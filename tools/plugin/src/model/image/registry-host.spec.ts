import { isLoopbackRegistry } from './registry-host.ts';

describe('isLoopbackRegistry', () => {
  it.each(['localhost', 'localhost:5000', '127.0.0.1:5000', '127.0.0.1', '127.1.2.3:80', '[::1]:5000'])(
    '%s is',
    (host) => expect(isLoopbackRegistry(host)).toBe(true),
  );
  it.each(['', 'acr.example', '127.0.0.1.example:5000', 'localhost.example', '128.0.0.1:5000', 'registry:5000'])(
    '%s is not',
    (host) => expect(isLoopbackRegistry(host)).toBe(false),
  );
});
