import { stringify } from 'yaml';
import { objectPatches, patchedFields } from './object-patch.ts';

const deployment = (spec: object, container: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: { ...spec, template: { spec: { containers: [{ name: 'sidecar' }, { name: 'a', ...container }] } } },
});
const file = (object: object) => new Map([['f.yaml', stringify(object)]]);

it('holds what differs, items of lists by name, and null for what goes', () => {
  const before = deployment({ paused: true }, { lifecycle: { preStop: { exec: { command: ['true'] } } } });
  const after = deployment({ replicas: 2 }, { lifecycle: { preStop: { sleep: { seconds: 10 } } } });
  const [found, ...others] = objectPatches(file(before), file(after));
  expect(others).toEqual([]);
  const containers = [{ name: 'a', lifecycle: { preStop: { exec: null, sleep: { seconds: 10 } } } }];
  expect(found!.patch).toEqual({ spec: { paused: null, replicas: 2, template: { spec: { containers } } } });
  expect(patchedFields(found!).map(({ keys, value }) => `${keys.join('.')}=${JSON.stringify(value)}`)).toEqual([
    'spec.paused=null',
    'spec.template.spec.containers.a.lifecycle.preStop.exec=null',
    'spec.template.spec.containers.a.lifecycle.preStop.sleep={"seconds":10}',
    'spec.replicas=2',
  ]);
});

it('is none where nothing differs', () => {
  const same = file(deployment({}, {}));
  expect(objectPatches(same, same)).toEqual([]);
});
