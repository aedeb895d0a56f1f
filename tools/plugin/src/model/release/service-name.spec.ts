import fc from 'fast-check';
import { Refusal } from '../errors/product-error.ts';
import { longestServiceName, parseServiceName, whyNotServiceName } from './service-name.ts';

describe('service names', () => {
  it('are RFC 1035 labels of at most 40 characters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z0-9-]{0,45}$/)), (name) => {
        const isName = /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= longestServiceName;
        expect(whyNotServiceName(name) === undefined).toBe(isName);
      }),
    );
  });

  it.each([
    ['', 'It is empty.'],
    ['a'.repeat(41), 'It has 41 characters; 40 are allowed.'],
    ['1a', 'It must begin with a lower-case letter.'],
    ['a_b', 'Only lower-case letters, digits and hyphens are allowed.'],
    ['a-', 'It must not end with a hyphen.'],
  ])('tells why %j is none', (name, why) => expect(whyNotServiceName(name)).toBe(why));

  it('refuses with the reason', () => {
    expect(parseServiceName('orders', 'make the service')).toBe('orders');
    expect(() => parseServiceName('Orders', 'make the service')).toThrow(Refusal);
    expect(() => parseServiceName('Orders', 'make the service')).toThrow(/lower-case letter/);
  });
});
