import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';

/** A service of the shop. */
export interface BoutiqueService {
  readonly name: string;
  /** Folder of its Dockerfile. */
  readonly folder: string;
  /** The port that it listens on; undefined for one that nobody calls. */
  readonly port?: number;
  /** The port of its Service, where that is another. */
  readonly servicePort?: number;
  readonly protocol: 'grpc' | 'http' | 'none';
  /** Services whose addresses it is given. */
  readonly calls?: readonly string[];
  /** True for one that is compiled in a stage of its own. */
  readonly isCompiled?: true;
}

/**
 * Eleven services in the shape of the public microservices demo (https://github.com/GoogleCloudPlatform/microservices-demo):
 * ports, protocols, probes and who calls whom are as there, and so is where files lie. What runs is a stand-in.
 */
export const boutiqueServices: readonly BoutiqueService[] = [
  { name: 'ads', folder: 'src/ads', port: 9555, protocol: 'grpc', isCompiled: true },
  { name: 'cart', folder: 'src/cart/src', port: 7070, protocol: 'grpc', isCompiled: true },
  {
    ...{ name: 'checkout', folder: 'src/checkout', port: 5050, protocol: 'grpc', isCompiled: true },
    calls: ['catalog', 'shipping', 'payment', 'mail', 'currency', 'cart'],
  },
  { name: 'currency', folder: 'src/currency', port: 7000, protocol: 'grpc' },
  { name: 'mail', folder: 'src/mail', port: 8080, servicePort: 5000, protocol: 'grpc' },
  {
    ...{ name: 'frontend', folder: 'src/frontend', port: 8080, servicePort: 80, protocol: 'http', isCompiled: true },
    calls: ['catalog', 'currency', 'cart', 'recommendation', 'shipping', 'checkout', 'ads'],
  },
  { name: 'visitors', folder: 'src/visitors', protocol: 'none', calls: ['frontend'] },
  { name: 'payment', folder: 'src/payment', port: 50_051, protocol: 'grpc' },
  { name: 'catalog', folder: 'src/catalog', port: 3550, protocol: 'grpc', isCompiled: true },
  { name: 'recommendation', folder: 'src/recommendation', port: 8080, protocol: 'grpc', calls: ['catalog'] },
  { name: 'shipping', folder: 'src/shipping', port: 50_051, protocol: 'grpc', isCompiled: true },
];

/** Those that others call. */
export const calledServices = boutiqueServices.filter(({ port }) => port !== undefined);

/** Returns the port of its Service. */
export function servicePortOf({ port, servicePort = port }: BoutiqueService): number | undefined {
  return servicePort;
}

/** Returns the files of the workspace, as somebody has them who deploys by kubectl. */
export function boutiqueFiles(): Map<string, string> {
  const server = readFileSync(join(repositoryRoot, 'tools/adoption/fixtures/boutique/server.cjs'), 'utf8');
  return new Map(
    boutiqueServices.flatMap((service): [string, string][] => [
      [`${service.folder}/Dockerfile`, dockerfileOf(service)],
      [`${service.folder}/server.cjs`, service.protocol === 'none' ? 'setInterval(() => {}, 1000);\n' : server],
      [`kubernetes-manifests/${service.name}.yaml`, manifestsOf(service)],
    ]),
  );
}

function dockerfileOf({ isCompiled, port }: BoutiqueService): string {
  const base = 'node:24-bookworm-slim';
  return [
    ...(isCompiled ? [`FROM ${base} AS builder`, 'WORKDIR /src', 'COPY . .', ''] : []),
    `FROM ${base}`,
    'WORKDIR /app',
    isCompiled ? 'COPY --from=builder /src/server.cjs ./' : 'COPY . .',
    ...(port === undefined ? [] : [`EXPOSE ${port}`]),
    'ENTRYPOINT ["node", "server.cjs"]',
    '',
  ].join('\n');
}

function manifestsOf(service: BoutiqueService): string {
  const { name, port } = service;
  const selector = { app: name };
  const metadata = { name, labels: selector };
  const serviceOf = (called: string, type: string) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: called, labels: selector } },
    spec: { type, selector, ports: [{ name: service.protocol, port: servicePortOf(service), targetPort: port }] },
  });
  const documents: object[] = [
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: { selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec: podOf(service) } },
    },
    ...(port === undefined ? [] : [serviceOf(name, 'ClusterIP')]),
    ...(service.protocol === 'http' ? [serviceOf(`${name}-external`, 'LoadBalancer')] : []),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
  ];
  return documents.map((document) => stringify(document)).join('---\n');
}

function podOf(service: BoutiqueService): object {
  const { name, port, protocol, calls = [] } = service;
  const portOf = (called: string) => servicePortOf(boutiqueServices.find((each) => each.name === called)!);
  const env = [
    ...(port === undefined ? [] : [{ name: 'PORT', value: String(port) }]),
    ...(protocol === 'http' ? [{ name: 'IS_HTTP', value: 'true' }] : []),
    ...calls.map((called) => ({ name: `${called.toUpperCase()}_SERVICE_ADDR`, value: `${called}:${portOf(called)}` })),
  ];
  return {
    serviceAccountName: name,
    terminationGracePeriodSeconds: 5,
    securityContext: { fsGroup: 1000, runAsGroup: 1000, runAsNonRoot: true, runAsUser: 1000 },
    containers: [
      {
        ...{ name: 'server', image: name },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        },
        ...(port === undefined ? {} : { ports: [{ containerPort: port }] }),
        ...(env.length === 0 ? {} : { env }),
        ...probesOf(service),
        // Less than there: all of them run on one small machine.
        resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { cpu: '300m', memory: '128Mi' } },
      },
    ],
  };
}

function probesOf({ protocol, port }: BoutiqueService): object {
  if (protocol === 'none') return {};
  const asked =
    protocol === 'grpc'
      ? { grpc: { port } }
      : { httpGet: { path: '/_healthz', port, httpHeaders: [{ name: 'Cookie', value: 'shop_session-id=x-probe' }] } };
  return { readinessProbe: { periodSeconds: 5, ...asked }, livenessProbe: { periodSeconds: 10, ...asked } };
}
