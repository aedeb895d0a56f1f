import { parse } from 'yaml';
import { usualRules } from '../../model/facade/lint/lint-rules.ts';
import { RedoclyLinter } from './redocly-linter.ts';

const file = 'apps/orders/openapi.yaml';

/** Lints a description whose paths are given. */
function lint(paths: string, others: Readonly<Record<string, string>> = {}, rules = usualRules) {
  const value: unknown = parse(
    `openapi: 3.1.0\ninfo: { title: a, version: '1' }\nservers: [{ url: /a }]\npaths: ${paths}\n`,
  );
  const read = (path: string) => {
    if (others[path] === undefined) return Promise.reject(new Error(`there is no file ${path}.`));
    return Promise.resolve(parse(others[path]) as unknown);
  };
  return new RedoclyLinter().lint({ file, value, rules, read });
}

const ok = "responses: { '200': { description: a } }";

describe('RedoclyLinter', () => {
  it('names the rule, and the keys that lead to what breaks it', async () => {
    expect(await lint(`{ /a: { get: { summary: a, ${ok} } } }`)).toEqual([
      {
        at: { file, keys: ['paths', '/a', 'get', 'operationId'] },
        severity: 'error',
        rule: 'operation-operationId',
        text: 'Operation object should contain `operationId` field.',
      },
    ]);
  });

  it('takes the rules that it is given', async () => {
    const subject = { type: 'Operation', property: 'summary' };
    const rules = { extends: [], rules: { 'rule/short': { subject, assertions: { maxLength: 0 } } } };
    expect(await lint(`{ /a: { get: { summary: a, ${ok} } } }`, {}, rules)).toMatchObject([{ rule: 'rule/short' }]);
  });

  it('reads what is referred to by what it is given alone, and fetches nothing', async () => {
    const referring = (to: string) =>
      `{ /a: { get: { operationId: a, summary: a, responses: { '200': { $ref: '${to}' } } } } }`;
    expect(await lint(referring('parts.yaml#/A'), { 'apps/orders/parts.yaml': 'A: { description: a }' })).toEqual([]);
    for (const to of [
      '/etc/passwd',
      '../../package.json',
      'https://127.0.0.1:1/a.yaml',
      'parts.yaml',
      'file:///etc/passwd',
    ]) {
      const found = await lint(referring(to));
      expect(found).toMatchObject([{ rule: 'no-unresolved-refs', at: { file } }]);
    }
    expect(await lint(referring('https://127.0.0.1:1/a.yaml'))).toMatchObject([
      { text: "Can't resolve $ref: nothing is fetched." },
    ]);
  });

  it('ends with a finding where it cannot go on', async () => {
    const circle =
      "{ /a: { get: { operationId: a, summary: a, responses: { '200': { $ref: '#/paths/~1a/get/responses/200' } } } } }";
    expect(await lint(circle)).not.toEqual([]);
    const rules = { extends: [], rules: { 'rule/bad': { subject: 'NoSuchThing', assertions: { nothing: 1 } } } };
    expect(await lint('{}', {}, rules)).toMatchObject([{ rule: 'linter', at: { file, keys: [] } }]);
    let deep: unknown = 'end';
    for (let level = 0; level < 20_000; level++) deep = [deep];
    const value = { openapi: '3.1.0', info: { title: 'a', version: '1' }, paths: {}, 'x-a': deep };
    const found = await new RedoclyLinter().lint({
      file,
      value,
      rules: usualRules,
      read: () => Promise.reject(new Error()),
    });
    expect(found.filter(({ rule }) => rule === 'linter').length).toBeLessThanOrEqual(1);
  });
});
