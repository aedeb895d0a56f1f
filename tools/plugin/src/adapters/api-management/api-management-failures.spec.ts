import { errorRulesContract } from '../../../../contracts/src/error-rules-contract.ts';
import { apiManagementRules, isBusyWithBefore, type AzureProblem } from './api-management-failures.ts';

const problem = (status: number, code: string, message = 'It says so', details: string[] = []): AzureProblem => ({
  ...{ instance: 'shop-apim', status, code, message, details },
});

describe('apiManagementRules', () => {
  errorRulesContract(apiManagementRules, [
    {
      foreign: problem(0, 'OperationTimedOut', 'It has not ended'),
      type: 'facade-fails',
      says: 'not ended at shop-apim',
    },
    {
      foreign: problem(0, 'ECONNRESET, through the proxy http://proxy:3128'),
      type: 'facade-unreachable',
      says: 'does not answer (ECONNRESET, through the proxy http://proxy:3128). Check the address of the proxy',
    },
    { foreign: problem(0, 'SELF_SIGNED_CERT_IN_CHAIN'), type: 'facade-unreachable', says: '`NODE_EXTRA_CA_CERTS`' },
    { foreign: problem(0, 'ECONNREFUSED'), type: 'facade-unreachable', says: 'does not answer (ECONNREFUSED)' },
    { foreign: problem(401, 'ExpiredAuthenticationToken'), type: 'facade-denies-access', says: '`az login`' },
    {
      foreign: problem(403, 'AuthorizationFailed', "May not perform action 'a/b/write' over scope"),
      type: 'facade-denies-access',
      says: 'action a/b/write.',
    },
    { foreign: problem(404, 'SubscriptionNotFound'), type: 'facade-not-found', says: '`facade.subscription`' },
    { foreign: problem(404, 'ResourceGroupNotFound'), type: 'facade-not-found', says: '`facade.resourceGroup`' },
    { foreign: problem(429, 'TooManyRequests'), type: 'facade-busy', says: 'too many requests' },
    { foreign: problem(409, 'PessimisticConcurrencyConflict'), type: 'facade-busy', says: 'Another operation' },
    { foreign: problem(409, 'Conflict', 'It is in the state Updating'), type: 'facade-busy', says: 'instance' },
    { foreign: problem(400, 'MethodNotAllowedInPricingTier'), type: 'facade-refuses', says: 'The tier' },
    {
      foreign: problem(400, 'ValidationError', 'Maximum number of operations reached'),
      type: 'facade-refuses',
      says: 'no room',
    },
    { foreign: problem(503, 'ServiceUnavailable'), type: 'facade-fails', says: '(503)' },
    {
      foreign: problem(400, 'ValidationError', 'One or more', ['path: taken']),
      type: 'facade-refuses',
      says: '(400 ValidationError): path: taken.',
    },
  ]);
});

describe('isBusyWithBefore', () => {
  it.each([
    [problem(409, 'PessimisticConcurrencyConflict'), true],
    [problem(409, 'Conflict', 'Operation on the API is in progress'), true],
    [problem(412, 'PreconditionFailed'), true],
    [problem(400, 'ValidationError', 'Entity with specified identifier not found'), true],
    [problem(400, 'ValidationError', 'x', ['Entity with specified identifier not found']), true],
    [problem(404, 'ResourceNotFound', 'Entity with specified identifier not found'), false],
    [problem(409, 'IdentifierAlreadyInUse'), false],
    [problem(400, 'ValidationError'), false],
  ])('$status $code: %#', (each, expected) => expect(isBusyWithBefore(each)).toBe(expected));
});
