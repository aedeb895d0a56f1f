import { noProxyVariables } from './no-proxy.ts';

describe('noProxyVariables', () => {
  it("adds the cluster's addresses to what the user excepts", () => {
    const { NO_PROXY, no_proxy } = noProxyVariables({ no_proxy: 'intranet' });
    expect(NO_PROXY).toMatch(/^intranet,127\.0\.0\.1,localhost,10\.95\.0\.1,/);
    expect(no_proxy).toBe(NO_PROXY);
  });

  it('needs no exceptions of the user', () => {
    expect(noProxyVariables({}).NO_PROXY).toMatch(/^127\.0\.0\.1,/);
  });
});
