import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The plugin's layers, and the layers beside itself that each may import (docs/architecture.md). */
const layers = {
  model: [],
  ports: ['model'],
  'use-cases': ['ports', 'model'],
  adapters: ['ports', 'model'],
  // Loaded by every Nx command: what is only text, and nothing else.
  'nx/graph': [
    'model/changes/dependencies/npm',
    ...['errors', 'product', 'references', 'text', 'toolchains', 'workspace'].map((room) => `model/${room}`),
  ],
  'nx/executors': ['nx/graph', 'use-cases', 'adapters', 'ports', 'model'],
  'nx/migrations': ['model'],
  'nx/generators': ['nx/executors', 'nx/graph', 'use-cases', 'adapters', 'ports', 'model'],
};

/** The rooms of a layer, and the rooms beside itself that each may import: no two rooms need each other. */
const rooms = {
  model: {
    product: [],
    text: [],
    concurrency: [],
    references: [],
    commits: [],
    environment: ['workspace'],
    secrets: [],
    limits: [],
    errors: ['secrets', 'text'],
    image: [],
    release: ['commits', 'errors', 'image', 'product', 'text'],
    workspace: ['errors', 'product', 'text'],
    build: ['errors', 'image', 'manifests', 'secrets', 'text'],
    content: ['build', 'release'],
    verify: ['workspace'],
    forge: ['commits', 'image', 'release'],
    manifests: ['environment', 'errors', 'image', 'limits', 'product', 'release', 'text', 'workspace'],
    nodes: ['build', 'environment', 'image', 'manifests'],
    deploy: ['environment', 'manifests', 'product', 'release'],
    plan: ['deploy', 'manifests', 'product', 'text'],
    rollback: ['deploy', 'manifests', 'product', 'release', 'text'],
    observe: ['deploy', 'manifests', 'product', 'release', 'secrets', 'text'],
    canary: ['deploy', 'environment', 'manifests', 'product', 'release', 'text'],
    changes: ['commits', 'errors', 'manifests', 'observe', 'references', 'release', 'text'],
    facade: [
      ...[
        'changes',
        'deploy',
        'environment',
        'errors',
        'manifests',
        'product',
        'release',
        'secrets',
        'text',
        'workspace',
      ],
    ],
    portal: ['changes', 'commits', 'facade', 'manifests', 'release'],
    provision: ['deploy', 'environment', 'errors', 'image', 'manifests', 'product', 'release', 'secrets', 'workspace'],
    adoption: ['environment', 'errors', 'image', 'manifests', 'product', 'release'],
    dev: ['manifests', 'product'],
    ci: ['commits', 'deploy', 'forge', 'release', 'text'],
    toolchains: ['errors', 'references'],
    dashboard: ['changes', 'commits', 'deploy', 'observe', 'text'],
    pipelines: ['environment', 'errors', 'product', 'toolchains', 'workspace'],
  },
  'use-cases': {
    revision: [],
    verify: [],
    announce: [],
    observe: ['revision'],
    changes: ['observe', 'revision'],
    canary: [],
    deploy: ['announce', 'canary', 'facade', 'revision', 'verify'],
    release: ['announce', 'changes', 'deploy', 'facade', 'observe', 'revision', 'verify'],
    provision: ['deploy', 'observe', 'release', 'revision', 'verify'],
    rollback: ['announce', 'deploy', 'facade', 'revision', 'verify'],
    audit: ['announce', 'observe', 'release', 'verify'],
    dev: ['deploy'],
    facade: [],
    'api-publish': ['deploy', 'facade', 'revision', 'verify'],
    portal: [],
    dashboard: ['audit', 'changes', 'deploy', 'observe', 'release', 'rollback'],
    toolchains: [],
    doctor: [],
  },
  // An adapter knows no other adapter; they share how a process is run, how an answer is read, how a proxy is gone through,
  // and who this machine is in Azure.
  adapters: {
    answers: [],
    process: [],
    azure: ['proxy'],
    'api-management': ['azure', 'proxy'],
    'azure-devops': ['answers', 'proxy'],
    container: ['process'],
    dev: ['process'],
    git: ['process'],
    github: ['answers', 'proxy'],
    http: ['answers', 'proxy'],
    installation: [],
    kubernetes: ['answers', 'process', 'proxy'],
    portal: ['installation', 'proxy'],
    dashboard: ['installation', 'process'],
    prometheus: ['answers', 'proxy'],
    proxy: [],
    redocly: [],
    rendering: ['process'],
    sops: ['process'],
    registry: ['answers', 'azure', 'process', 'proxy'],
    toolchains: ['process'],
    workspace: [],
  },
};

const source = './tools/plugin/src';
const zone = (room, from, allowed) => ({
  target: `${source}/${room}`,
  from,
  except: [room, ...allowed].map((each) => `./${each}`),
  message: `${room} may import only from ${allowed.join(', ') || 'itself'} (docs/architecture.md).`,
});
const zones = [
  ...Object.entries(layers).map(([layer, allowed]) => zone(layer, source, allowed)),
  ...Object.entries(rooms).flatMap(([layer, named]) =>
    Object.entries(named).map(([name, allowed]) => ({
      ...zone(name, `${source}/${layer}`, allowed),
      target: `${source}/${layer}/${name}`,
    })),
  ),
];

/** How large the plugin's files and functions may be: a use case reads as its steps, and what many need is one object. */
const limits = {
  'max-params': ['error', 4],
  'max-lines-per-function': ['error', { max: 45, skipBlankLines: true, skipComments: true }],
  'max-lines': ['error', 320],
};

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/coverage', '.nx', 'tmp', 'tools/plugin/src/nx/generators/*/files/**'] },
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
    // What browsers load.
    files: ['tools/plugin/assets/**/*.js', 'tools/docs/site/.vitepress/theme/**/*.mjs'],
    languageOptions: {
      globals: {
        ...{ document: 'readonly', location: 'readonly', fetch: 'readonly', URL: 'readonly', matchMedia: 'readonly' },
        ...{ addEventListener: 'readonly', HTMLElement: 'readonly', MutationObserver: 'readonly' },
      },
    },
    rules: limits,
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver': { node: { extensions: ['.ts', '.tsx'] } },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // Tools run from source by tsx, which knows no path mappings.
          allow: [
            '/(adoption|bench|browser|contracts|dashboard|docs|gitea|load|local-platform|package|plugin|scratch-workspace|simulators|soak|twins)/src/',
          ],
          depConstraints: [
            { sourceTag: 'scope:service', onlyDependOnLibsWithTags: ['scope:lib'] },
            { sourceTag: 'scope:lib', onlyDependOnLibsWithTags: ['scope:lib'] },
            { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['scope:tools', 'scope:lib'] },
          ],
        },
      ],
    },
  },
  {
    files: ['tools/plugin/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.e2e.ts'],
    rules: { 'import-x/no-restricted-paths': ['error', { zones }] },
  },
  {
    files: ['tools/plugin/src/**/*.ts', 'tools/nx/**/*.cjs', 'tools/dashboard/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/*.e2e.ts'],
    rules: limits,
  },
);
