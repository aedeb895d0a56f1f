import { minVersion, validRange } from 'semver';
import { Refusal } from '../errors/product-error.ts';
import { compareGo } from '../toolchains/go-toolchain.ts';
import { toolNames, type Language, type Toolchain } from '../toolchains/toolchain.ts';
import type { PipelineVersion } from './pipeline-facts.ts';

/** Versions that pipelines set up where no file says any. */
const usualVersions: Readonly<Record<Language, string>> = {
  node: '24.x',
  go: '1.26.0',
  python: '3.x',
  dotnet: '10.0.x',
};

/**
 * Returns the versions of a language that a job sets up, so that every need is met in it: of Go the highest one, which builds
 * for the others too; all of .NET's, which lie side by side; of Node.js and Python, of which a job has one, that which every
 * need accepts.
 * @throws {Refusal} when there is none.
 */
export function chooseVersions(language: Language, needs: readonly Toolchain[]): readonly PipelineVersion[] {
  const said = needs.filter(({ setup }) => setup !== undefined);
  const [first] = said;
  if (!first) return [{ version: usualVersions[language], file: fileOf(needs[0]) }];
  if (language === 'dotnet') return distinct(said.map(asVersion));
  if (language === 'go') return [asVersion(said.reduce((a, b) => (compareGo(b.setup!, a.setup!) > 0 ? b : a)))];
  const common = said.length === 1 ? first : said.find((each) => said.every((other) => accepts(other, each)));
  if (common) return [asVersion(common)];
  throw new Refusal({
    type: 'toolchain-conflict',
    doing: 'generate the pipelines',
    reason: `A job has one version of ${toolNames[language]}, and none will do for all services: ${said.map(tell).join(', ')}.`,
    remedy: 'Let them want versions that have one in common, such as a range.',
  });
}

/** Reports whether a need is met by the least version that another one has set up. */
function accepts(need: Toolchain, { language, setup }: Toolchain): boolean {
  const isRange = language === 'node' && validRange(setup) !== null;
  return need.accepts({ versions: [isRange ? minVersion(setup!)!.version : setup!] });
}

function asVersion(need: Toolchain): PipelineVersion {
  const { language, setup = usualVersions[language] } = need;
  // Azure's task takes no names of lines.
  const version = language === 'node' && validRange(setup) === null ? usualVersions.node : setup;
  return { version, file: fileOf(need) };
}

/** Of a range of Python's versions GitHub's action takes the newest one; that of the service's image is rather the lowest. */
function fileOf(need: Toolchain | undefined): string | undefined {
  const isRange = need?.language === 'python' && need.setup !== undefined && need.setup !== need.version;
  return isRange ? undefined : need?.file;
}

function distinct(versions: readonly PipelineVersion[]): PipelineVersion[] {
  return [...new Map(versions.map((each) => [each.version, each])).values()];
}

function tell({ wanted, file }: Toolchain): string {
  return file === undefined ? wanted : `${wanted} (${file})`;
}
