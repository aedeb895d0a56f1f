import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { withoutDroppedFields } from './dropped-fields.ts';

const container = (...env: object[]) => ({
  name: 'orders',
  image: 'orders',
  env,
  ports: [{ containerPort: 80, protocol: 'TCP' }],
});
const deployment = (spec: object, managedFields?: object[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', ...(managedFields ? { managedFields } : {}) },
  spec,
});
const entry = (manager: string, fieldsV1: object, operation = 'Update') => ({
  manager,
  operation,
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
});
const inContainer = (fields: object) => ({
  'f:spec': { 'f:containers': { 'k:{"name":"orders"}': fields } },
});
const x = { name: 'X', value: '1' };
const y = { name: 'Y', value: '2' };
const envX = inContainer({ 'f:env': { '.': {}, 'k:{"name":"X"}': { '.': {}, 'f:name': {}, 'f:value': {} } } });
const drop = (predicted: object, desired: object, ...entries: object[]) =>
  withoutDroppedFields(deployment(predicted), deployment(desired), deployment({}, entries))['spec'];

it('drops a variable that kubectl set and no manifest has', () => {
  const predicted = { containers: [container(x, y)] };
  const desired = { containers: [{ name: 'orders', image: 'orders', env: [y] }] };
  expect(drop(predicted, desired, entry('kubectl-set', envX))).toEqual({ containers: [container(y)] });
});

it('keeps what the manifest has, and what another manager owns too', () => {
  const predicted = { containers: [container(x)] };
  expect(drop(predicted, { containers: [container(x)] }, entry('kubectl-edit', envX))).toEqual(predicted);
  const unwanted = { containers: [{ name: 'orders' }] };
  expect(drop(predicted, unwanted, entry('kubectl-edit', envX), entry('operator', envX))).toEqual(predicted);
});

it('keeps what other managers wrote alone, and what kubectl scaled or restarted', () => {
  const predicted = { replicas: 3, containers: [container(x)] };
  const scaled = entry('kubectl-scale', { 'f:spec': { 'f:replicas': {} } });
  expect(drop(predicted, {}, entry('operator', envX), scaled)).toEqual(predicted);
});

it('tells an item of a list by its key though the manifest leaves a default out', () => {
  const predicted = { containers: [container()] };
  const port = inContainer({ 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:containerPort': {} } } });
  const desired = { containers: [{ name: 'orders', ports: [{ containerPort: 80 }] }] };
  expect(drop(predicted, desired, entry('kubectl-client-side-apply', port))).toEqual(predicted);
  expect(drop(predicted, { containers: [{ name: 'orders' }] }, entry('kubectl-client-side-apply', port))).toEqual({
    containers: [{ name: 'orders', image: 'orders', env: [] }],
  });
});

it('drops a value of a set', () => {
  const finalizers = entry('kubectl-edit', { 'f:spec': { 'f:words': { 'v:"mine"': {} } } });
  expect(drop({ words: ['mine', 'theirs'] }, { words: [] }, finalizers)).toEqual({ words: ['theirs'] });
});

it('changes nothing of what it is given', () => {
  const predicted = deployment({ containers: [container(x)] });
  const before = structuredClone(predicted);
  withoutDroppedFields(predicted, deployment({}), deployment({}, [entry('kubectl-set', envX)]));
  expect(predicted).toEqual(before);
});
