import { terminalOf } from './terminal.ts';

const onTerminal = { POC_TERMINAL_COLUMNS: '80', POC_TERMINAL_COLOR: 'true' };

describe('terminalOf', () => {
  it('shows colours and symbols on a terminal', () => {
    const { columns, paint, mark } = terminalOf(onTerminal);
    expect(columns).toBe(80);
    expect(paint('bad', 'failed')).toBe('\u001b[31mfailed\u001b[39m');
    expect(mark('good', 'healthy')).toBe('\u001b[32m✔ healthy\u001b[39m');
    expect(paint('faint', '')).toBe('');
  });

  it('keeps symbols where only colours are unwanted', () => {
    expect(terminalOf({ ...onTerminal, POC_TERMINAL_COLOR: 'false' }).mark('bad', 'failed')).toBe('✖ failed');
  });

  it.each([
    ['a pipe', { POC_TERMINAL_COLUMNS: '', POC_TERMINAL_COLOR: 'false' }],
    ['a process that Nx did not start', {}],
  ])('shows plain text in %s', (_, env) => {
    const { columns, paint, mark } = terminalOf(env);
    expect([columns, paint('bad', 'failed'), mark('good', 'healthy')]).toEqual([undefined, 'failed', 'healthy']);
  });

  it('takes the log of a CI for no terminal, and colours it only where that was asked for', () => {
    const env = { ...onTerminal, CI: 'true' };
    expect(terminalOf(env).columns).toBeUndefined();
    expect(terminalOf(env).mark('good', 'healthy')).toBe('\u001b[32mhealthy\u001b[39m');
  });
});
