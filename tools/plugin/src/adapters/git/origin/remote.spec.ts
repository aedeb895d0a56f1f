import { parseRemotes } from './remote.ts';

describe('parseRemotes', () => {
  it.each([
    [
      'the first address of each kind',
      'origin\t/a (fetch)\norigin\t/a (push)\norigin\t/b (push)\n',
      { fetched: '/a', pushed: '/a' },
    ],
    ['an address of its own to push to', 'origin\t/a (fetch)\norigin\t/b (push)\n', { fetched: '/a', pushed: '/b' }],
    [
      'a partial clone',
      'origin\t/with blanks (fetch) [blob:none]\norigin\t/with blanks (push)\n',
      { fetched: '/with blanks', pushed: '/with blanks' },
    ],
    ['one without an address, which is its name', 'origin\t\n', { fetched: 'origin', pushed: 'origin' }],
  ])('reads %s', (_, output, expected) => {
    expect(parseRemotes(output).get('origin')).toEqual({ name: 'origin', ...expected });
  });

  it('reads several', () => {
    expect([...parseRemotes('b\t/b (fetch)\nb\t/b (push)\na\t/a (fetch)\na\t/a (push)\n').keys()]).toEqual(['b', 'a']);
  });
});
