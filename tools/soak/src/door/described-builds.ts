import type { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import { soakService, type SoakWorkspace } from '../soak-workspace.ts';
import { operations } from './judge-call.ts';

/** Which of the two the service is: the newer has an operation more. */
export type Version = 1 | 2;

const file = `apps/${soakService}/openapi.yaml`;

/** Builds of a service in two versions, each build with a description that no other has. */
export class DescribedBuilds {
  private readonly soak: SoakWorkspace;
  private readonly images: Readonly<Record<Version, Release>>;

  private constructor(soak: SoakWorkspace, images: Readonly<Record<Version, Release>>) {
    this.soak = soak;
    this.images = images;
  }

  static async prepare(soak: SoakWorkspace): Promise<DescribedBuilds> {
    const image = (version: Version) =>
      soak.release(version, { 'src/main.ts': sourceOf(version), 'openapi.yaml': descriptionOf(version, 'An image') });
    return new DescribedBuilds(soak, { 1: await image(1), 2: await image(2) });
  }

  /** Tags one: an image that is there, at a commit whose description has another summary. */
  async further(version: Version): Promise<BuildNumber> {
    const { workspace } = this.soak;
    workspace.write(file, descriptionOf(version, `Anew, ${Date.now()}`));
    await workspace.commit(`docs(${soakService}): describe version ${version} anew`);
    await workspace.git(['push', '--quiet', 'origin', 'main']);
    const commit = (await workspace.git(['rev-parse', 'HEAD'])).trim();
    const [build] = await this.soak.tagBuilds(1, [{ ...this.images[version], commit }]);
    return build!;
  }
}

function operationsOf(version: Version): string[] {
  return Object.entries(operations).flatMap(([name, since]) => (since <= version ? [name] : []));
}

function descriptionOf(version: Version, summary: string): string {
  const schema = { type: 'object', required: ['build'], properties: { build: { type: 'string' } } };
  const responses = { 200: { description: 'The build that answers', content: { 'application/json': { schema } } } };
  const paths = operationsOf(version).map((name) => [`/${name}`, { get: { operationId: name, summary, responses } }]);
  const info = { title: 'Soak', version: `${version}.0.0` };
  // JSON is YAML.
  return JSON.stringify({ openapi: '3.1.0', info, paths: Object.fromEntries(paths) as object }, null, 2);
}

function sourceOf(version: Version): string {
  return `import { runService, type Handlers } from '@poc/service-host';
import description from '../openapi.yaml';

const answer = () => ({ build: process.env['BUILD_NUMBER'] });
const operations: Handlers = { ${operationsOf(version)
    .map((name) => `${name}: answer`)
    .join(', ')} };

// A line for each of millions of requests would be most of the work.
void runService({ name: '${soakService}', description, operations, logDestination: { write: () => {} } });
`;
}
