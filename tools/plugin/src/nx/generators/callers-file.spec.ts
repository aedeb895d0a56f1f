import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { callersFile, withCall, withoutService } from './callers-file.ts';

const shipped = readFileSync(join(__dirname, '../../../../..', callersFile()), 'utf8');
const lines = (text: string) => text.split('\n');

interface Policy {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    ingress: { from?: { podSelector: { matchLabels: Record<string, string> } }[]; ports: { port: number }[] }[];
  };
}

/** Calls that a file permits: `orders calls payments at 8080`. A rule without callers lets everybody in. */
function callsIn(text: string): string[] {
  const name = ({ matchLabels }: { matchLabels: Record<string, string> }) => matchLabels['app.kubernetes.io/name'];
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Policy | null)
    .flatMap((policy) =>
      (policy?.spec.ingress ?? []).flatMap(({ from, ports }) =>
        (from?.length ? from.map(({ podSelector }) => name(podSelector)) : ['everybody']).map(
          (caller) => `${caller} calls ${name(policy!.spec.podSelector)} at ${ports.map(({ port }) => port).join(' ')}`,
        ),
      ),
    )
    .sort();
}

const call = fc.record({
  caller: fc.constantFrom('a', 'a-b', 'b', 'c'),
  called: fc.constantFrom('a', 'a-b', 'b', 'd'),
  ports: fc.constant([8080]),
});

describe('callers.yaml', () => {
  it('gets a caller beside those that are there, and no other line changes', () => {
    const after = withCall(shipped, { caller: 'shipping', called: 'payments-database', ports: [1] });
    const added = lines(after).filter((line) => !lines(shipped).includes(line));
    expect(added).toEqual(['        - podSelector: { matchLabels: { app.kubernetes.io/name: shipping } }']);
    expect(lines(after).filter((line) => !added.includes(line))).toEqual(lines(shipped));
    expect(callsIn(after)).toEqual([...callsIn(shipped), 'shipping calls payments-database at 5432'].sort());
    expect(withCall(after, { caller: 'shipping', called: 'payments-database', ports: [1] })).toBe(after);
    expect(withoutService(after, 'shipping')).toBe(shipped);
  });

  it('gets a policy for a service that nobody called', () => {
    const after = withCall(shipped, { caller: 'shipping', called: 'stock', ports: [8080, 9000] });
    expect(after.startsWith(`${shipped}---\n`)).toBe(true);
    expect(callsIn(after)).toEqual([...callsIn(shipped), 'shipping calls stock at 8080 9000'].sort());
    expect(withoutService(after, 'shipping')).toBe(shipped);
    expect(withoutService(after, 'stock')).toBe(shipped);
  });

  it('loses a service that is called, with its Jobs as callers, and keeps what is said of the file', () => {
    const after = withoutService(shipped, 'payments');
    expect(callsIn(after)).toEqual(['inventory calls inventory-store at 6379']);
    expect(after).not.toContain('Migrations');
    expect(after.slice(0, after.indexOf('apiVersion'))).toBe(shipped.slice(0, shipped.indexOf('apiVersion')));
    const empty = withoutService(after, 'inventory');
    expect(empty).toBe(shipped.slice(0, shipped.indexOf('apiVersion')));
    expect(withCall(empty, { caller: 'a', called: 'b', ports: [1] }).startsWith(`${empty}apiVersion`)).toBe(true);
  });

  it('never lets everybody in where the last caller of a rule goes', () => {
    const two = shipped.replace(
      '        - { protocol: TCP, port: 8080 }\n',
      '        - { protocol: TCP, port: 8080 }\n    # Reports.\n    - from: [{ podSelector: { matchLabels: { app.kubernetes.io/name: reports } } }]\n      ports: [{ port: 9000 }]\n',
    );
    expect(withoutService(two, 'reports')).toBe(shipped);
    expect(callsIn(withoutService(two, 'orders'))).toEqual(
      callsIn(two).filter((each) => !each.startsWith('orders calls')),
    );
  });

  it('keeps ends of lines, and lists that are written in one line', () => {
    const windows = shipped.replaceAll('\n', '\r\n');
    for (const called of ['payments', 'stock']) {
      const after = withCall(windows, { caller: 'shipping', called, ports: [1] });
      expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(withoutService(after, 'shipping')).toBe(windows);
    }
    const inLine = `metadata: { name:   x } # why\nspec:\n  podSelector: { matchLabels: { app.kubernetes.io/name: p } }\n  ingress: [{ from: [{ podSelector: { matchLabels: { app.kubernetes.io/name: o } } }], ports: [{ port: 1 }] }]\n`;
    const added = withCall(inLine, { caller: 's', called: 'p', ports: [2] });
    expect(callsIn(added)).toEqual(['o calls p at 1', 's calls p at 1']);
    expect(added).toContain('# why');
    expect(callsIn(withoutService(added, 'o'))).toEqual(['s calls p at 1']);
  });

  it('leaves callers of another namespace, whatever their names', () => {
    const foreign = shipped.replace(
      '- podSelector: { matchLabels: { app.kubernetes.io/name: orders } }',
      '- namespaceSelector: {}\n          podSelector: { matchLabels: { app.kubernetes.io/name: orders } }',
    );
    expect(withoutService(foreign, 'orders')).toBe(foreign);
  });

  it('has the calls that were written, less those of services that went', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 8 }), fc.constantFrom('a', 'a-b', 'b', 'c', 'd'), (calls, gone) => {
        const text = calls.reduce(withCall, '# All calls.\n');
        const named = (each: string) => each.split(/ calls | at /).slice(0, 2);
        const all = [...new Set(calls.map(({ caller, called }) => `${caller} calls ${called} at 8080`))].sort();
        expect(callsIn(text)).toEqual(all);
        expect(callsIn(withoutService(text, gone))).toEqual(all.filter((each) => !named(each).includes(gone)));
      }),
    );
  });
});
