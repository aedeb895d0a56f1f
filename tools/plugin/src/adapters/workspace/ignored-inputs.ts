import { minimatch } from 'minimatch';
import { posix } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import { contextFolders, imageInputs } from './image-context.ts';
import { serviceBuild } from './service-build.ts';
import type { ClosureProject, Service } from './service.ts';

/** Files that tools leave behind and no build reads; few people name them in `.dockerignore`. */
const leftovers = /^(node_modules|\.nx|__pycache__|\.pytest_cache|\.mypy_cache|\.DS_Store|.*\.(pyc|tsbuildinfo))$/;

/** A file or folder that git ignores though the image may be made of it. */
export interface IgnoredInput {
  /** Relative to the workspace's root; of a folder, with a slash at its end. */
  readonly path: string;
  /** Why it matters, as a clause: `reaches the image's build context`. */
  readonly why: string;
}

/**
 * Makes sure that the commit holds all that the image is made of.
 * @throws {Refusal} naming files that git ignores and that lie among the sources of the service's closure, or reach the
 * build context of its image. What targets declare as their outputs is made again, and is left out.
 */
export async function refuseIgnoredInputs(
  service: Service,
  repository: Pick<SourceFiles, 'ignoredPaths' | 'texts' | 'workingTreeTexts'>,
): Promise<void> {
  const found = await findIgnoredInputs(service, repository);
  if (found.length === 0) return;
  const [first] = found;
  throw new Refusal({
    type: 'ignored-input',
    doing: `build ${service.name} from a commit`,
    reason:
      found.length === 1
        ? `Git ignores ${first!.path}, which ${first!.why}: a build would depend on uncommitted content.`
        : `Git ignores ${found.length} paths that the build may use: a build would depend on uncommitted content.`,
    remedy:
      `Commit it (\`git add --force\`), or name it in ${posix.join(serviceBuild(service).context, '.dockerignore')} if the image does not need it, ` +
      'or delete it, or declare it as an output of the target that makes it.',
    ...(found.length === 1 ? {} : { evidence: found.map(({ path, why }) => `${path} ${why}`) }),
  });
}

/** The same, as a list. */
export async function findIgnoredInputs(
  service: Service,
  repository: Pick<SourceFiles, 'ignoredPaths' | 'texts' | 'workingTreeTexts'>,
): Promise<IgnoredInput[]> {
  const folders = new Set([...service.closure.map(({ root }) => root), ...contextFolders(service)]);
  const ignored = await repository.ignoredPaths([...folders]);
  const candidates = ignored.filter(
    (path) => !isLeftover(path) && !service.closure.some((project) => isOutput(project, path)),
  );
  if (candidates.length === 0) return [];
  const inContext = await imageInputs(service, repository);
  return candidates.flatMap((path) => {
    const owner = service.closure.find((project) => isSource(project, path));
    if (owner) return [{ path, why: `lies among the sources of ${owner.name}` }];
    return inContext(path) ? [{ path, why: "reaches the image's build context" }] : [];
  });
}

function isLeftover(path: string): boolean {
  return path.split('/').some((segment) => leftovers.test(segment));
}

/** An ignored folder that holds an output counts as one. */
function isOutput({ outputs }: ClosureProject, path: string): boolean {
  const bare = path.replace(/\/$/, '');
  return outputs.some(
    (output) =>
      bare === output ||
      bare.startsWith(`${output}/`) ||
      output.startsWith(`${bare}/`) ||
      minimatch(bare, output, { dot: true }),
  );
}

function isSource({ root, sourceRoot, filter }: ClosureProject, path: string): boolean {
  const sources = sourceRoot ?? (root === '.' ? 'src' : `${root}/src`);
  if (sources !== '.' && !path.startsWith(`${sources}/`)) return false;
  // What a folder holds is not known; any file in it may count.
  return filter.ofProject(path.endsWith('/') ? `${path}file` : path);
}
