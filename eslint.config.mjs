import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** One folder of the plugin may import only from the folders listed: executors → release → model, adapters → ports and model. */
const pluginRooms = {
  model: [],
  release: ['model'],
  git: ['model', 'release'],
  container: ['model', 'release'],
  registry: ['model', 'release'],
  http: ['model', 'release'],
  github: ['model', 'release'],
  kubernetes: ['model', 'release'],
  workspace: ['model', 'release'],
  testing: ['model', 'release'],
  graph: [],
};
const allRooms = [
  'model',
  'release',
  'git',
  'container',
  'registry',
  'http',
  'github',
  'kubernetes',
  'workspace',
  'testing',
  'graph',
  'executors',
  'generators',
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/coverage', '.nx', 'tmp', '**/files/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly', __filename: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // Tools run from source by tsx, which knows no path mappings; these are the doors of their neighbours.
          allow: ['/plugin/src/(model|release|executors|kubernetes|graph|github|testing|workspace)/', '/local-platform/src/platform\\.ts$'],
          depConstraints: [
            { sourceTag: 'scope:service', onlyDependOnLibsWithTags: ['scope:lib'] },
            { sourceTag: 'scope:lib', onlyDependOnLibsWithTags: ['scope:lib'] },
            { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['scope:tools', 'scope:lib'] },
          ],
        },
      ],
    },
  },
  ...Object.entries(pluginRooms).map(([room, allowed]) => ({
    files: [`tools/plugin/src/${room}/**/*.ts`],
    ignores: ['**/*.spec.ts', '**/*.e2e.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: allRooms
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `${room}/ may import only from ${allowed.join(', ') || 'nothing else'} (docs/decisions).`,
            })),
        },
      ],
    },
  })),
);
