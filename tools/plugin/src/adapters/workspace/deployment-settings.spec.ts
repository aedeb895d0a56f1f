import { downtimeRisks } from '../../model/manifests/rules/downtime/no-downtime.ts';
import { acceptDowntime } from '../../model/manifests/rules/downtime/accept-downtime.ts';
import { parseManifests } from '../../model/manifests/source/parse-manifests.ts';
import { deploymentSettings } from './deployment-settings.ts';

const settings = (releaseOptions: object, imageOptions = {}) =>
  deploymentSettings({ name: 'shop', releaseOptions: { ...releaseOptions }, imageOptions });

it('reads container and reason wherever the targets say them, and a switch as none', () => {
  expect(settings({ container: 'server' })).toEqual({ container: 'server', downtimeReason: undefined });
  expect(settings({}, { container: 'server' }).container).toBe('server');
  expect(settings({ allowDowntime: ' It has one pod. ' }).downtimeReason).toBe('It has one pod.');
  for (const allowDowntime of [true, false, 'true']) expect(settings({ allowDowntime }).downtimeReason).toBeUndefined();
});

it.each([{ container: 1 }, { container: '' }, { allowDowntime: 'why' }, { allowDowntime: `a ${'b'.repeat(300)}` }])(
  'refuses %j',
  (options) => expect(() => settings(options)).toThrow(/options?|read how/),
);

it('accepts by the reason what the manifests give none for, and keeps the one that they give', () => {
  const text = (annotations: object) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', annotations },
      spec: { strategy: { type: 'OnDelete' }, template: { spec: { containers: [{ name: 'shop' }] } } },
    });
  const read = (annotations: object) => parseManifests(new Map([['a.yaml', text(annotations)]]), 'dev');
  const reasons = (annotations: object, reason?: string) =>
    downtimeRisks(
      'shop',
      acceptDowntime(read(annotations), 'shop', reason).map(({ object }) => object),
    ).map(({ accepted }) => accepted);
  expect(reasons({})).toContain(undefined);
  expect(reasons({}, 'It has one pod.')).toContain('It has one pod.');
  expect(reasons({ 'poc.dev/allow-downtime': 'An older reason.' }, 'It has one pod.')).toContain('An older reason.');
});
