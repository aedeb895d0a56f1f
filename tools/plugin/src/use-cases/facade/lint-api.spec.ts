import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import fc from 'fast-check';
import { generateService } from '../../nx/generators/service/generator.ts';
import { RedoclyLinter } from '../../adapters/redocly/redocly-linter.ts';
import type { ApiLinter } from '../../ports/api-linter.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { readApiDescription } from '../../model/facade/description/api-description.ts';
import { findingLine } from '../../model/facade/lint/lint-finding.ts';
import { lintApi, lintLines, type LintRequest } from './lint-api.ts';

const root = 'apps/orders';
const file = `${root}/openapi.yaml`;
const silent: ApiLinter = { lint: async () => [] };
const redocly = new RedoclyLinter();

const request = (changes: Partial<LintRequest> = {}): LintRequest => {
  return { service: 'orders', root, files: ['openapi.yaml'], isPublished: true, ...changes };
};

async function lint(texts: Readonly<Record<string, string>>, linter = silent, changes: Partial<LintRequest> = {}) {
  const asked: string[] = [];
  const read = async (path: string) => {
    asked.push(path);
    return texts[path];
  };
  const findings = await lintApi(request(changes), { read, linter });
  return { lines: findings.map(findingLine), findings, asked };
}

const head = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\nservers: [{ url: /a }]\n";
const operation = (id: string, more = '') =>
  `{ operationId: ${id}, summary: a${more}, responses: { '200': { description: a } } }`;

describe('lintApi', () => {
  it('finds what the import refuses, with line, column and rule', async () => {
    const text = `${head}paths:\n  /a:\n    get: ${operation('getA')}\n    post: ${operation('get-a')}\n    put: ${operation('geta')}\n`;
    expect((await lint({ [file]: text })).lines).toEqual([
      `${file}:8:5 error api-management/operation-id-unique operationId geta is for API Management the same name as operationId getA.`,
    ]);
  });

  it('only advises what API Management alone refuses where no environment publishes by it', async () => {
    const text = `${head}paths:\n  /a:\n    get: ${operation('a')}\n    put: ${operation('A')}\ncomponents: { schemas: { Tree: { type: object, properties: { up: { $ref: '#/components/schemas/Tree' } } } } }\n`;
    const found = await lint({ [file]: text }, silent, { isPublished: false });
    expect(found.lines).toEqual([
      `${file}:8:26 warning api-management/recursion The schema Tree holds itself (Tree → Tree).`,
    ]);
    expect(lintLines(request(), found.findings, false).at(-1)).toBe(`orders: 1 warning in ${file}`);
    expect(() => lintLines(request(), found.findings, true)).toThrow(Refusal);
    const nowhere = `${head}paths: { /a: { get: { $ref: '#/none' } } }\n`;
    const { lines } = await lint({ [file]: `${head}paths: { /a: { $ref: '#/none' } }\n` }, silent, {
      isPublished: false,
    });
    expect(lines).toEqual([
      expect.stringContaining(`${file}:4:10 error reference The reference "#/none" leads nowhere`),
    ]);
    expect((await lint({ [file]: nowhere }, redocly)).lines).not.toEqual([]);
  });

  it('says once what both find, and then as an error', async () => {
    const text = `${head}paths:\n  /a:\n    get: { summary: a, responses: { '200': { description: a } } }\n`;
    expect((await lint({ [file]: text }, redocly)).lines).toEqual([
      expect.stringMatching(/^apps\/orders\/openapi.yaml:6:5 error api-management\/operation-id GET \/a has no/),
    ]);
    expect((await lint({ [file]: text }, redocly, { isPublished: false })).lines).toEqual([
      `${file}:6:5 error operation-operationId Operation object should contain \`operationId\` field.`,
    ]);
  });

  it('reads files of the service alone, those of the rules aside', async () => {
    const refer = (to: string) => `${head}paths: { /a: { get: ${operation('a')}, parameters: [{ $ref: '${to}' }] } }\n`;
    const part = 'P: { name: q, in: query, schema: { type: string } }\n';
    const inside = await lint({ [file]: refer('parts/p.yaml#/P'), [`${root}/parts/p.yaml`]: part }, redocly);
    expect(inside.lines).toEqual([]);
    for (const to of ['../../etc/p.yaml#/P', '/etc/passwd', 'https://127.0.0.1:1/p.yaml', '../payments/p.yaml#/P']) {
      const { lines, asked } = await lint({ [file]: refer(to) }, redocly);
      expect(lines).toEqual([expect.stringContaining(`${file}:4:`)]);
      expect(lines[0]).toContain('error api-management/reference-outside');
      expect(asked.filter((path) => !path.endsWith('redocly.yaml'))).toEqual([file]);
    }
  });

  it('follows rules of the service, or else of the workspace, and runs no plugin', async () => {
    const text = `${head}paths: { /a: { get: ${operation('a')} } }\ntags: [{ name: a }]\n`;
    const tags = (lines: readonly string[]) => lines.filter((line) => line.includes('tag-description'));
    expect(tags((await lint({ [file]: text }, redocly)).lines)).toHaveLength(1);
    const off = 'rules: { tag-description: off }\n';
    for (const path of ['redocly.yaml', `${root}/redocly.yaml`])
      expect((await lint({ [file]: text, [path]: off }, redocly)).lines).toEqual([]);
    const both = { [file]: text, 'redocly.yaml': off, [`${root}/redocly.yaml`]: 'rules: { tag-description: error }' };
    expect(tags((await lint(both, redocly)).lines)).toEqual([expect.stringContaining(' error ')]);
    const odd = "plugins: ['./evil.js']\nextends: [./other.yaml, minimal]\nrules: { a: 7 }\n";
    expect((await lint({ [file]: text, 'redocly.yaml': odd })).lines).toEqual([
      'redocly.yaml:1:1 warning configuration "plugins" is not followed: plugins are programs, and none is run here.',
      expect.stringMatching(/^redocly.yaml:2:1 warning configuration ".\/other.yaml" is not followed: only /),
      'redocly.yaml:3:10 error configuration A rule is one of error, warn, off, or a map.',
    ]);
    expect((await lint({ [file]: text, 'redocly.yaml': 'a: [' })).lines).toEqual([
      expect.stringMatching(/^redocly.yaml:\d+:1 error configuration It is not YAML/),
    ]);
  });

  it('prints the first of very many, errors before warnings', async () => {
    const finding = { file, line: 1, column: 1, severity: 'warning', rule: 'a', text: 'b' } as const;
    const many = Array.from({ length: 300 }, (_, index) => ({ ...finding, line: index + 1 }));
    const found = [...many, { ...finding, line: 999, severity: 'error' as const }];
    const error = await Promise.resolve()
      .then(() => lintLines(request(), found, false))
      .catch((thrown: unknown) => thrown as Refusal);
    const lines = (error as Refusal).explain().split('\n');
    expect(lines[0]).toBe(`Could not lint the API of orders: 1 error, 300 warnings in ${file}.`);
    expect(lines.slice(-2)).toEqual([`${file}:999:1 error a b`, 'and 101 more']);
  });
});

const anchors = Array.from(
  { length: 9 },
  (_, at) =>
    `  a${at}: &a${at} [${Array(9)
      .fill(at === 0 ? 'x' : `*a${at - 1}`)
      .join()}]`,
);

it.each([
  ['nothing', '', /1:1 error openapi It is not an OpenAPI description: it has no fields/],
  ['a list', '- a\n', /1:1 error openapi It is not an OpenAPI/],
  ['no YAML', 'a: [\n', /error yaml It is not YAML/],
  ['bytes', '\u0000\u0001\ufffd\u0002PK\u0003', /error (yaml|openapi) It is not/],
  ['OpenAPI 2.0', 'swagger: "2.0"\n', /1:1 error openapi-2 .*Convert it once.*npx swagger2openapi/],
  [
    'OpenAPI 4',
    'openapi: 4.0.0\npaths: {}\n',
    /1:1 error openapi It is not an OpenAPI description of version 3.0 or 3.1/,
  ],
  ['no operation', `${head}paths: {}\n`, /4:1 error api-management\/operations/],
  ['5 MiB', `${head}paths: {}\nx-a: ${'a'.repeat(5 << 20)}\n`, /1:1 error yaml It is longer than 4 MiB/],
  ['very deep', `${head}paths: {}\nx-a: ${'['.repeat(50_000)}\n`, /error yaml It is (nested too deeply|not YAML)/],
  ['deep', `${head}paths: {}\nx-a: ${'['.repeat(300)}${']'.repeat(300)}\n`, /error api-management\/size .*100 levels/],
  [
    'a bomb of aliases',
    `${head}paths: {}\nx-a:\n${anchors.join('\n')}\n`,
    /error yaml It is nested too deeply, or its anchors/,
  ],
  [
    'a reference to itself',
    `${head}paths: { /a: { get: { responses: { '200': { $ref: '#/paths/~1a/get/responses/200' } } } } }`,
    /error reference .*leads to itself/,
  ],
  ['a key that is an object', `${head}paths: { ? { a: b } : c }\n`, /error api-management.operations/],
])('refuses %s in a sentence', async (_, text, expected) => {
  const { lines, findings } = await lint({ [file]: text }, redocly);
  expect(lines.join('\n')).toMatch(expected);
  for (const line of lines) expect(line).not.toMatch(/\bat .*\.js:\d|undefined/);
  expect(() => lintLines(request(), findings, false)).toThrow(Refusal);
});

it('takes a description of 3 MB', async () => {
  const paths = Array.from({ length: 1500 }, (_, at) => {
    return `  /a${at}: { get: { operationId: a${at}, summary: a, description: ${'b'.repeat(900)}, responses: { '200': { description: ${'c'.repeat(900)} } } } }`;
  });
  expect(
    (await lint({ [file]: `${head}paths:\n${paths.join('\n')}\n` }, redocly)).lines.filter((line) =>
      line.includes(' error '),
    ),
  ).toEqual([]);
});

it('finds an error in exactly what the plan of a release refuses', async () => {
  const word = fc.constantFrom('a', 'A', 'b-c', 'b_c', '--', 'x'.repeat(301), '');
  const parameter = fc.record({
    name: fc.constantFrom('id', 'ID', 'q'),
    in: fc.constantFrom('path', 'query', 'cookie'),
  });
  const schema = fc.constantFrom<unknown>(
    { type: 'string' },
    { $ref: '#/components/schemas/Tree' },
    { $ref: '#/components/schemas/None' },
    { $ref: 'other.yaml#/A' },
    { $ref: '../x.yaml' },
  );
  const described = fc.record(
    {
      operationId: word,
      summary: word,
      servers: fc.constant([]),
      parameters: fc.array(parameter, { maxLength: 3 }),
      responses: schema.map((each) => ({ 200: { description: '', content: { 'a/b': { schema: each } } } })),
    },
    { requiredKeys: ['responses'] },
  );
  const item = fc.record({ get: described, post: described }, { requiredKeys: [] });
  const paths = fc.dictionary(fc.constantFrom('/', '/{id}', '/{x}', '/a', 'b'), item, { maxKeys: 3 });
  const tree = fc.constantFrom('#/components/schemas/Tree', '#/components/schemas/Leaf');
  await fc.assert(
    fc.asyncProperty(paths, tree, async (written, up) => {
      const schemas = { Tree: { properties: { up: { $ref: up } } }, Leaf: { type: 'string' } };
      const text = JSON.stringify({ openapi: '3.1.0', paths: written, components: { schemas } });
      const texts: Record<string, string> = { [file]: text, [`${root}/other.yaml`]: 'A: { type: string }' };
      const { lines } = await lint(texts);
      const isTaken = await Promise.resolve()
        .then(() => readApiDescription(file, new Map(Object.entries(texts))))
        .then(
          () => true,
          () => false,
        );
      expect(lines.some((line) => line.includes(' error '))).toBe(!isTaken);
    }),
    { seed: 15, numRuns: 300 },
  );
});

describe('has nothing against', () => {
  it.each(['inventory', 'orders', 'payments'])('the sample %s', async (name) => {
    const text = readFileSync(join(__dirname, `../../../../../apps/${name}/openapi.yaml`), 'utf8');
    expect((await lint({ [file]: text }, redocly)).lines).toEqual([]);
  });

  it.each(['node', 'go', 'python', 'dotnet'])('a generated service of %s', async (stack) => {
    const tree = createTreeWithEmptyWorkspace();
    await generateService(tree, { name: 'orders', stack });
    expect((await lint({ [file]: tree.read(file, 'utf8')! }, redocly)).lines).toEqual([]);
  });
});
