import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { apiChangeCases, sampleApi, type ApiDocument } from '../../../../../contracts/src/api-change-cases.ts';
import { apiPairs } from '../../../../../contracts/src/api-pairs.ts';
import { buildOasdiff } from '../../../../../local-platform/src/platform.ts';
import { apiChanges } from './api-changes.ts';

/** Each takes half a second of a busy machine, most of it to begin. */
const atOnce = 3;
const longest = 15 * 60_000;

/** Other pairs, or more of them, by POC_API_PAIRS=400 POC_API_SEED=16 (docs/decisions/0011-api-changes.md). */
const pairCount = Number(process.env['POC_API_PAIRS'] ?? 100);
const seed = Number(process.env['POC_API_SEED'] ?? 15);

let oasdiff: string;
let folder: string;

beforeAll(async () => {
  oasdiff = await buildOasdiff();
  folder = mkdtempSync(join(tmpdir(), 'oasdiff '));
}, longest);
afterAll(() => rmSync(folder, { recursive: true }));

/** What somebody finds breaking in each operation that is, by `METHOD /path`. */
type Verdict = ReadonlyMap<string, readonly string[]>;

/** Where we differ from oasdiff on purpose (docs/decisions/0011-api-changes.md): what we call breaking, and it does not. */
const stricter = [
  // It does not look into `additionalProperties: false`.
  /^request .*: no other properties any more$/,
  // It does not compare the schemas of headers.
  /^response \S+ header \S+: /,
  // In a URL or a header a number is a text, too.
  /^(?:query|path|header|cookie) parameter \S+: (?:integer|number|boolean) → string$/,
];

/** What oasdiff calls breaking, and we judge by content: a lone alternative is another schema. Of one more, we say so, too. */
const byContent = /^(?:response-\S+-(?:one|any)-of-added|request-\S+-(?:one|any)-of-removed): /;

function ours(before: ApiDocument, after: ApiDocument): Verdict {
  const text = (api: ApiDocument) => ({ name: 'openapi.json', text: JSON.stringify(api) });
  const found = apiChanges(text(before), text(after));
  if (found.state !== 'compared') throw new Error(JSON.stringify(found));
  return new Map(
    found.operations
      .map(({ operation, change, reasons }): [string, string[]] => {
        const breaking = reasons.filter(({ isBreaking }) => isBreaking).map((reason) => reason.text);
        return [operation, change === 'removed' ? ['removed'] : breaking];
      })
      .filter(([, reasons]) => reasons.length > 0),
  );
}

/** Its levels WARN (2) and ERR (3) are breaking. */
async function theirs(before: ApiDocument, after: ApiDocument, name: string): Promise<Verdict> {
  const files = [before, after].map((api, side) => {
    const path = join(folder, `${name}-${side}.json`);
    writeFileSync(path, JSON.stringify(api));
    return path;
  });
  const argv = ['changelog', '--format=json', '--allow-external-refs=false', ...files];
  const { stdout } = await promisify(execFile)(oasdiff, argv, { cwd: folder, maxBuffer: 64 << 20 });
  const changes = (stdout.trim() === '' ? [] : JSON.parse(stdout)) as {
    readonly [field in 'operation' | 'path' | 'id' | 'text']: string;
  }[] &
    { readonly level: number }[];
  const verdict = new Map<string, string[]>();
  for (const { level, operation, path, id, text } of changes) {
    if (level < 2) continue;
    const key = `${operation} ${path}`;
    verdict.set(key, [...(verdict.get(key) ?? []), `${id}: ${text}`]);
  }
  return verdict;
}

/** Returns the operations that only one of the two finds broken, with all that there is to know of each. */
function disagreements(mine: Verdict, referees: Verdict): string[] {
  return [...new Set([...mine.keys(), ...referees.keys()])].flatMap((operation) => {
    const [our, their] = [mine.get(operation), referees.get(operation)];
    if (our && their) return [];
    if (their?.every((reason) => byContent.test(reason))) return [];
    if (their) return [`${operation}: oasdiff alone finds it broken: ${their.join('; ')}`];
    const unexplained = our!.filter((reason) => !stricter.some((each) => each.test(reason)));
    return unexplained.length > 0 ? [`${operation}: we alone find it broken: ${unexplained.join('; ')}`] : [];
  });
}

async function inTurns<T>(all: readonly T[], work: (each: T, index: number) => Promise<void>): Promise<void> {
  const waiting = all.map((each, index) => [each, index] as const);
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await work(...next);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

it(
  'judges generated changes of an API as oasdiff does',
  async () => {
    const pairs = fc.sample(apiPairs, { seed, numRuns: pairCount });
    const found: string[] = [];
    let broken = 0;
    await inTurns(pairs, async ({ before, after, changes }, index) => {
      const mine = ours(before, after);
      if (mine.size > 0) broken++;
      const differing = disagreements(mine, await theirs(before, after, `pair-${index}`));
      found.push(...differing.map((line) => `pair ${index} (${changes.join(', ')}): ${line}`));
    });
    expect(found).toEqual([]);
    // Both kinds are there: a referee that never says no proves nothing.
    expect(broken / pairCount).toBeGreaterThan(0.4);
    expect(broken / pairCount).toBeLessThan(0.9);
  },
  longest,
);

it(
  'judges each named change as oasdiff does, or says why not',
  async () => {
    const found: string[] = [];
    await inTurns(apiChangeCases, async ({ name, change, otherwise }, index) => {
      const after = sampleApi();
      change(after);
      const before = sampleApi();
      const differing = disagreements(ours(before, after), await theirs(before, after, `case-${index}`));
      if (otherwise === undefined) found.push(...differing.map((line) => `${name}: ${line}`));
    });
    expect(found).toEqual([]);
  },
  longest,
);
