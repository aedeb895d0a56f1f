import { ProxyTrouble } from '../../proxy/proxy-trouble.ts';
import { errorRulesContract } from '../../../../../contracts/src/error-rules-contract.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { Refusal } from '../../../model/errors/product-error.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import { answerRules, ApiError, explainApiError, unreachableRules } from './api-error.ts';

const server = { server: 'https://10.0.0.1:6443', context: 'shop' };
const object: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', namespace: 'shop' },
};
const answer = (code: number, message: string, causes: { field: string; message: string }[] = []) => ({
  ...server,
  code,
  message,
  causes,
  object,
});

describe('unreachableRules', () => {
  const proxy = 'http://me:secret@proxy:3128';
  const cause = ProxyTrouble.refused(proxy, 'api.shop:6443', { status: 407 });
  errorRulesContract(unreachableRules, [
    {
      foreign: { ...server, proxy, why: cause.message, code: cause.code, cause },
      type: 'cluster-unreachable',
      says: '(the proxy http://proxy:3128 does not accept its login (407)). Write the login into its address',
    },
    {
      foreign: { ...server, why: 'ERR_OSSL_PEM_NO_START_LINE', code: 'ERR_OSSL_PEM_NO_START_LINE' },
      type: 'bad-kubeconfig',
      says: 'A certificate or key for the context "shop" in the kubeconfig cannot be read',
    },
    {
      foreign: { ...server, proxy, why: 'it', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
      type: 'cluster-unreachable',
      says: 'Where the proxy opens encrypted connections',
    },
    {
      foreign: { ...server, why: 'CERT_HAS_EXPIRED', code: 'CERT_HAS_EXPIRED' },
      type: 'cluster-unreachable',
      says: 'refresh the kubeconfig',
    },
    {
      foreign: { ...server, proxy, why: 'ECONNRESET, through the proxy http://proxy:3128', code: 'ECONNRESET' },
      type: 'cluster-unreachable',
      says: 'could not be reached (ECONNRESET, through the proxy http://proxy:3128). Check the proxy',
    },
    {
      foreign: { ...server, why: 'ECONNREFUSED', code: 'ECONNREFUSED' },
      type: 'cluster-unreachable',
      says: '`nx run local-platform:up`',
    },
  ]);
});

describe('answerRules', () => {
  errorRulesContract(answerRules, [
    {
      foreign: answer(401, 'Unauthorized'),
      type: 'cluster-login',
      says: 'Authentication to cluster shop failed (401). Log in again, or refresh the kubeconfig.',
    },
    {
      foreign: answer(403, 'pods is forbidden: User "a" cannot list resource "pods" in API group "apps" in x'),
      type: 'forbidden',
      says: 'this account may not list pods.apps in the cluster shop',
    },
    {
      foreign: answer(
        422,
        "orders is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: The image \"x\" has no digest.",
      ),
      type: 'not-admitted',
      says: `Deployment orders: The image "x" has no digest. Change what it names, or the cluster's policy a (Infrastructure/kubernetes).`,
    },
    {
      foreign: answer(403, 'exceeded quota: pods'),
      type: 'not-admitted',
      says: 'Deployment orders was rejected by an admission policy or quota: exceeded quota: pods.',
    },
    {
      foreign: answer(400, 'strict decoding error: unknown field "spec.replica"'),
      type: 'unknown-field',
      says: '`kubectl explain deployment`',
    },
    {
      foreign: answer(422, 'spec.selector: field is immutable'),
      type: 'bad-object',
      says: 'That field can never change',
    },
    {
      foreign: answer(
        422,
        'Deployment.apps "orders" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is \'Recreate\'',
      ),
      type: 'bad-object',
      says: '`kubectl patch deployment orders --namespace=shop --type=merge --patch=',
    },
    {
      foreign: answer(500, 'failed to create typed patch object'),
      type: 'bad-object',
      says: 'Fix the manifest',
    },
  ]);
});

describe('explainApiError', () => {
  const status = (code: number, message: string) => new ApiError(code, JSON.stringify({ message }));

  it('names the object, or begins the sentence otherwise', () => {
    const refused = explainApiError(status(422, 'bad'), 'apply it', server, object);
    expect((refused as Refusal).facts.reason).toBe('Deployment orders: the cluster rejected it. bad.');
    const other = explainApiError(status(403, 'bad'), 'apply it', server);
    expect((other as Refusal).facts.reason).toBe('The request was rejected by an admission policy or quota: bad.');
    const failed = explainApiError(status(500, 'bad'), 'apply it', server);
    expect(failed).toBeInstanceOf(Failure);
    expect((failed as Failure).facts.reason).toBe('The cluster answered with 500. bad.');
  });

  it('returns other errors as they are', () => {
    const bug = new Error('x');
    expect(explainApiError(bug, 'apply it', server)).toBe(bug);
  });
});

it('says how a StatefulSet with the default strategy comes to OnDelete', () => {
  const message =
    'StatefulSet.apps "orders" is invalid: spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0}: only allowed for updateStrategy \'RollingUpdate\'';
  const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'orders', namespace: 'shop' } };
  const rule = answerRules.find(({ when }) => when({ ...answer(422, message), object }));
  expect(rule?.remedy({ ...answer(422, message), object })).toBe(
    'Run `kubectl patch statefulset orders --namespace=shop --type=merge --patch=\'{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}\'` once, then the same command again.',
  );
});

it('tells a field that can never change in the words of each kind', () => {
  const headless = new ApiError(
    422,
    '{"message":"spec.clusterIPs[0]: Invalid value: [\\"None\\"]: may not change once set"}',
  );
  expect((explainApiError(headless, 'check it', server, object) as Refusal).facts.remedy).toContain('can never change');
});

it('tells of a webhook that answers 400', () => {
  const message = 'admission webhook "policy.example" denied the request: too few replicas';
  const { facts } = explainApiError(
    new ApiError(400, JSON.stringify({ message })),
    'check it',
    server,
    object,
  ) as Refusal;
  expect(facts).toMatchObject({ type: 'not-admitted', remedy: 'Change the manifest or the policy.' });
});
