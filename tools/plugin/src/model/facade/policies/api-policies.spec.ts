import * as xml from '@xmldom/xmldom';
import fc from 'fast-check';
import { Refusal } from '../../errors/product-error.ts';
import { readApiDescription } from '../description/api-description.ts';
import { contentDigest, readApiPolicies } from './api-policies.ts';
import { maskExpressions } from './mask-expressions.ts';
import { readPolicy } from './policy.ts';

const api = 'apps/orders/openapi.yaml';
const described = readApiDescription(
  api,
  new Map([
    [
      api,
      'openapi: 3.1.0\ninfo: {}\npaths: { /: { get: { operationId: listOrders }, put: { operationId: putOrder } } }\n',
    ],
  ]),
);
if ('needs' in described) throw new Error('needs more');
const { description } = described;

const folder = 'apps/orders/apim';
const inbound = (text: string) => `<policies>\n  <inbound>\n    <base />\n    ${text}\n  </inbound>\n</policies>\n`;
const read = (files: Record<string, string>) =>
  readApiPolicies(
    folder,
    new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])),
    description,
    xml,
  );

function refusalOf(files: Record<string, string>): string {
  try {
    read(files);
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  throw new Error('not refused');
}

const withExpressions = inbound(`<choose>
      <when condition="@(context.Request.Headers.GetValueOrDefault("x", ")") != "a" && 1 < 2)">
        <set-header name="X-Text" exists-action="override">
          <value>@{
            // a comment with ) and "
            var brace = '}'; var quote = '"'; /* } */
            var text = @"c:\\" + $"{brace}\\"" + "\\"}";
            return text + "{{ last-name }}";
          }</value>
        </set-header>
        <include-fragment fragment-id="tracing" />
      </when>
    </choose>
    <set-header name="Key"><value>{{orders.key}}</value></set-header>`);

describe('readApiPolicies', () => {
  it('reads those of the API and of operations, with what they need of the instance', () => {
    const policies = read({
      'policy.xml': `\uFEFF${withExpressions}`,
      'operations/listOrders.xml': inbound('<include-fragment fragment-id="cache" /><x y="{{orders.key}}" />'),
      'v2/policy.xml': 'of another version',
      'README.md': 'no policy',
    });
    expect(policies.api!.text).toBe(withExpressions);
    expect([...policies.operations.keys()]).toEqual(['listorders']);
    expect(policies.namedValues).toEqual(
      new Map([
        ['orders.key', `${folder}/operations/listOrders.xml`],
        ['last-name', `${folder}/policy.xml`],
      ]),
    );
    expect(policies.fragments).toEqual(
      new Map([
        ['cache', `${folder}/operations/listOrders.xml`],
        ['tracing', `${folder}/policy.xml`],
      ]),
    );
  });

  it('needs none', () => {
    expect(read({})).toEqual({ api: undefined, operations: new Map(), namedValues: new Map(), fragments: new Map() });
  });

  it.each([
    [
      'an operation that the description lacks',
      { 'operations/listOrder.xml': inbound('') },
      'operations/listOrder.xml: the description has no operation "listOrder". Did you mean "listOrders"?',
    ],
    ['an operation written otherwise', { 'operations/listorders.xml': inbound('') }, 'Did you mean "listOrders"?'],
    ['a file that would not be sent', { 'polcy.xml': inbound('') }, 'polcy.xml: policies are in policy.xml and'],
    ['what is no XML', { 'policy.xml': inbound('<a></b>') }, `${folder}/policy.xml:4: This is not XML: `],
    ['an element without end', { 'policy.xml': '<policies><inbound>' }, 'policy.xml:1: This is not XML: '],
    ['two roots', { 'policy.xml': '<policies/><policies/>' }, 'This is not XML: '],
    ['an empty file', { 'policy.xml': '' }, 'policy.xml:1: '],
    [
      'an expression without end',
      { 'policy.xml': inbound('<a b="@(c(">') },
      'policy.xml:4: The expression that begins here (@) does not end.',
    ],
    ['brackets that do not fit', { 'policy.xml': inbound('<a b="@(c}">') }, 'The expression that begins here'],
    [
      'an entity',
      { 'policy.xml': `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${inbound('&b;')}` },
      'It has a DOCTYPE',
    ],
    ['another root', { 'policy.xml': '<fragment/>' }, 'policy.xml:1: It is a <fragment>; a policy is a <policies>.'],
    [
      'a section that is none',
      { 'policy.xml': '<policies>\n<inbund/></policies>' },
      'policy.xml:2: There is no <inbund> in <policies>, only inbound, backend, outbound, on-error.',
    ],
    [
      'a section twice',
      { 'policy.xml': '<policies><inbound/>\n<inbound/></policies>' },
      'policy.xml:2: There is a second <inbound>.',
    ],
    [
      'a fragment without id',
      { 'policy.xml': inbound('<include-fragment />') },
      'policy.xml:4: This <include-fragment> has no fragment-id.',
    ],
    ['more than 256 KiB', { 'policy.xml': inbound('ä'.repeat(130 * 1024)) }, 'bytes; 256 KiB are taken.'],
    ['comments without end', { 'policy.xml': inbound(`@(${'/*'.repeat(100_000)}`) }, 'The expression that begins here'],
    ['elements without end', { 'policy.xml': inbound('<a>'.repeat(80_000)) }, 'policy.xml:'],
  ])('refuses %s', (_, files, expected) => {
    expect(refusalOf(files)).toContain(expected);
  });

  it('tells all mistakes at once', () => {
    const told = refusalOf({ 'policy.xml': '<x/>', 'operations/a.xml': '<y/>' });
    expect(told).toContain('There are 3 mistakes.');
  });

  it('reads or refuses whatever stands in a file', () => {
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '@(',
      '@{',
      ')',
      '}',
      '"',
      "'",
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '\\',
      '{{x}}',
      '&',
      '/',
      '\n',
      '@"',
      '$"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part).map((parts) => inbound(parts.join(''))),
        ),
        (text) => {
          const masked = maskExpressions(text);
          if ('text' in masked) {
            expect(masked.text).toHaveLength(text.length);
            expect(masked.text.split('\n')).toHaveLength(text.split('\n').length);
          }
          readPolicy(text, xml);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('contentDigest', () => {
  it('is of all that a revision consists of', () => {
    const files: Record<string, string>[] = [
      {},
      { 'policy.xml': inbound('') },
      { 'policy.xml': inbound('<a/>') },
      { 'operations/listOrders.xml': inbound('') },
      { 'operations/putOrder.xml': inbound('') },
    ];
    const digests = files.map((each) => contentDigest(description, read(each)));
    expect(new Set(digests).size).toBe(digests.length);
    expect(contentDigest(description, read({}))).toBe(digests[0]);
  });
});
