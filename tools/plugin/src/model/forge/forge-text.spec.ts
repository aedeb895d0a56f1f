import fc from 'fast-check';
import { cutText, linkOf, longestBody, releaseBody } from './forge-text.ts';

describe('cutText', () => {
  it('leaves what is short, and cuts what is long, between characters', () => {
    expect(cutText('orders', 6)).toBe('orders');
    expect(cutText('orders', 5)).toBe('orde…');
    expect(cutText('🙂🙂🙂', 3)).toBe('🙂🙂🙂');
    expect(cutText('🙂🙂🙂', 2)).toBe('🙂…');
  });

  it('is never longer than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, longest) => {
        expect(Array.from(cutText(text, longest)).length).toBeLessThanOrEqual(longest);
      }),
    );
  });
});

it('releaseBody keeps the facts, whatever there is to tell', () => {
  for (const news of ['', 'short', '🙂'.repeat(longestBody)]) {
    const body = releaseBody(news, ['- one', '- two']);
    expect(Array.from(body).length).toBeLessThanOrEqual(longestBody);
    expect(body.endsWith('\n\n- one\n- two')).toBe(true);
  }
});

it.each([
  ['https://ci.example/runs/1?a=b', 'https://ci.example/runs/1?a=b'],
  ['https://dev.azure.example/the team/1', 'https://dev.azure.example/the%20team/1'],
  ['ada@laptop', undefined],
  ['javascript:alert(1)', undefined],
  ['https://ada:secret@ci.example/', undefined],
  [undefined, undefined],
])('linkOf(%j) is %j', (text, link) => expect(linkOf(text)).toBe(link));
