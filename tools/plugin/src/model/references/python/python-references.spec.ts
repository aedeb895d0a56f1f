import fc from 'fast-check';
import { parse } from 'smol-toml';
import { InMemorySourceTree } from '../../../../../twins/src/in-memory-source-tree.ts';
import { References } from '../reference.ts';
import { readPyproject } from './pyproject.ts';
import { findPythonReferences } from './python-references.ts';
import { parsePythonRequirements, pathOfRequirement } from './python-requirements.ts';

const roots = { api: 'apps/api', money: 'libs/money', text: 'libs/text', tools: 'libs/tools' };
const libraries = { 'libs/money/m.py': '', 'libs/text/t.py': '', 'libs/tools/t.py': '' };

function find(texts: Record<string, string>, of: Record<string, string> = roots) {
  const tree = new InMemorySourceTree(of, { ...libraries, ...texts });
  const references = new References(tree);
  findPythonReferences(tree, references, (text) => readPyproject(parse(text), text));
  return {
    edges: references.edges.map(({ source, target }) => `${source} -> ${target}`).sort(),
    lost: references.lost.map(({ file, line, written, reason }) => `${file}:${line} ${written}: ${reason}`),
  };
}

describe('findPythonReferences', () => {
  it.each([
    ['-e ../../libs/money', ['api -> money']],
    ['--editable=../../libs/money[extra]  # why', ['api -> money']],
    ['money @ file:../../libs/money ; python_version > "3"', ['api -> money']],
    ['file:///workspace/libs/money#egg=money', ['api -> money']],
    ['file://localhost/workspace/libs/money', ['api -> money']],
    ['./vendored\n../../libs/text \\\n  --hash=sha256:0', ['api -> text']],
    // As pip reads it from the workspace's root.
    ['-e libs/money', ['api -> money']],
    ['requests==2.0\nmoney>=1\n# ../../libs/money\nx @ https://host/libs/money\ngit+https://host/libs/money', []],
    ['-r ../../libs/money/requirements.txt', ['api -> money', 'api -> text', 'money -> text']],
    ['-c../../shared/constraints.txt', ['api -> tools']],
  ])('follows requirements.txt: %s', (text, edges) => {
    const found = find({
      'apps/api/requirements.txt': text,
      'apps/api/vendored/setup.py': '',
      'libs/money/requirements.txt': '-r requirements.txt\n../text',
      'shared/constraints.txt': '../libs/tools',
    });
    expect(found.edges.filter((edge) => edge.startsWith('api') || edges.includes(edge))).toEqual(edges);
    expect(found.lost).toEqual([]);
  });

  it.each([
    ['[project]\ndependencies = ["requests", "money @ file:../../libs/money"]', ['api -> money']],
    ['[project]\ndependencies = ["money @ {root:uri}/../../libs/money"]', ['api -> money']],
    ['[project]\ndependencies = ["money @ file:///${PROJECT_ROOT}/../../libs/money"]', ['api -> money']],
    [
      '[project.optional-dependencies]\npdf = ["text @ file:../../libs/text"]\ntest = ["tools @ file:../../libs/tools"]',
      ['api -> text'],
    ],
    ['[tool.uv.sources]\nmoney = { path = "../../libs/money", editable = true }', ['api -> money']],
    [
      '[tool.uv.sources]\nmoney = [{ path = "../../libs/money", marker = "a" }, { path = "../../libs/text" }]',
      ['api -> money', 'api -> text'],
    ],
    ['[dependency-groups]\ndev = ["tools"]\n[tool.uv.sources]\ntools = { path = "../../libs/tools" }', []],
    [
      '[project]\ndependencies = ["The_Money"]\n[tool.uv.sources]\n"the.money" = { workspace = true }',
      ['api -> money'],
    ],
    // By the sources of the workspace's root.
    ['[project]\ndependencies = ["text>=1", "the-money"]', ['api -> money', 'api -> text']],
    [
      '[tool.poetry.dependencies]\npython = "^3"\nmoney = { path = "../../libs/money", develop = true }',
      ['api -> money'],
    ],
    ['[tool.poetry.dependencies]\nmoney = [{ path = "../../libs/money" }, { version = "1" }]', ['api -> money']],
    [
      '[tool.poetry.group.web.dependencies]\ntext = { path = "../../libs/text" }\n[tool.poetry.group.test.dependencies]\ntools = { path = "../../libs/tools" }',
      ['api -> text'],
    ],
  ])('follows pyproject.toml: %s', (text, edges) => {
    const { edges: found, lost } = find({
      'apps/api/pyproject.toml': text,
      'libs/money/pyproject.toml': '[project]\nname = "the-money"\n',
      'pyproject.toml':
        '[tool.uv.workspace]\nmembers = ["apps/*"]\n[tool.uv.sources]\nthe-money = { workspace = true }\ntext = { path = "libs/text" }',
    });
    expect(found).toEqual(edges);
    expect(lost).toEqual([]);
  });

  it('takes nothing from tests and from what developers need', () => {
    const { edges } = find({
      'apps/api/requirements-dev.txt': '-e ../../libs/tools',
      'apps/api/test-requirements.txt': '-e ../../libs/tools',
      'apps/api/tests/requirements.txt': '-e ../../../libs/tools',
    });
    expect(edges).toEqual([]);
  });

  it('names references that lead to no project', () => {
    const { edges, lost } = find({
      'apps/api/requirements.txt': '-r gone.txt\n\n-e ../../libs/gone\n../../shared\n../../../x\n',
      'shared/x.py': '',
      'libs/money/pyproject.toml':
        '[project]\nname = "money"\n[tool.uv.sources]\ngone = { workspace = true }\ntext = { path = "../txt" }',
    });
    expect(edges).toEqual([]);
    expect(lost.sort()).toEqual([
      'apps/api/requirements.txt:1 gone.txt: it points nowhere',
      'apps/api/requirements.txt:3 ../../libs/gone: it points nowhere',
      'apps/api/requirements.txt:4 ../../shared: shared is part of no project',
      'apps/api/requirements.txt:5 ../../../x: it leads out of the workspace',
      'libs/money/pyproject.toml:4 gone: no pyproject.toml of the workspace has this name',
      'libs/money/pyproject.toml:5 ../txt: it points nowhere',
    ]);
  });
});

describe('parsePythonRequirements', () => {
  it('finds every path, whatever stands around it', () => {
    const path = fc.stringMatching(/^(\.\.\/){1,3}[a-z][a-z0-9_-]{0,5}(\/[a-z]{1,3})?$/);
    const form = fc.constantFrom(
      (to: string) => to,
      (to: string) => `-e ${to}`,
      (to: string) => `--editable ${to}`,
      (to: string) => `  pkg @ file:${to}`,
      (to: string) => `pkg[a,b]@file:${to}#egg=pkg`,
      (to: string) => `-e ${to}[a,b]`,
      (to: string) => `${to} ; sys_platform == "linux" # ../no`,
    );
    const other = fc.constantFrom(
      '',
      '# ../no',
      'requests==2',
      '--index-url https://host/simple',
      'a @ https://h/../b',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(path, form, other)), (all) => {
        const text = all.map(([to, write, noise]) => `${noise}\n${write(to)}`).join('\r\n');
        const found = parsePythonRequirements(text).map(({ written, line }) => [written, line]);
        expect(found).toEqual(all.map(([to], index) => [to, 2 * index + 2]));
      }),
    );
  });

  it('reads anything without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parsePythonRequirements(text)));
    fc.assert(fc.property(fc.string(), (text) => void pathOfRequirement(`x @ file:${text}`)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void readPyproject(value, '')));
    const sections = ['project', 'tool', 'uv', 'sources', 'workspace', 'poetry', 'dependencies', 'group', 'x', 'path'];
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.string(),
        fc.boolean(),
        fc.array(tie('node')),
        fc.dictionary(fc.constantFrom(...sections), tie('node')),
      ),
    })).node;
    fc.assert(fc.property(value, (tree) => void readPyproject(tree, '')));
  });
});
