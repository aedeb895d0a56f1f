import { ciSyntaxOf } from '../../../model/ci/output/ci-syntax.ts';
import type { Ci } from '../../../model/ci/ci-run.ts';
import { consoleReporter } from './console-reporter.ts';

/** What is printed while an image is built. */
function printed(ci: Ci | undefined, verbose = false): string[] {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  const reporter = consoleReporter('orders', verbose, ciSyntaxOf(ci));
  reporter.step('builds the image');
  reporter.detail('Step 1');
  reporter.detail('##[error]::x');
  reporter.step('::error::pushed ##vso[task.complete]');
  reporter.warn('100%');
  reporter.detail('Step 2');
  reporter.end();
  reporter.end();
  const lines = log.mock.calls.map(([text]) => String(text));
  log.mockRestore();
  return lines;
}

describe('consoleReporter', () => {
  it('says lines, and what tools say only where asked', () => {
    const lines = ['orders  builds the image', 'orders  ::error::pushed ##vso[task.complete]', 'orders  warning: 100%'];
    expect(printed(undefined)).toEqual(lines);
    expect(printed('jenkins')).toEqual(lines);
    expect(printed(undefined, true)).toContain('orders  Step 1');
  });

  it('folds in a CI what tools say, each block in one piece', () => {
    expect(printed('github')).toEqual([
      'orders  builds the image',
      '::group::orders  builds the image\nStep 1\n#\\u0023[error]::x\n::endgroup::',
      'orders  ::error::pushed #\\u0023vso[task.complete]',
      '::warning title=orders::100%25',
      '::group::orders  ::error::pushed ##vso[task.complete]\nStep 2\n::endgroup::',
    ]);
    expect(printed('azure')).toContain('##vso[task.logissue type=warning]orders: 100%AZP25');
  });
});
