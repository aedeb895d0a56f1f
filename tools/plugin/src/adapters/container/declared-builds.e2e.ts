import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { newBuildContext } from '../../../../contracts/src/build-context.ts';
import { buildRefusalContract, declaredBuildContract } from '../../../../contracts/src/declared-build-contract.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { chooseEngine, type EngineName } from './choose-engine.ts';
import { runTool } from './run-tool.ts';

const registryHost = '127.0.0.1:5000';
const temp = mkdtempSync(join(tmpdir(), 'declared builds '));
const built: { engine: EngineName; image: ImageRef }[] = [];
/** Layers above this size are those of the image that others begin with. */
const largest = 1_000_000;

jest.setTimeout(300_000);

afterAll(async () => {
  for (const { engine, image } of built) await runTool(engine, ['image', 'rm', '--force', image.tagged]);
  rmSync(temp, { recursive: true });
});

const hasBuildx = spawnSync('docker', ['buildx', 'version']).status === 0;
const engines: readonly EngineName[] = hasBuildx ? ['docker', 'podman'] : ['podman'];

describe.each(engines)('%s', (name) => {
  let count = 0;
  const unique = () => `${name}-${process.pid}-${Date.now()}-${++count}`;

  buildRefusalContract(async () => ({ engine: await chooseEngine(new HttpImageRegistry(), name) }));

  declaredBuildContract(async () => ({
    engine: await chooseEngine(new HttpImageRegistry(), name),
    registry: new HttpImageRegistry(),
    newImage() {
      const image = ImageRef.of(`${registryHost}/contract`, 'declared', unique());
      built.push({ engine: name, image });
      return image;
    },
    shellImage: `${registryHost}/library/node:24-bookworm-slim`,
    async context(dockerfile, text, files = {}) {
      const made = newBuildContext(temp, dockerfile, text);
      for (const [path, content] of Object.entries(files)) writeFileSync(join(made.context, path), content);
      return made;
    },
    newCache: () => `${registryHost}/contract-cache/${unique()}`,
    unreachableCache: '127.0.0.1:9/contract-cache/none',
    everythingOf,
  }));
});

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

async function everythingOf({ repository, tag }: ImageRef): Promise<string> {
  const get = async (path: string) =>
    Buffer.from(
      await (
        await fetch(`http://${registryHost}/v2/${repository}/${path}`, {
          headers: {
            accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
          },
        })
      ).arrayBuffer(),
    );
  const text = (await get(`manifests/${tag}`)).toString();
  const { config, layers } = JSON.parse(text) as Manifest;
  const blobs = [config, ...layers.filter(({ size }) => size < largest)].map(({ digest }) => get(`blobs/${digest}`));
  const unpacked = (await Promise.all(blobs)).map((blob) => (blob[0] === 0x1f ? gunzipSync(blob) : blob));
  return [text, ...unpacked.map((blob) => blob.toString('latin1'))].join('\n');
}
