import fc from 'fast-check';
import { pack, unpack } from './pack.ts';

/** As it would be sent: without what JSON lacks, and with the same sign of zero. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

describe('pack', () => {
  it('comes back as JSON would', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(unpack(sent(pack(value)) as ReturnType<typeof pack>)).toEqual(sent(value));
      }),
    );
  });

  it('leaves out what is undefined, and keeps properties of any name', () => {
    const value = JSON.parse('{"__proto__": {"constructor": 1}, "#1": "1"}') as Record<string, unknown>;
    const back = unpack(pack({ ...value, gone: undefined, ['__proto__']: 2 })) as Record<string, unknown>;
    expect(Object.entries(back)).toEqual([
      ['__proto__', 2],
      ['#1', '1'],
    ]);
  });

  it('writes equal values once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 2, max: 50 }), (value, times) => {
        const many = Array.from({ length: times }, () => sent(value));
        expect(pack(many).values).toHaveLength(pack([value]).values.length);
      }),
    );
  });
});
