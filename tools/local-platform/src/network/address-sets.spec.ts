import { platformAddressSets } from './address-sets.ts';

describe('platformAddressSets', () => {
  it('are those of kube-router and nobody else', () => {
    const listed = 'KUBE-DST-64K363VSBWWBXMU5\nKUBE-SRC-JZK7I3YBZU3BN2F4\nTMP-7K2ZJ\nf2b-sshd\nKUBERNETES\n';
    expect(platformAddressSets(listed)).toEqual([
      'KUBE-DST-64K363VSBWWBXMU5',
      'KUBE-SRC-JZK7I3YBZU3BN2F4',
      'TMP-7K2ZJ',
    ]);
    expect(platformAddressSets('')).toEqual([]);
  });
});
