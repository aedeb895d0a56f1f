import { executors } from '../executors.ts';
import { typedOptions } from './typed-options.ts';

it.each([
  ['run orders:release --env=dev --dry-run', { env: 'dev', dryRun: true }],
  ['run orders:release --env dev --dryRun=false', { env: 'dev', dryRun: 'false' }],
  ['release --timeout 5m --no-adopt', { timeout: '5m', adopt: false }],
  ['run orders:release --dry-run true --force orders', { dryRun: 'true', force: true }],
  ['run orders:release --dry-runn --tagg=1', { 'dry-runn': true }],
  ['run-many -t release --parallel=2 --projects=a --output-style=stream --tui=false --verbose', {}],
  ['run orders:release --env', { env: true }],
  ['run orders:release --some-option-of-tomorrow', {}],
])('nx %s', (line, expected) => {
  expect(typedOptions(line.split(' '), executors.release.options)).toEqual(expected);
});
