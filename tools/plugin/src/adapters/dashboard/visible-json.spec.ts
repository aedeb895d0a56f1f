import fc from 'fast-check';
import { visibleJson } from './visible-json.ts';

describe('visibleJson', () => {
  it('shows characters that turn text round, and keeps those that join others', () => {
    const subject = 'totals \u202Egnorw\u202C and 👩\u200D💻';
    expect(JSON.parse(visibleJson({ subject }))).toEqual({
      subject: 'totals \\u202egnorw\\u202c and 👩\u200D💻',
    });
  });

  it('leaves everything else as it is', () => {
    const plain = fc.string().filter((text) => !/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/.test(text));
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), plain, (value, text) => {
        expect(JSON.parse(visibleJson({ text }))).toEqual({ text });
        expect(() => JSON.parse(visibleJson(value)) as unknown).not.toThrow();
      }),
    );
  });
});
