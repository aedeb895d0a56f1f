import { expandedWord, type Variables } from './dockerfile-variables.ts';
import {
  argumentsOf,
  directivesOf,
  escapeOf,
  instructionsIn,
  mountsOf,
  stageNameOf,
  valueOfFlag,
  wordsIn,
} from './dockerfile-instructions.ts';
import { ImageRef, type Digest } from './image-ref.ts';

/** The settings that decide, besides the Dockerfile, which images a build takes. */
export interface BuildInputs {
  /** Values of `ARG`, by name. */
  readonly args: Readonly<Record<string, string>>;
  /** The stage that becomes the image; undefined for the last. */
  readonly target: string | undefined;
  /** Further contexts, by name: folders, or `docker-image://…`. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Those to build for, as `linux/amd64`; none where that is not known. */
  readonly platforms: readonly { toString(): string }[];
}

/** An image that a build takes from outside. */
export interface BaseImage {
  /** As the build names it, with variables resolved, or the name of the context by which it is brought. */
  readonly name: string;
  /** The same as it is written, with its variables. */
  readonly written: string;
  /** By tag, by digest, or both. One with a digest never moves. */
  readonly image: ImageRef;
}

/** One whose digest is known. */
export interface PinnedBaseImage extends BaseImage {
  readonly image: ImageRef & { readonly digest: Digest };
}

/** The images that a build takes from outside. */
export interface BaseImages {
  /** Those that the image is made of, or that it copies from, each way of writing one once; without those of stages that it does not need. */
  readonly images: readonly BaseImage[];
  /** The one that the image is on top of; undefined for `scratch`, and where it is not known. */
  readonly below: BaseImage | undefined;
  /** Names of which it cannot be told here which image they are: they depend on the builder's machine, say. */
  readonly unknown: readonly string[];
  /** The image that reads the Dockerfile (`# syntax=`). It is no part of what is built. */
  readonly frontend: ImageRef | undefined;
}

/** The source of a stage or file: an image, other stages, or nothing that is known by a name. */
type Source =
  { readonly image: BaseImage } | { readonly stages: readonly Stage[] } | { readonly unknown: string } | undefined;

interface Stage {
  readonly name: string | undefined;
  readonly from: Source;
  readonly uses: Source[];
}

/**
 * Returns the images that a Dockerfile takes from outside (https://docs.docker.com/reference/dockerfile/): by `FROM`,
 * `COPY --from`, `RUN --mount=from=` and contexts that are images. Names of stages and `scratch` are none.
 */
export function baseImages(dockerfile: string, { args, target, contexts, platforms }: BuildInputs): BaseImages {
  const reader = new StageReader(
    escapeOf(dockerfile),
    args,
    contexts,
    platforms.length === 1 ? platforms[0] : undefined,
  );
  for (const { name, text } of instructionsIn(dockerfile)) reader.read(name, text);
  const { stages } = reader;
  const wanted = target?.toLowerCase() ?? '';
  const last =
    stages.findLast(({ name }) => name === wanted) ??
    (/^\d+$/.test(wanted) ? stages[+wanted] : undefined) ??
    stages.at(-1);
  const frontend = ImageRef.parseDockerName(directivesOf(dockerfile).get('syntax')?.split(/\s/)[0] ?? '');
  return { ...collect(last), below: last && imageBelow(last), frontend };
}

function collect(last: Stage | undefined): Pick<BaseImages, 'images' | 'unknown'> {
  const images = new Map<string, BaseImage>();
  const unknown = new Set<string>();
  const seen = new Set<Stage>();
  const open = last ? [last] : [];
  for (let stage = open.pop(); stage; stage = open.pop()) {
    if (seen.has(stage)) continue;
    seen.add(stage);
    for (const source of [stage.from, ...stage.uses]) {
      if (!source) continue;
      if ('image' in source) images.set(source.image.written, source.image);
      else if ('stages' in source) open.push(...source.stages);
      else unknown.add(source.unknown);
    }
  }
  const byName = [...images.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { images: byName, unknown: [...unknown].sort() };
}

function imageBelow(stage: Stage): BaseImage | undefined {
  // A stage is made of earlier ones only, so that this ends.
  for (let at: Stage | undefined = stage; at;) {
    const { from }: Stage = at;
    if (from && 'image' in from) return from.image;
    at = from && 'stages' in from && from.stages.length === 1 ? from.stages[0] : undefined;
  }
  return undefined;
}

/** Reads the instructions of a Dockerfile in their order. */
class StageReader {
  readonly stages: Stage[] = [];
  private readonly escape: string;
  private readonly args: Readonly<Record<string, string>>;
  private readonly contexts: ReadonlyMap<string, { readonly name: string; readonly is: string }>;
  /** Of `ARG` before the first stage. */
  private readonly outside: Map<string, string | undefined>;
  private inStage = new Map<string, string | undefined>();
  /** True while a context stands in a stage's place, whose instructions nobody carries out. */
  private isReplaced = false;

  constructor(
    escape: string,
    args: BuildInputs['args'],
    contexts: BuildInputs['contexts'],
    platform: { toString(): string } | undefined,
  ) {
    this.escape = escape;
    this.args = args;
    this.contexts = new Map(Object.entries(contexts).map(([name, is]) => [normalName(name), { name, is }]));
    this.outside = new Map(platformVariables(platform?.toString()));
  }

  read(name: string, text: string): void {
    if (name === 'ARG') this.declare(text);
    if (name === 'FROM') this.begin(text);
    const stage = this.stages.at(-1);
    if (stage && !this.isReplaced && (name === 'COPY' || name === 'RUN'))
      for (const word of takenFrom(name, text)) stage.uses.push(this.sourceOf(word, this.inStage));
  }

  private declare(text: string): void {
    const isOutside = this.stages.length === 0;
    const scope = isOutside ? this.outside : this.inStage;
    for (const word of wordsIn(text)) {
      const [, name = '', written] = /^(\w+)(?:=(.*))?$/s.exec(word) ?? [];
      if (isOutside && this.outside.has(name) && this.outside.get(name) === undefined) continue;
      const given = this.args[name];
      if (given !== undefined) scope.set(name, given);
      else if (written !== undefined) scope.set(name, expandedWord(written, scope, this.escape));
      else if (!isOutside && this.outside.has(name)) scope.set(name, this.outside.get(name));
    }
  }

  private begin(text: string): void {
    const [base = ''] = wordsIn(text).filter((word) => !word.startsWith('--'));
    const name = stageNameOf(text);
    // A context of a stage's name stands in its place.
    const instead = name === undefined ? undefined : this.contexts.get(normalName(name));
    const from = instead ? this.brought(instead) : this.sourceOf(base, this.outside);
    this.stages.push({ name, from, uses: [] });
    this.inStage = new Map();
    this.isReplaced = instead !== undefined;
  }

  private sourceOf(word: string, variables: Variables): Source {
    const text = expandedWord(word, variables, this.escape);
    if (text === undefined) return this.stagesLike(word);
    const name = text.toLowerCase();
    const stage =
      this.stages.findLast((each) => each.name === name) ??
      (/^\d+$/.test(name) && variables !== this.outside ? this.stages[+name] : undefined);
    if (stage) return { stages: [stage] };
    const context = this.contexts.get(normalName(text));
    if (context) return this.brought(context);
    if (name === 'scratch' || text === '') return undefined;
    const image = ImageRef.parseDockerName(text);
    return image ? { image: { name: text, written: word, image } } : { unknown: text };
  }

  /** `base-$TARGETARCH` is all of the stages that it may be. */
  private stagesLike(word: string): Source {
    const pattern = word.split(/\$\{[^}]*\}|\$\w+/).map((part) => part.replace(/[^\w-]/g, '\\$&'));
    const like = new RegExp(`^${pattern.join('.*')}$`, 'i');
    const stages = this.stages.filter(({ name }) => name !== undefined && like.test(name));
    return stages.length > 0 ? { stages } : { unknown: word };
  }

  private brought({ name, is }: { readonly name: string; readonly is: string }): Source {
    const [, text] = /^docker-image:\/\/(.+)$/.exec(is) ?? [];
    if (text === undefined) return undefined;
    const image = ImageRef.parseDockerName(text);
    return image ? { image: { name, written: name, image } } : { unknown: is };
  }
}

/** Builders take `node` and `docker.io/library/node:latest` for one name. */
function normalName(name: string): string {
  return ImageRef.parseDockerName(name.toLowerCase())?.toString() ?? name.toLowerCase();
}

/** Builders' variables for platforms are known only where there is one to build for. */
function platformVariables(platform: string | undefined): [string, string | undefined][] {
  const [os, architecture, variant = ''] = platform?.split('/') ?? [];
  const target = {
    PLATFORM: platform,
    OS: os,
    ARCH: architecture,
    VARIANT: platform === undefined ? undefined : variant,
  };
  return Object.entries(target).flatMap(([name, value]) => [
    [`TARGET${name}`, value],
    [`BUILD${name}`, undefined],
  ]);
}

/** Returns what an instruction takes files from, as it is written. */
function takenFrom(name: string, text: string): string[] {
  const { flags } = argumentsOf(text);
  const froms = name === 'COPY' ? [valueOfFlag(flags, 'from')] : mountsOf(flags).map((options) => options.get('from'));
  return froms.filter((from) => from !== undefined);
}
