import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageCopyContract } from '../../../../../contracts/src/image-copy-contract.ts';
import { freePort, startRegistry } from '../../../../../simulators/src/registries/real-registry.ts';
import { RegistryWriter } from '../../../../../simulators/src/registries/registry-writer.ts';
import {
  ada,
  SecuredRegistries,
  type SecuredRegistry,
} from '../../../../../simulators/src/registries/secured-registries.ts';
import type { Credentials } from '../../../model/image/credentials.ts';
import { ImageRef } from '../../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../http-image-registry.ts';

const registries = new SecuredRegistries();
const folder = mkdtempSync(join(tmpdir(), 'copy-'));
const byPassword: Credentials = { kind: 'password', ...ada };
const logins = new Map<string, Credentials>();
const asked: string[] = [];
const credentialsOf = async (host: string) => {
  asked.push(host);
  return logins.get(host);
};

let plain: { host: string; writer: RegistryWriter };
let withPassword: SecuredRegistry;
let withTokens: SecuredRegistry;
let readOnly: SecuredRegistry;
let end: () => void;

beforeAll(async () => {
  const port = await freePort('127.0.0.1');
  end = await startRegistry({ folder, address: '127.0.0.1', port });
  const host = `127.0.0.1:${port}`;
  plain = { host, writer: new RegistryWriter({ origin: `http://${host}` }) };
  [withPassword, withTokens, readOnly] = [
    await registries.withPassword(),
    await registries.withTokens(),
    await registries.withTokens(),
  ];
  for (const each of [withPassword, withTokens, readOnly]) registries.authority.trustFor(each.host);
  logins.set(withPassword.host, byPassword);
  logins.set(withTokens.host, { kind: 'identity-token', token: 'refresh-ada' });
  logins.set(readOnly.host, { kind: 'password', user: 'carol', password: 'c4rol' });
});
afterAll(() => {
  end();
  registries.close();
  rmSync(folder, { recursive: true });
});

describe.each<[string, () => { host: string; writer: RegistryWriter }, () => { host: string }]>([
  ['in plain http to one with tokens', () => plain, () => withTokens],
  ['with a password to one with tokens', () => withPassword, () => withTokens],
  ['with tokens to one with a password', () => withTokens, () => withPassword],
])('HttpImageRegistry copies from a real registry %s', (_, from, to) => {
  imageCopyContract(async () => ({
    registry: new HttpImageRegistry(credentialsOf),
    host: from().host,
    otherHost: to().host,
    readOnlyHost: readOnly.host,
    unreachableHost: '127.0.0.1:9',
    put: (image, labels, platform) => from().writer.put(image, labels, platform),
    putIndex: (image, images) => from().writer.putIndex(image, images),
  }));
});

describe('what goes with an image', () => {
  const artifact = (subject: object, kind: string) => ({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: kind,
    subject,
  });

  it('are signatures, what is said of them, and those of cosign, found by the tag where a registry has no list', async () => {
    const { host, writer } = withPassword;
    const image = ImageRef.of(`${host}/team`, 'signed', '20261124-1');
    const layers = [Buffer.alloc(3_000_000, 'x'), Buffer.from('small')];
    const written = await writer.putImage(image, { layers });
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', ...(await writer.upload(image, '{}')) };
    const signature = await writer.upload(image, 'signature');
    const parts = { config: empty, layers: [{ mediaType: 'text/plain', ...signature }] };
    const signed = await writer.putManifest(
      image,
      { ...artifact({ mediaType, ...written }, 'a/signature'), ...parts },
      '',
    );
    const sayings = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' };
    const tagOf = (digest: string) => digest.replace(':', '-');
    await writer.putManifest(image, { ...sayings, manifests: [{ mediaType, ...signed }] }, tagOf(written.digest));
    const said = await writer.putManifest(image, { ...artifact({ mediaType, ...signed }, 'a/time'), ...parts }, '');
    await writer.putManifest(image, { ...sayings, manifests: [{ mediaType, ...said }] }, tagOf(signed.digest));
    await writer.putImage(image, {}, `${tagOf(written.digest)}.sig`);

    const client = new HttpImageRegistry(credentialsOf);
    const to = ImageRef.of(`${withTokens.host}/prod`, 'signed', '20261124-1');
    const amount = await client.copy(image.withDigest(written.digest), to);
    expect(amount).toMatchObject({ blobs: 6, mounted: 0 });
    const there = (reference: string) => {
      const isDigest = reference.startsWith('sha256:');
      return client.digest(ImageRef.parse(`${to.registry}/${to.repository}${isDigest ? '@' : ':'}${reference}`)!);
    };
    for (const { digest } of [written, signed, said]) expect(await there(digest)).toBe(digest);
    for (const tag of [tagOf(written.digest), tagOf(signed.digest), `${tagOf(written.digest)}.sig`])
      expect(await there(tag)).toBeDefined();
    // As found, it is copied on from there: the list that was made there leads to all of it.
    const on = ImageRef.of(`${plain.host}/on`, 'signed', '20261124-1');
    expect(await client.copy(to.withDigest(written.digest), on)).toEqual(amount);
  });
});
