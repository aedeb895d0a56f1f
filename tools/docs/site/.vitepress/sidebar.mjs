import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const docs = resolve(import.meta.dirname, '../../../../docs');

const page = (text, name) => ({ text, link: `/${name}` });
const group = (text, ...items) => ({ text, collapsed: false, items: items.filter(isThere) });

/** A page may be written after its place was made. */
function isThere({ link }) {
  return link.endsWith('/') || existsSync(join(docs, `${link}.md`));
}

/** The pages by what a reader does. A test compares them with docs/. */
export const sidebar = [
  group(
    'Try it',
    page('From nothing to a rollback', 'tutorial'),
    page('The local platform', 'local-platform'),
    page('Your own cluster and registry', 'getting-started'),
  ),
  group(
    'Adopt it',
    page('Adopt it in your workspace', 'adopt'),
    page('Coming from Helm', 'from-helm'),
    page('Coming from Argo CD', 'from-argo-cd'),
    page('Coming from Skaffold', 'from-skaffold'),
    page("Coming from Nx's docker release", 'from-nx-release-docker'),
    page('Manifests: YAML, Kustomize, Helm', 'manifests'),
    page('Add a service', 'add-a-service'),
    page('Workers, CronJobs, singletons', 'workers'),
    page('Develop', 'dev'),
  ),
  group(
    'Release',
    page('Release', 'release'),
    page('How an image is built', 'build'),
    page('What counts as a change', 'change-detection'),
    page('Canary', 'canary'),
    page('Registries', 'registries'),
  ),
  group('Go back', page('Go back, go forward', 'go-back')),
  group(
    'Look',
    page('What runs where', 'what-runs-where'),
    page('The dashboard', 'dashboard'),
    page('What changed', 'changes'),
    page('Metrics', 'metrics'),
    page('The portal', 'portal'),
    page('When something is wrong', 'troubleshooting'),
  ),
  group(
    'Environments',
    page('Environments', 'environments'),
    page('Provisioning', 'provisioning'),
    page("The clusters' configuration", 'cluster-configuration'),
    page('Secrets and databases', 'secrets-and-databases'),
    page('The public facade', 'api-facade'),
  ),
  group(
    'Pipelines',
    page('In a CI', 'ci'),
    page('Azure DevOps', 'pipelines'),
    page('GitHub Actions', 'pipelines-github'),
    page('How they were tried', 'pipelines-proof'),
    page('Deployments at GitHub', 'github'),
  ),
  group('Security', page('What is promised', 'security'), page('Signed releases', 'verified-releases')),
  group(
    'Reference',
    page('All of it', 'reference/'),
    page('Commands', 'commands'),
    page('Generators', 'reference/generators'),
    page('Environment file', 'reference/environment-file'),
    page('Options in nx.json', 'options'),
    page('Options in nx.json, key by key', 'reference/plugin-options'),
    page('Settings of a service', 'reference/service-settings'),
    page('Exit codes', 'reference/exit-codes'),
    page('Names in clusters and images', 'reference/names'),
    page('Errors', 'errors'),
    page('Glossary', 'glossary'),
  ),
  group(
    'Inside',
    page('Architecture', 'architecture'),
    page('Testing', 'testing'),
    page('Benchmarks', 'benchmarks'),
    page('Reliability', 'reliability'),
  ),
  { text: 'Decisions', collapsed: true, items: [page('All of them', 'decisions/'), ...decisions()] },
];

function decisions() {
  const names = readdirSync(join(docs, 'decisions')).filter((name) => /^\d+-.*\.md$/.test(name));
  return names.sort().map((name) => {
    const [title] = readFileSync(join(docs, 'decisions', name), 'utf8').split('\n', 1);
    return page(title.replace(/^# /, ''), `decisions/${name.replace(/\.md$/, '')}`);
  });
}
