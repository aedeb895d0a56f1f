import { ciSyntaxOf } from '../../../model/ci/output/ci-syntax.ts';
import type { Ci } from '../../../model/ci/ci-run.ts';
import { samplePassword, samplePem, samplePemParts } from '../../../../../contracts/src/secret-samples.ts';
import { consoleReporter } from './console-reporter.ts';
import { Screen } from './screen.ts';
import { plainTerminal, terminalOf } from './terminal.ts';

/** Returns the output while an image is built. */
function printed(ci: Ci | undefined, verbose = false): string[] {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  const reporter = consoleReporter('orders', verbose, ciSyntaxOf(ci), new Screen(plainTerminal));
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

  it.each<[Ci | undefined]>([[undefined], ['github'], ['azure']])('prints no secret: %s', (ci) => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    const reporter = consoleReporter('orders', true, ciSyntaxOf(ci), new Screen(plainTerminal));
    const address = `https://me:${samplePassword}@git.example/x`;
    for (const say of [reporter.step, reporter.warn, reporter.detail]) say(`fetching ${address}`);
    for (const line of samplePem().split('\n')) reporter.detail(line);
    reporter.end();
    const text = JSON.stringify(log.mock.calls);
    log.mockRestore();
    expect(text.match(/me(?::|%3A)\*\*\*@git/g)!.length).toBeGreaterThanOrEqual(3);
    for (const secret of [samplePassword, ...samplePemParts]) expect(text).not.toContain(secret);
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

  it('cuts digests, and not where everything is asked for', () => {
    const digest = `sha256:${'1a'.repeat(32)}`;
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    for (const verbose of [false, true])
      consoleReporter('orders', verbose, ciSyntaxOf(undefined), new Screen(plainTerminal)).step(`pushed ${digest}`);
    expect(log.mock.calls).toEqual([['orders  pushed sha256:1a1a1a1a1a1a'], [`orders  pushed ${digest}`]]);
    log.mockRestore();
  });
});

describe('consoleReporter on a terminal', () => {
  let output: string;
  beforeEach(() => {
    output = '';
    jest.useFakeTimers();
    jest.spyOn(console, 'log').mockImplementation((text) => void (output += `${text}\n`));
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => !!(output += text));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });
  /** The lines of a terminal that returns to the beginning of a line, and clears it. */
  const lines = () => output.split('\n').map((line) => line.split('\r\u001b[K').at(-1));
  const screen = () => new Screen(terminalOf({ POC_TERMINAL_COLUMNS: '60' }));

  it('shows in one changing line what is waited for, which step it is and for how long', async () => {
    const one = screen();
    const reporter = consoleReporter('orders', false, ciSyntaxOf(undefined), one);
    reporter.stage?.(2, 3);
    reporter.step('pushing');
    expect(lines()).toEqual(['orders  pushing', 'orders  [2/3] pushing (0 s)']);
    jest.advanceTimersByTime(12_000);
    expect(lines()).toEqual(['orders  pushing', 'orders  [2/3] pushing (12 s)']);
    reporter.warn('slow');
    expect(lines().slice(0, 2)).toEqual(['orders  pushing', 'orders  ⚠ warning: slow']);
    void one.end('orders');
    jest.advanceTimersByTime(12_000);
    expect(lines()).toEqual(['orders  pushing', 'orders  ⚠ warning: slow', '']);
  });

  it('shows all services in that line, cut where the terminal ends', () => {
    const one = screen();
    for (const service of ['orders', 'payments'])
      consoleReporter(service, false, ciSyntaxOf(undefined), one).step('building image with docker');
    const last = lines().at(-1);
    expect(last).toMatch(/^2 running: orders {2}building image with docker \(0 s\), pay.*…$/);
    expect(last).toHaveLength(59);
    one.end('orders');
    one.end('payments');
  });
});
