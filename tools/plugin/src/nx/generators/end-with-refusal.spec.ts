import { Refusal } from '../../model/errors/product-error.ts';
import { endWithRefusal } from './end-with-refusal.ts';

const refusal = new Refusal({ type: 'bad-option', doing: 'add it', reason: 'It is there.', remedy: 'Remove it.' });

afterEach(() => jest.restoreAllMocks());

describe('endWithRefusal', () => {
  it('ends a refused command with its paragraph and exit code', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    await endWithRefusal(() => Promise.reject(refusal));
    expect(write.mock.calls).toEqual([['\nCould not add it: It is there.\n  hint: Remove it. [bad-option]\n']]);
    expect(exit).toHaveBeenCalledWith(2);
  });

  it('leaves results and bugs alone', async () => {
    expect(await endWithRefusal(() => Promise.resolve(7))).toBe(7);
    await expect(endWithRefusal(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
  });
});
