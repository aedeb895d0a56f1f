import fc from 'fast-check';
import { openMetricsLines, type MetricFamily } from './open-metrics.ts';

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const quoted = '"((?:[^"\\\\\\n]|\\\\["\\\\n])*)"';
const pair = `([a-zA-Z_][a-zA-Z0-9_]*)=${quoted}`;
const number = '[+-]?\\d+(?:\\.\\d*)?(?:e[+-]?\\d+)?';

/** Reads an exposition as the OpenMetrics 1.0 specification has it. @throws for all that it forbids. */
function parse(text: string): MetricFamily[] {
  if (!text.endsWith('\n# EOF\n') && text !== '# EOF\n') throw new Error('no EOF');
  const families: MetricFamily[] = [];
  for (const line of text.split('\n').slice(0, -2)) {
    const [, keyword, name, rest] = new RegExp(`^# (TYPE|UNIT|HELP) (${metricName}) (.*)$`, 's').exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (families.some((family) => family.name === name)) throw new Error(`twice: ${line}`);
      families.push({ name: name!, type: rest as 'gauge', help: '', samples: [] });
      continue;
    }
    const family = families.pop();
    if (!family) throw new Error(`before a family: ${line}`);
    families.push(keyword ? described(family, { keyword, name: name!, rest: rest! }) : sampled(family, line));
  }
  return families;
}

function described(family: MetricFamily, { keyword, name, rest }: Record<'keyword' | 'name' | 'rest', string>) {
  if (name !== family.name || family.samples.length > 0) throw new Error(`out of place: ${keyword} ${name}`);
  if (keyword === 'HELP') return { ...family, help: unescaped(rest) };
  if (!name.endsWith(`_${rest}`)) throw new Error(`${name} does not end in ${rest}`);
  return { ...family, unit: rest as 'seconds' };
}

function sampled(family: MetricFamily, line: string): MetricFamily {
  const [, name, labels, value] =
    new RegExp(`^(${metricName})(?:\\{((?:${pair},)*${pair})\\})? (${number})$`)
      .exec(line)
      ?.filter((_, index, { length }) => [0, 1, 2, length - 1].includes(index)) ?? [];
  if (name !== (family.type === 'counter' ? `${family.name}_total` : family.name)) throw new Error(`bad: ${line}`);
  if (family.type === 'counter' && Number(value) < 0) throw new Error(`a counter below 0: ${line}`);
  const pairs = [...(labels ?? '').matchAll(new RegExp(pair, 'g'))].map(([, key, text]) => [key!, unescaped(text!)]);
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`a label twice: ${line}`);
  const sample = { labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  if (family.samples.some((each) => JSON.stringify(each.labels) === JSON.stringify(sample.labels)))
    throw new Error(`a sample twice: ${line}`);
  return { ...family, samples: [...family.samples, sample] };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character) => (character === 'n' ? '\n' : character));
}

const textOf = (families: readonly MetricFamily[]) =>
  openMetricsLines(families)
    .map((line) => `${line}\n`)
    .join('');

it('writes what the format asks for', () => {
  const families: MetricFamily[] = [
    { name: 'a', type: 'counter', help: 'A "b"\nc.', samples: [{ labels: { service: 'x' }, value: 3 }] },
    { name: 'b_seconds', type: 'gauge', unit: 'seconds', help: 'B.', samples: [{ labels: {}, value: 0.5 }] },
    { name: 'c', type: 'gauge', help: 'Nothing is known of it.', samples: [] },
  ];
  expect(openMetricsLines(families)).toEqual([
    '# TYPE a counter',
    '# HELP a A \\"b\\"\\nc.',
    'a_total{service="x"} 3',
    '# TYPE b_seconds gauge',
    '# UNIT b_seconds seconds',
    '# HELP b_seconds B.',
    'b_seconds 0.5',
    '# EOF',
  ]);
  expect(openMetricsLines([])).toEqual(['# EOF']);
});

it('is read back as it was written, whatever texts and numbers there are', () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 });
  const samples = fc.uniqueArray(
    fc.record({ labels: fc.record({ environment: fc.string({ unit: 'binary' }), service: fc.string() }), value }),
    { minLength: 1, maxLength: 4, selector: ({ labels }) => JSON.stringify(labels) },
  );
  const family = fc.record({
    name: fc.stringMatching(/^[a-z][a-z_]{0,8}$/),
    type: fc.constantFrom('counter', 'gauge'),
    help: fc.string({ unit: 'binary' }),
    samples,
  });
  fc.assert(
    fc.property(fc.uniqueArray(family, { maxLength: 4, selector: ({ name }) => name }), (families) => {
      expect(parse(textOf(families))).toEqual(families);
    }),
  );
});

it.each([
  ['a line behind the end', '# EOF\n\n'],
  ['no end', '# TYPE a gauge\na 1\n'],
  ['a counter without its suffix', '# TYPE a counter\na 1\n# EOF\n'],
  ['a unit that the name lacks', '# TYPE a gauge\n# UNIT a seconds\n# EOF\n'],
  ['a quote in a label', '# TYPE a gauge\na{b="c"d"} 1\n# EOF\n'],
  ['what is no number', '# TYPE a gauge\na undefined\n# EOF\n'],
  ['a sample twice', '# TYPE a gauge\na 1\na 2\n# EOF\n'],
])('a strict reader refuses %s', (_, text) => expect(() => parse(text)).toThrow());
