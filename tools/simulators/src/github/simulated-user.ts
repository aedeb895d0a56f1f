/** The moment at which everything happens. */
export const simulatorTime = '2026-11-24T12:00:00Z';

const addresses = [
  ...['avatar', 'events', 'followers', 'following', 'gists', 'html'],
  ...['organizations', 'received_events', 'repos', 'starred', 'subscriptions'],
];

/** Returns an account as GitHub shows it. */
export function simulatedUser(login: string, type: 'User' | 'Bot' | 'Organization' = 'User', id = 1001) {
  const page = `https://github.com/${type === 'Bot' ? `apps/${login.replace('[bot]', '')}` : login}`;
  return {
    ...{ login, id, node_id: `U_${id}`, gravatar_id: '', type, site_admin: false },
    ...Object.fromEntries(addresses.map((name) => [`${name}_url`, `${page}/${name}`])),
    url: `https://api.github.com/users/${encodeURIComponent(login)}`,
  };
}
