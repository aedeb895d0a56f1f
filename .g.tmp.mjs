import tseslint from '/work/wt/docs/node_modules/typescript-eslint/dist/index.js';
const t = tseslint.default ?? tseslint;
export default [{ ignores: ['**/files/**'] },{ files: ['**/*.ts'], ignores: ['**/*.spec.ts','**/*.e2e.ts'], languageOptions: { parser: t.parser }, linterOptions: { reportUnusedDisableDirectives: 'off' }, rules: { 'max-params': ['error', 4], 'max-lines-per-function': ['error', { max: 45, skipBlankLines: true, skipComments: true }], 'max-lines': ['error', 320] } }];
