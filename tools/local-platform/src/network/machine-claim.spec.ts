import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimMachine, isTakenByAnother, releaseMachine } from './machine-claim.ts';

describe('the claim on the machine', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'claim-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const foldersOf = (name: string) => {
    const state = join(folder, name);
    mkdirSync(state, { recursive: true });
    return { cache: '', binaries: '', images: '', tools: '', state, logs: '' };
  };

  it('is held by one platform until that gives it back', () => {
    const path = join(folder, 'claim.json');
    const [mine, theirs] = [foldersOf('mine'), foldersOf('theirs')];
    claimMachine(mine, path);
    claimMachine(mine, path);
    expect(() => claimMachine(theirs, path)).toThrow(/Another platform has this machine; its state folder is .*mine/);
    releaseMachine(theirs, path);
    expect([isTakenByAnother(mine, path), isTakenByAnother(theirs, path)]).toEqual([false, true]);
    releaseMachine(mine, path);
    expect(existsSync(path)).toBe(false);
    claimMachine(theirs, path);
  });

  it('ends when the state folder is gone, and with the run of the machine', () => {
    const path = join(folder, 'claim.json');
    const mine = foldersOf('mine');
    claimMachine(mine, path);
    rmSync(mine.state, { recursive: true });
    claimMachine(foldersOf('theirs'), path);
    writeFileSync(path, JSON.stringify({ state: foldersOf('old').state, boot: 'another' }));
    claimMachine(foldersOf('theirs'), path);
  });
});
