import { mountsBelow } from './mounts.ts';

const mountInfo = `22 1 0:20 / / rw - ext4 /dev/vda rw
30 22 0:30 / /state/data/pod\\040one rw - tmpfs tmpfs rw
31 30 0:31 / /state/data/pod\\040one/inner rw - tmpfs tmpfs rw
32 22 0:32 / /state-of-others rw - tmpfs tmpfs rw
`;

describe('mountsBelow', () => {
  it('finds the innermost first, and nothing beside the folder', () => {
    expect(mountsBelow(mountInfo, ['/state'])).toEqual(['/state/data/pod one/inner', '/state/data/pod one']);
  });
});
