import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { disconnectWhenSent } from './disconnect-when-sent.ts';

it('lets go of the parent when all that was sent has arrived', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'disconnect-'));
  const script = join(folder, 'child.cjs');
  const body = `process.send({ text: 'x'.repeat(20_000_000) });
    process.on('message', () => {});
    (${disconnectWhenSent.toString()})(process);`;
  writeFileSync(script, body);
  const child = fork(script);
  const lengths: number[] = [];
  child.on('message', (message: { text?: string }) => lengths.push(message.text?.length ?? 0));
  const [code] = await new Promise<[number | null]>((resolve) => child.on('close', (...ended) => resolve([ended[0]])));
  rmSync(folder, { recursive: true });
  expect({ code, lengths }).toEqual({ code: 0, lengths: [20_000_000, 0] });
});
