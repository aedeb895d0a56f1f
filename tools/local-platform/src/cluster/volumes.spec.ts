import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { registryAddress } from '../addresses.ts';
import { debianTag } from '../containers/make-images.ts';
import { projectFolder } from '../storage/folders.ts';
import { localPathProvisionerVersion } from '../versions.ts';
import { provisionerImage, volumeFolders } from './volumes.ts';

const manifest = readFileSync(join(projectFolder, 'manifests/volumes.yaml'), 'utf8');

/** The versions that a module is built with: those of `replace` lines go first. */
function versionsOf(module: string): Map<string, string> {
  const text = readFileSync(join(projectFolder, 'modules', module, 'go.mod'), 'utf8');
  const required = [...text.matchAll(/^\t(\S+) (v\S+)/gm)];
  const replaced = [...text.matchAll(/^\t(\S+) => \S+ (v\S+)/gm)];
  return new Map([...required, ...replaced].map(([, name = '', version = '']) => [name, version]));
}

describe('the provisioner of volumes', () => {
  it('is the version that its module and its manifest name', () => {
    const name = 'github.com/rancher/local-path-provisioner';
    expect(versionsOf('local-path-provisioner').get(name)).toBe(localPathProvisionerVersion);
    expect(manifest).toContain(`image: ${provisionerImage}\n`);
  });

  it('takes the versions of the cluster, so that next to nothing is compiled for it alone', () => {
    const cluster = versionsOf('cluster');
    const differing = [...versionsOf('local-path-provisioner')].filter(
      ([name, version]) => cluster.has(name) && cluster.get(name) !== version,
    );
    expect(differing).toEqual([]);
    expect(cluster.get('k8s.io/client-go')).toBe(versionsOf('local-path-provisioner').get('k8s.io/client-go'));
  });

  it('pulls nothing from outside the machine', () => {
    const images = [...manifest.matchAll(/image: (\S+)/g)].map(([, image]) => image);
    expect(images.sort()).toEqual([`${registryAddress}/library/${debianTag}`, provisionerImage].sort());
  });

  it('has the folder of volumes from an object that its pod mounts, whatever the path', () => {
    const folder = '/a "b" \\c/volumes';
    const object = volumeFolders(folder) as { metadata: { name: string }; data: { 'config.json': string } };
    expect(JSON.parse(object.data['config.json'])).toMatchObject({ nodePathMap: [{ paths: [folder] }] });
    const kinds = parseAllDocuments(manifest).map((document) => document.toJS() as { kind: string });
    const deployment = kinds.find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { spec: { volumes: unknown[] } } };
    };
    expect(deployment.spec.template.spec.volumes).toEqual([
      { name: 'folders', configMap: { name: object.metadata.name } },
    ]);
  });

  it('comes with leave for nodes to read claims and volumes, and no more', () => {
    const objects = parseAllDocuments(manifest).map((document) => document.toJS() as Record<string, unknown>);
    const bound = objects.filter(({ subjects }) => JSON.stringify(subjects ?? '').includes('system:nodes'));
    expect(bound).toMatchObject([
      { kind: 'ClusterRoleBinding', roleRef: { kind: 'ClusterRole', name: 'node-claims' } },
    ]);
    const role = objects.find(
      ({ kind, metadata }) => kind === 'ClusterRole' && (metadata as { name: string }).name === 'node-claims',
    );
    expect(role).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['persistentvolumeclaims', 'persistentvolumes'], verbs: ['get'] }],
    });
  });
});
