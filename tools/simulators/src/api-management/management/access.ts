import { ArmError } from './arm-error.ts';

/** One who may call the management API, by their token. */
export interface Principal {
  /** As in a role of Azure: `Microsoft.ApiManagement/service/apis/*`. */
  readonly actions: readonly string[];
  readonly isExpired?: boolean;
}

/** A token that the simulator takes, of one who may do everything. */
export const ownerToken = 'owner.of.the.instance';

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
};

/** Returns the action that a role must hold for a request. @param path below the instance: `apis/orders/policies/policy`. */
export function actionOf(method: string, path: string): string {
  // An instance has one tenant, which has no name.
  const [own, rest] = path.startsWith('tenant/') ? [['tenant'], path.slice('tenant/'.length)] : [[], path];
  const types = [...own, ...rest.split('/').filter((part, index) => part !== '' && index % 2 === 0)];
  return ['Microsoft.ApiManagement/service', ...types, verbs[method]].join('/');
}

/** Who may do what: tokens and roles. */
export class Access {
  /** The actions that were asked for, by token. */
  readonly asked = new Map<string, Set<string>>();
  readonly principals = new Map<string, Principal>([[ownerToken, { actions: ['*'] }]]);

  /** @throws ArmError 401 for a token that is missing, unknown or expired, 403 for an action that no role has. */
  check(authorization: string | undefined, action: string, scope: string): void {
    const [, token] = /^Bearer (.+)$/.exec(authorization ?? '') ?? [];
    if (token === undefined)
      throw unauthorized('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
    const principal = this.principals.get(token);
    if (!principal) throw unauthorized('InvalidAuthenticationToken', 'The access token is invalid.');
    if (principal.isExpired)
      throw unauthorized(
        'ExpiredAuthenticationToken',
        'The access token expiry UTC time is earlier than current UTC time.',
      );
    this.asked.set(token, (this.asked.get(token) ?? new Set()).add(action));
    if (principal.actions.some((each) => matches(each, action))) return;
    const message = `The client does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid.`;
    throw new ArmError(403, 'AuthorizationFailed', message);
  }
}

function matches(pattern: string, action: string): boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.\\/]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 'i').test(action);
}

function unauthorized(code: string, message: string): ArmError {
  const challenge = `Bearer authorization_uri="https://login.windows.net/11111111-1111-1111-1111-111111111111", error="invalid_token"`;
  return new ArmError(401, code, message, { headers: { 'www-authenticate': challenge } });
}
