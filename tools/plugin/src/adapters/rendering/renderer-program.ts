import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import type { RenderedFiles } from '../../ports/manifest-renderer.ts';
import { runBounded, type RenderingLimits } from './bounded-run.ts';

/** A program that renders manifests. */
export interface RendererFacts {
  readonly name: 'kustomize' | 'helm';
  /** Arguments that have it print its version. */
  readonly versionArgs: readonly string[];
  /** The versions that are known to do as is said of them: from the first, below the second. */
  readonly accepted: { readonly from: readonly [number, number]; readonly belowMajor: number };
  /** Where it is to be had. */
  readonly address: string;
}

/** Lines of a tool's own words that are shown. */
const shownLines = 12;

/** One renderer of this machine, with its version, which is asked for once. */
export class RendererProgram {
  private readonly facts: RendererFacts;
  private readonly env: NodeJS.ProcessEnv;
  private readonly limits: RenderingLimits;
  private version: Promise<string> | undefined;

  constructor(facts: RendererFacts, env: NodeJS.ProcessEnv, limits: RenderingLimits) {
    this.facts = facts;
    this.env = env;
    this.limits = limits;
  }

  /**
   * Runs it on some files, in a folder that is gone afterwards.
   * @param folder where they are written, for what is said of them. @returns its output, and what it calls itself.
   * @throws {Refusal}
   */
  async run(
    args: readonly string[],
    { files, folder }: { readonly files: RenderedFiles; readonly folder: string },
  ): Promise<{ text: string; by: string }> {
    const { name } = this.facts;
    return inTemporaryFolder(files, async (cwd) => {
      const by = `${name} ${await (this.version ??= this.findVersion(cwd, folder))}`;
      const end = await runBounded([name, ...args], { cwd, env: this.env, limits: this.limits });
      if (end.state === 'ended' && end.code === 0) return { text: end.stdout, by };
      if (end.state === 'not-started') throw this.missing(folder, 'it could not be started');
      if (end.state === 'stopped') throw this.stopped(folder, end.reason);
      throw this.failed(folder, end.stderr.replaceAll(`${cwd}/`, '').replaceAll(cwd, folder));
    });
  }

  private async findVersion(cwd: string, folder: string): Promise<string> {
    const { name, versionArgs, accepted } = this.facts;
    const end = await runBounded([name, ...versionArgs], { cwd, env: this.env, limits: this.limits });
    if (end.state === 'not-started') throw this.missing(folder, 'it is not on the PATH');
    const output = end.state === 'ended' && end.code === 0 ? end.stdout : '';
    const [, major, minor, patch = '0'] = /v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(output) ?? [];
    if (major === undefined)
      throw this.missing(folder, `it does not say its version ("${output.trim().slice(0, 60)}")`);
    const [fromMajor, fromMinor] = accepted.from;
    const isOld = Number(major) < fromMajor || (Number(major) === fromMajor && Number(minor) < fromMinor);
    const version = `${major}.${minor}.${patch}`;
    if (isOld || Number(major) >= accepted.belowMajor) throw this.missing(folder, `the one on the PATH is ${version}`);
    return version;
  }

  private missing(folder: string, why: string): Refusal {
    const { name, accepted, address } = this.facts;
    const range = `${accepted.from.join('.')} or newer, below ${accepted.belowMajor}`;
    return new Refusal({
      type: 'renderer-missing',
      doing: `render ${folder}`,
      reason: `It takes ${name} ${range}, and ${why}.`,
      remedy: `Install ${name} (${address}) where this runs, on the machines of the CI too; \`${[name, ...this.facts.versionArgs].join(' ')}\` shows which one is found.`,
    });
  }

  private failed(folder: string, stderr: string): Refusal {
    const { name } = this.facts;
    const lines = stderr.split('\n').filter((line) => line.trim() !== '');
    return new Refusal({
      type: 'render-failed',
      doing: `render ${folder}`,
      reason: `${name} refused it.`,
      remedy: `Fix what its last lines show, commit it, and try again; nothing was changed.`,
      evidence: lines.slice(-shownLines).map((line) => line.slice(0, 1000)),
    });
  }

  private stopped(folder: string, reason: string): Refusal {
    const { name } = this.facts;
    return new Refusal({
      type: 'render-endless',
      doing: `render ${folder}`,
      reason: `${name} was stopped: ${reason}.`,
      remedy: 'Look for a loop that never ends, or a list that is far too long, in its templates.',
    });
  }
}

/** Writes files into a folder, has it used, and removes it. */
async function inTemporaryFolder<T>(files: RenderedFiles, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'poc-render-'));
  try {
    for (const [path, content] of files) {
      const file = join(folder, normalize(path));
      // Paths come out of a repository, and git has none that leads out of it.
      if (!file.startsWith(folder)) continue;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
