import { readPublishedDescription } from './published-description.ts';

const file = 'apps/orders/openapi.yaml';
const read = (text: string, others: Record<string, string | undefined> = {}) =>
  readPublishedDescription(file, new Map(Object.entries({ [file]: text, ...others })));
const head = 'openapi: 3.1.0\ninfo: { title: Orders, version: 1.0.0 }\n';

describe('readPublishedDescription', () => {
  it('takes what API Management would refuse: schemas that hold themselves, operations without an id', () => {
    const text = `${head}paths: { /: { get: { responses: {} } } }
components: { schemas: { Node: { properties: { next: { $ref: '#/components/schemas/Node' } } } } }`;
    expect(read(text)).toMatchObject({
      document: { paths: { '/': { get: {} } }, components: { schemas: { Node: {} } } },
    });
  });

  it('asks for the files of the service that it refers to, and puts them into one piece', () => {
    const text = `${head}paths: { /: { get: { responses: { '200': { description: ok, content: { application/json: { schema: { $ref: './schemas/order.yaml' } } } } } } } }`;
    const needed = 'apps/orders/schemas/order.yaml';
    expect(read(text)).toEqual({ needs: [needed] });
    const document = JSON.stringify(read(text, { [needed]: 'type: object\ntitle: An order' }));
    expect(document).toContain('An order');
    expect(document).not.toContain('./schemas');
    expect(read(text, { [needed]: undefined })).toEqual({ reason: `${file}: There is no file ${needed}.` });
  });

  it.each([
    ['no YAML', 'openapi: [', /^It is not YAML: .* \(line 1\)$/],
    ['no description', 'just a text', 'It is not an OpenAPI description: it has no fields.'],
    ['an older version', 'swagger: "2.0"', /version 3\.0 or 3\.1/],
    ['a reference to a server', `${head}paths: { /: { $ref: 'https://evil.example/x' } }`, /leads to another server/],
    [
      'a reference out of the service',
      `${head}paths: { /: { $ref: '../../../etc/passwd' } }`,
      /leads out of apps\/orders/,
    ],
    [
      'a field that changes what all objects are',
      `${head}paths: {}\nx-a: { __proto__: { isAdmin: true } }`,
      /named __proto__/,
    ],
    [
      'deep nesting',
      `${head}paths: {}\nx-a: ${'['.repeat(200)}${']'.repeat(200)}`,
      'It is nested more than 100 levels deep.',
    ],
    ['nesting until the stack ends', `${head}x-a: ${'['.repeat(200_000)}`, /nested too deeply/],
    ['anchors that expand to too much', exploding(), /anchors/],
    ['more than anybody writes', `${head}x-a: ${'a'.repeat(5_000_000)}`, 'It is longer than 4 MiB.'],
  ])('says why it cannot be shown: %s', (_, text, reason) => {
    const found = read(text);
    expect('reason' in found && found.reason).toMatch(reason);
  });
});

/** Each list holds the one before it ten times. */
function exploding(): string {
  const lists = Array.from({ length: 9 }, (_, at) => {
    const before = at === 0 ? '"lol"' : `*a${at - 1}`;
    return `x-${at}: &a${at} [${Array(10).fill(before).join(', ')}]`;
  });
  return `${head}paths: {}\n${lists.join('\n')}`;
}
