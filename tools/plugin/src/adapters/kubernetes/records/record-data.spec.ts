import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { mostBytes } from '../../../model/limits/most-bytes.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { readRecord, readSummary, recordObject } from './record-data.ts';
import { Records } from './records.ts';
import { unpackData, type Revision } from './revision.ts';
import { note } from '../../../model/product/wire-names.ts';

const record: DeploymentRecord = {
  environment: 'preprod',
  sequence: 7,
  release: {
    service: 'orders',
    buildNumber: BuildNumber.parse('20261124-1')!,
    commit: 'c'.repeat(40),
    imageDigest: `sha256:${'a'.repeat(64)}`,
    contentHash: `sha256:${'b'.repeat(64)}`,
    dirty: false,
  },
  manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' } }],
  actor: { person: 'ada', run: 'ada@laptop' },
  cause: { action: 'deploy' },
  startedAt: '2026-11-24T12:00:00.000Z',
  outcome: 'succeeded',
};
const packed = (text: string) => ({ gzip: gzipSync(text).toString('base64') });
/** The record's object, as somebody who may write there has changed it. */
const withData = (text: string): Revision => ({ ...recordObject(record, 'x'), data: packed(text) });
const dataOf = () => unpackData<Record<string, unknown>>(recordObject(record, 'x').data)!;

describe('a record', () => {
  it('is read as it was written', () => {
    expect(readRecord(recordObject(record, 'x'))).toEqual(record);
    const { manifests: _, ...summary } = record;
    expect(readSummary(recordObject(record, 'x'))).toEqual(summary);
  });

  it('tells whose fault it was that a deployment failed, and takes no other word for it', () => {
    const object = recordObject({ ...record, outcome: 'failed' }, 'x');
    const noted = (fault: string): Revision => ({
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [note.fault]: fault } },
    });
    expect(readSummary(noted('build'))?.fault).toBe('build');
    expect(readRecord(noted('build'))?.fault).toBe('build');
    expect(readRecord(noted('nobody'))).not.toHaveProperty('fault');
  });

  it('keeps an approval for versions of this tool to come, and as a text for those of before', () => {
    const approvedBy = { names: ['alice', 'bob'], by: 'github-review' } as const;
    const approved = { ...record, cause: { action: 'promote', approvedBy } } as const;
    const object = recordObject(approved, 'x');
    expect(readRecord(object)).toEqual(approved);
    expect(readSummary(object)?.cause).toEqual(approved.cause);
    expect(unpackData<{ cause: object }>(object.data)?.cause).toMatchObject({
      approvedBy: 'alice, bob (review of the run at GitHub)',
    });
  });

  it('of before there were witnesses is read, as a claim', () => {
    const old = withData(JSON.stringify({ ...dataOf(), cause: { action: 'promote', approvedBy: 'environment prod' } }));
    const approvedBy = { names: ['environment prod'], by: 'claim' };
    expect(readRecord(old)?.cause).toEqual({ action: 'promote', approvedBy });
  });

  it.each([{ names: 'alice', by: 'github-review' }, { names: [1], by: 'claim' }, 'alice', 7])(
    'with the approval %j, which nobody writes, is passed over',
    (approval) => {
      const cause = { action: 'promote', approvedBy: 'alice', approval };
      expect(readRecord(withData(JSON.stringify({ ...dataOf(), cause })))).toBeUndefined();
    },
  );

  it('that takes more than a record unpacked is named and passed over, and the others are read', async () => {
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const fake = await FakeApiServer.start();
    try {
      const bomb = withData(JSON.stringify({ ...dataOf(), more: ' '.repeat(4 * mostBytes.record) }));
      expect((bomb.data as { gzip: string }).gzip.length).toBeLessThan(500_000);
      const path = '/apis/apps/v1/namespaces/preprod/controllerrevisions';
      for (const [object, sequence] of [
        [recordObject(record, 'x'), 7],
        [bomb, 8],
      ] as const) {
        const { metadata } = object;
        const name = `poc-orders-${sequence}`;
        await fake.api.send('POST', path, {
          body: { ...object, metadata: { ...metadata, name, namespace: 'preprod' } },
        });
      }
      const records = new Records(fake.api, 'preprod');
      expect((await records.list('orders')).map(({ sequence }) => sequence)).toEqual([7]);
      expect(await records.read('orders', 8)).toBeUndefined();
      expect(String(said.mock.calls)).toContain('poc-orders-8 in the namespace preprod is passed over');
      expect(said).toHaveBeenCalledTimes(1);
    } finally {
      said.mockRestore();
      fake.close();
    }
  });

  it('of the largest size that is taken is read', () => {
    const data = JSON.stringify(dataOf());
    const more = (size: number) => withData(`${' '.repeat(size - data.length)}${data}`);
    expect(readRecord(more(mostBytes.record))).toEqual(record);
    expect(readRecord(more(mostBytes.record + 1))).toBeUndefined();
  });

  it('that holds anything else is none, and never a bug', () => {
    const field = fc.constantFrom(...Object.keys(dataOf()), 'hold', 'publishes', 'canary', 'exceptions');
    fc.assert(
      fc.property(field, fc.oneof(fc.jsonValue(), fc.constant(undefined)), fc.jsonValue(), (name, value, whole) => {
        const read = readRecord(withData(JSON.stringify({ ...dataOf(), [name]: value })));
        if (read) {
          new Date(read.startedAt).toISOString();
          expect(read.release.buildNumber).toBeInstanceOf(BuildNumber);
          expect(typeof read.cause.action + typeof read.actor.person).toBe('stringstring');
          for (const { kind, metadata } of read.manifests)
            expect(typeof kind + typeof metadata.name).toBe('stringstring');
        }
        expect(readRecord(withData(JSON.stringify(whole)))).toBeUndefined();
        expect(readRecord({ ...recordObject(record, 'x'), data: whole })).toBeUndefined();
      }),
    );
  });

  it('whose annotations hold anything else is read without them', () => {
    const name = fc.constantFrom(...Object.values(note).filter((each) => each !== note.sequence));
    fc.assert(
      fc.property(name, fc.oneof(fc.string(), fc.json()), (annotation, text) => {
        const object = recordObject(record, 'x');
        const annotations = { ...object.metadata.annotations, [annotation]: text };
        const changed = { ...object, metadata: { ...object.metadata, annotations } };
        for (const read of [readRecord(changed), readSummary(changed)]) {
          if (!read) continue;
          if (read.finishedAt !== undefined) new Date(read.finishedAt).toISOString();
          expect(['running', 'succeeded', 'failed', 'cancelled', 'abandoned']).toContain(read.outcome);
          if (read.probe) expect(typeof read.probe.p99).toBe('number');
        }
      }),
    );
  });

  it.each(['Z', '{', '', 'null', '[]'])('with the data %j is none', (text) => {
    expect(readRecord(withData(text))).toBeUndefined();
    expect(readRecord({ ...recordObject(record, 'x'), data: { gzip: text } })).toBeUndefined();
  });
});
