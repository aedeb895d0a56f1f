import { ClockComparison } from './clock-comparison.ts';

const noon = Date.parse('2026-11-24T12:00:00Z');

/** Lines that are reported of answers, each of which takes 100 ms. */
function reportedOf(...answers: { date?: string; age?: string; tookMs?: number }[]): string[] {
  const lines: string[] = [];
  const clocks = new ClockComparison(() => noon);
  clocks.reportBy((line) => lines.push(line));
  for (const { tookMs = 100, ...headers } of answers)
    clocks.look({ server: 'registry.example', headers, askedAt: noon - tookMs });
  return lines;
}

it.each([
  ['the same time', { date: 'Tue, 24 Nov 2026 12:00:00 GMT' }],
  ['half a minute behind', { date: 'Tue, 24 Nov 2026 11:59:30 GMT' }],
  ['half a minute ahead', { date: 'Tue, 24 Nov 2026 12:00:30 GMT' }],
  ['an old answer of a cache', { date: 'Tue, 24 Nov 2026 09:00:00 GMT', age: '10800' }],
  ['an answer that took long', { date: 'Tue, 24 Nov 2026 11:55:00 GMT', tookMs: 300_000 }],
  ['no time', {}],
  ['no time that can be read', { date: 'noon' }],
])('says nothing of %s', (_, answer) => expect(reportedOf(answer)).toEqual([]));

it('reports a clock that differs by more than a minute once, with both times', () => {
  expect(reportedOf({ date: 'Mon, 23 Nov 2026 12:00:00 GMT' }, { date: 'Mon, 23 Nov 2026 12:00:00 GMT' })).toEqual([
    "this machine's clock (2026-11-24 12:00:00 UTC) is 1 d ahead of that of registry.example (2026-11-23 12:00:00 UTC); build numbers go by this one: set the clock that is wrong",
  ]);
  expect(reportedOf({ date: 'Tue, 24 Nov 2026 12:02:00 GMT' })).toEqual([
    "this machine's clock (2026-11-24 12:00:00 UTC) is 2 min behind that of registry.example (2026-11-24 12:02:00 UTC); build numbers go by this one: set the clock that is wrong",
  ]);
});

it('reports what was found before anybody could be told', () => {
  const lines: string[] = [];
  const clocks = new ClockComparison(() => noon);
  clocks.look({ server: 'a', headers: { date: 'Mon, 23 Nov 2026 12:00:00 GMT' }, askedAt: noon });
  for (let task = 0; task < 2; task++) clocks.reportBy((line) => lines.push(line));
  expect(lines).toHaveLength(1);
});
