import { Refusal } from '../../model/errors/product-error.ts';
import { endWithRefusal, isNxCommand } from './end-with-refusal.ts';

const refusal = new Refusal({ type: 'bad-option', doing: 'add it', reason: 'It is there.', remedy: 'Remove it.' });

const argv = process.argv;
afterEach(() => {
  process.argv = argv;
  jest.restoreAllMocks();
});

describe('endWithRefusal', () => {
  it('ends a refused command with its paragraph and exit code', async () => {
    process.argv = ['node', '/work/node_modules/.bin/nx', 'g'];
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    await endWithRefusal(() => Promise.reject(refusal));
    expect(write.mock.calls).toEqual([['\nCould not add it: It is there.\n  hint: Remove it. [bad-option]\n']]);
    expect(exit).toHaveBeenCalledWith(2);
  });

  it('gives a refusal to whatever else runs generators, whose process goes on', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    process.argv = ['node', '/opt/editor/language-server/main.js'];
    await expect(endWithRefusal(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(exit).not.toHaveBeenCalled();
  });

  it.each([
    ['/a/node_modules/.bin/nx', true],
    ['/a/node_modules/nx/bin/nx.js', true],
    ['/a/node_modules/nx/dist/bin/nx.js', true],
    ['C:\\a\\node_modules\\nx\\bin\\nx.js', true],
    ['/a/node_modules/nx/dist/src/daemon/server/start.js', false],
    ['/a/nx-console/main.js', false],
    ['/a/node_modules/.bin/nx-mcp', false],
    [undefined, false],
  ])('tells whether %s is the command line of Nx: %s', (program, expected) => {
    expect(isNxCommand(program)).toBe(expected);
  });

  it('leaves results and bugs alone', async () => {
    expect(await endWithRefusal(() => Promise.resolve(7))).toBe(7);
    await expect(endWithRefusal(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
  });
});
