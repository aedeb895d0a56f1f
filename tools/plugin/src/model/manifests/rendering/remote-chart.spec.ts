import { parseRemoteChart } from './remote-chart.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const read = (text: string) => parseRemoteChart(text, 'apps/web/chart/oci.yaml').toString();

describe('parseRemoteChart', () => {
  it('reads the address, the version and the digest', () => {
    expect(read(`chart: oci://registry.example/charts/web\ndigest: ${digest}\n`)).toBe(
      `registry.example/charts/web@${digest}`,
    );
    expect(read(`chart: oci://127.0.0.1:5000/web\nversion: 1.2.3+b\ndigest: ${digest}\n`)).toBe(
      `127.0.0.1:5000/web:1.2.3_b@${digest}`,
    );
  });

  it.each([
    ['', 'not a map'],
    ['[', 'not a map'],
    ['chart: oci://registry.example/web', '`digest` is not'],
    [`chart: oci://registry.example/web:1.2\ndigest: ${digest}`, '`chart` is not'],
    [`chart: https://registry.example/web\ndigest: ${digest}`, '`chart` is not'],
    [`chart: oci://registry.example/web\ndigest: ${digest}\nversion: 1.2`, 'put quotes around it'],
    [`chart: oci://registry.example/web\ndigest: ${digest}\nvalues: []`, 'has the key "values"'],
  ])('refuses %j', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});
