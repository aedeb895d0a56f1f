import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { pipelineSchema } from '../../../local-platform/src/platform.ts';
import { azureFiles, azureFolder } from '../../../plugin/src/model/pipelines/azure/azure-files.ts';
import { pipelineFactsCases } from '../../../contracts/src/pipeline-facts-cases.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { misspellings } from './misspelt-keys.ts';
import { wholeShop } from './whole-shop.ts';

let validate: ValidateFunction;

beforeAll(async () => {
  const schema = JSON.parse(readFileSync(await pipelineSchema(), 'utf8')) as object;
  validate = new Ajv({ strict: false, unicodeRegExp: false }).compile(schema);
});

/** Reports whether Microsoft's schema has nothing against a file. It types every scalar as a text. */
const isValid = (text: string): boolean => {
  const pipeline = parse(text, { schema: 'failsafe' }) as { variables?: unknown };
  return validate(Array.isArray(pipeline.variables) ? { ...pipeline, variables: held(pipeline.variables) } : pipeline);
};

/** Takes conditions among variables for what they hold: the schema does not know them there, and Azure does. */
function held(variables: readonly Record<string, unknown>[]): unknown[] {
  return variables.flatMap((each) => {
    const [[key, value] = ['', undefined], ...others] = Object.entries(each);
    return others.length === 0 && /^\$\{\{ if .* \}\}$/.test(key) && Array.isArray(value)
      ? (value as unknown[])
      : [each];
  });
}

const ofOurs = (path: string): [string, string] => [path, readFileSync(join(repositoryRoot, path), 'utf8')];
/** The pipelines of this repository. */
const ours = [
  ...readdirSync(join(repositoryRoot, azureFolder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml'))
    .map((path) => ofOurs(join(azureFolder, path))),
  ...readdirSync(join(repositoryRoot, 'apps'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/]+\/azure-pipelines\.yml$/.test(path))
    .map((path) => ofOurs(join('apps', path))),
];

it('the schema has nothing against the pipelines of this repository', () => {
  expect(ours).toHaveLength(6);
  expect(ours.filter(([, text]) => !isValid(text)).map(([path]) => path)).toEqual([]);
});

it('nor against those of any other workspace', () => {
  // The schema knows no branch with a bracket, which Git and Azure allow.
  const workspaces = pipelineFactsCases.filter(({ services, branch }) => services.length > 0 && !branch.includes(']'));
  fc.assert(
    fc.property(workspaces, (facts) => {
      for (const [path, text] of azureFiles(facts)) expect([path, isValid(text)]).toEqual([path, true]);
    }),
    { numRuns: 60 },
  );
});

/** Pipelines in which everything occurs that can occur. */
const ofShop = azureFiles({
  ...wholeShop,
  services: [
    {
      name: 'orders',
      root: 'apps/orders',
      paths: ['apps/orders/'],
      foreignPaths: ['apps/orders/e2e/'],
      trigger: 'paths',
      variables: 'apps/orders/pipeline.variables.yml',
      api: 'apps/orders/openapi.yaml',
    },
    {
      name: 'labels',
      root: 'apps/labels',
      paths: [],
      foreignPaths: [],
      trigger: 'manual',
      variables: undefined,
      api: undefined,
    },
  ],
});

/**
 * Names that the schema leaves open: those of variables and of a template's parameters, which azure-files.spec.ts looks at, and
 * keys of an agent pool, which the team chooses.
 */
const anyName = /\.env\.[^.]+$|\.variables\.[a-z]\w*$|: extends\.parameters\.[^.]+$|pool\.vmImage$/;

it('a misspelt key is refused, whichever it is', () => {
  const passed: string[] = [];
  let count = 0;
  for (const [file, text] of ofShop) {
    for (const { path, text: misspelt } of misspellings(text)) {
      count++;
      if (!anyName.test(`${file}: ${path}`) && isValid(misspelt)) passed.push(`${file}: ${path}`);
    }
  }
  expect(count).toBeGreaterThan(400);
  expect(passed).toEqual([]);
});
