import { Platform } from '../../plugin/src/model/build/platform.ts';
import { plainBuild, type BuildSettings } from '../../plugin/src/model/build/build-settings.ts';
import type { ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { ContainerEngine, ImageBuild } from '../../plugin/src/ports/container-engine.ts';
import type { ImageRegistry } from '../../plugin/src/ports/image-registry.ts';

type Recipe = Pick<ImageBuild, 'context' | 'dockerfile'>;

/** An engine that builds what a `build` block declares, and a registry that it pushes to. */
export interface DeclaredBuildScenario {
  readonly engine: ContainerEngine;
  readonly registry: ImageRegistry;
  /** An image of the registry that no other test uses. */
  newImage(): ImageRef;
  /** An image to begin with, which has a shell. */
  readonly shellImage: string;
  /** A new folder with a Dockerfile, a file `file` with the text, and the other files. */
  context(dockerfile: string, text: string, files?: Readonly<Record<string, string>>): Promise<Recipe>;
  /** A repository for layers that no other test uses, and one of a registry that does not answer. */
  newCache(): string;
  readonly unreachableCache: string;
  /** All that the registry has of an image and that is no part of the one that it begins with: manifest, configuration, layers unpacked. */
  everythingOf(image: ImageRef): Promise<string>;
}

const variable = 'CONTRACT_BUILD_SECRET';

/** Declares how every engine refuses what it cannot build, its twin too. */
export function buildRefusalContract(start: () => Promise<{ readonly engine: ContainerEngine }>): void {
  const recipe = (settings: Partial<BuildSettings>) => ({
    ...{ context: '/nowhere', dockerfile: '/nowhere/Dockerfile' },
    settings: { ...plainBuild, ...settings },
  });

  it('takes a build that declares nothing', async () => {
    const { engine } = await start();
    await expect(engine.requireBuildable(recipe({}))).resolves.toBeUndefined();
  });

  it.each([
    ['not set', undefined],
    ['empty', ''],
  ])('refuses a secret whose variable is %s, by its id and without its value', async (_, value) => {
    const { engine } = await start();
    if (value === undefined) delete process.env[variable];
    else process.env[variable] = value;
    const secrets = { npm: { env: variable } };
    const error: unknown = await engine.requireBuildable(recipe({ secrets })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).facts).toMatchObject({ type: 'build-secret-missing' });
    expect((error as Refusal).explain()).toContain('npm');
    process.env[variable] = 'is there';
    await expect(engine.requireBuildable(recipe({ secrets }))).resolves.toBeUndefined();
    delete process.env[variable];
  });
}

/** Declares how engines build what a `build` block declares. */
export function declaredBuildContract(start: () => Promise<DeclaredBuildScenario>): void {
  const plain = { sourceDate: new Date('2026-11-24T12:00:00Z'), labels: { of: 'contract' } };

  /** Builds and pushes. @returns what came of it, and each line that was shown. */
  async function release(scenario: DeclaredBuildScenario, recipe: Recipe, declared: Partial<BuildSettings>) {
    const { engine, registry, newImage } = scenario;
    const [image, lines] = [newImage(), [] as string[]];
    const settings = { ...plainBuild, ...declared };
    await engine.requireBuildable({ ...recipe, settings });
    await engine.build({ ...plain, ...recipe, settings, images: [image] }, (line) => lines.push(line));
    const digest = await engine.push(image, (line) => lines.push(line));
    return { image, lines, labels: await registry.labels(image.withDigest(digest)) };
  }

  it('hands arguments on as they are written, and builds the stage that is named', async () => {
    const scenario = await start();
    const recipe = await scenario.context(
      'FROM scratch AS one\nARG VERSION=none\nLABEL version=$VERSION stage=one\nCOPY file /file\nFROM one AS two\nLABEL stage=two\n',
      'a',
    );
    const args = { VERSION: 'a b; $(date) "c" = ä' };
    expect((await release(scenario, recipe, { args, target: 'one' })).labels).toMatchObject({
      version: args.VERSION,
      stage: 'one',
    });
    expect((await release(scenario, recipe, {})).labels).toMatchObject({ version: 'none', stage: 'two' });
  });

  it('keeps secrets out of the image and of all lines, and gives a build no other variables', async () => {
    const scenario = await start();
    const [secret, other] = [`s3cr3t-${Date.now()}`, `0ther-${Date.now()}`];
    process.env[variable] = secret;
    process.env['CONTRACT_OTHER_TOKEN'] = other;
    const recipe = await scenario.context(
      `FROM ${scenario.shellImage}\nRUN --mount=type=secret,id=npm --mount=type=secret,id=rc ` +
        'echo "it is $(cat /run/secrets/npm)"; cat /run/secrets/rc; env; test -s /run/secrets/npm && test -s /run/secrets/rc && touch /both\n',
      'a',
      { rc: `registry=https://r.example\n//r.example/:_authToken=${secret}-of-file\n` },
    );
    const secrets = { npm: { env: variable }, rc: { file: `${recipe.context}/rc` } };
    const { image, lines } = await release(scenario, recipe, { secrets });
    delete process.env[variable];
    delete process.env['CONTRACT_OTHER_TOKEN'];
    expect(lines.join('\n')).toContain('it is ***');
    const shown = [lines.join('\n'), await scenario.everythingOf(image)];
    for (const each of shown) for (const value of [secret, other]) expect(each).not.toContain(value);
    expect(shown[1]).toContain('both');
  });

  it('takes additional contexts, and of each what its ignore file leaves', async () => {
    const scenario = await start();
    const extra = await scenario.context('FROM scratch\n', 'marked-by-contract');
    const recipe = await scenario.context('FROM scratch\nCOPY --from=extra file /extra\n', 'a');
    const { image } = await release(scenario, recipe, { contexts: { extra: extra.context } });
    expect(await scenario.everythingOf(image)).toContain('marked-by-contract');
  });

  it('does not send what is ignored: by the file beside the Dockerfile before that of the context, and by no other', async () => {
    const scenario = await start();
    const files = { one: 'file-one', two: 'file-two', three: 'file-three' };
    const dockerfile = 'FROM scratch\nCOPY . /\n';
    const ofContext = await scenario.context(dockerfile, 'a', {
      ...files,
      '.dockerignore': 'one',
      '.containerignore': 'two',
    });
    const sent = await scenario.everythingOf((await release(scenario, ofContext, {})).image);
    expect([sent.includes('file-one'), sent.includes('file-two')]).toEqual([false, true]);
    const besides = { ...files, '.dockerignore': 'one', 'Dockerfile.dockerignore': 'three' };
    const other = await scenario.context(dockerfile, 'b', besides);
    const left = await scenario.everythingOf((await release(scenario, other, {})).image);
    expect([left.includes('file-one'), left.includes('file-three')]).toEqual([true, false]);
    const none = await scenario.context(dockerfile, 'c', { ...files, '.containerignore': 'two' });
    expect(await scenario.everythingOf((await release(scenario, none, {})).image)).toContain('file-two');
  });

  it('builds with a cache in a registry, and without one that does not answer', async () => {
    const scenario = await start();
    const recipe = await scenario.context('FROM scratch\nCOPY file /file\n', `cached at ${Date.now()}`);
    const registry = scenario.newCache();
    await release(scenario, recipe, { cache: { registry } });
    const again = await release(scenario, recipe, { cache: { registry } });
    expect(again.labels).toMatchObject({ of: 'contract' });
    const fresh = await scenario.context('FROM scratch\nCOPY file /file\n', `not cached at ${Date.now()}`);
    const without = await release(scenario, fresh, { cache: { registry: scenario.unreachableCache } });
    expect(without.labels).toMatchObject({ of: 'contract' });
  });

  it('builds for one platform', async () => {
    const scenario = await start();
    const recipe = await scenario.context('FROM scratch\nCOPY file /file\n', 'a');
    const { image } = await release(scenario, recipe, { platforms: [Platform.parse('linux/arm64')!] });
    expect(await scenario.everythingOf(image)).toMatch(/"architecture":\s*"arm64"/);
  });
}
