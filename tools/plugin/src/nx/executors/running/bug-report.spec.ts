import { taskResult } from './task.ts';

it('names the versions of what ran below the stack of a bug, and hides secrets in it', async () => {
  const { success, terminalOutput } = await taskResult({ deploys: false }, () =>
    Promise.reject(new TypeError('cannot read https://ada:hunter2@example.com/x')),
  );
  expect(success).toBe(false);
  expect(terminalOutput).toMatch(/^This is a bug in @poc\/plugin; please report it with these lines\.\nTypeError: /);
  expect(terminalOutput).toMatch(
    /@poc\/plugin from its sources, Nx \d+\.\d+\.\d+\S*, Node\.js \d+\.\d+\.\d+, \w+ \w+\n$/,
  );
  expect(terminalOutput).not.toContain('hunter2');
});
