import { readGlobalJson } from './dotnet-toolchain.ts';

const read = (sdk: unknown) => readGlobalJson('global.json', { sdk });
const accepted = (sdk: unknown, versions: readonly string[]) =>
  versions.filter((version) => read(sdk)!.accepts({ versions: [version] }));

describe('readGlobalJson', () => {
  const installed = [
    ...['8.0.404', '9.0.100', '10.0.100-rc.1', '10.0.100', '10.0.102', '10.0.103', '10.0.199'],
    ...['10.0.200', '10.1.100', '11.0.100'],
  ];

  // https://learn.microsoft.com/dotnet/core/tools/global-json#rollforward
  it.each([
    ['disable', ['10.0.102']],
    ['patch', ['10.0.102', '10.0.103', '10.0.199']],
    [undefined, ['10.0.102', '10.0.103', '10.0.199']],
    ['latestPatch', ['10.0.102', '10.0.103', '10.0.199']],
    ['feature', ['10.0.102', '10.0.103', '10.0.199', '10.0.200']],
    ['latestFeature', ['10.0.102', '10.0.103', '10.0.199', '10.0.200']],
    ['minor', ['10.0.102', '10.0.103', '10.0.199', '10.0.200', '10.1.100']],
    ['latestMinor', ['10.0.102', '10.0.103', '10.0.199', '10.0.200', '10.1.100']],
    ['major', ['10.0.102', '10.0.103', '10.0.199', '10.0.200', '10.1.100', '11.0.100']],
    ['LatestMajor', ['10.0.102', '10.0.103', '10.0.199', '10.0.200', '10.1.100', '11.0.100']],
  ])('rolls 10.0.102 forward by %s', (rollForward, expected) => {
    expect(accepted({ version: '10.0.102', rollForward }, installed)).toEqual(expected);
  });

  it('takes previews unless they are forbidden', () => {
    const wanted = { version: '10.0.100', rollForward: 'latestFeature' };
    expect(accepted(wanted, ['10.0.200-preview.1'])).toHaveLength(1);
    expect(accepted({ ...wanted, allowPrerelease: false }, ['10.0.200-preview.1'])).toHaveLength(0);
    expect(accepted(wanted, ['10.0.100-rc.1'])).toHaveLength(0);
  });

  it('needs one of the SDKs that lie side by side', () => {
    expect(read({ version: '10.0.100' })!.accepts({ versions: ['8.0.404', '10.0.103'] })).toBe(true);
    expect(read({ version: '10.0.100' })!.accepts({ versions: [] })).toBe(false);
  });

  it('says which it wants', () => {
    const wanted = (rollForward?: string) => read({ version: '10.0.100', rollForward })!.wanted;
    expect(wanted()).toBe('.NET SDK 10.0.100 or a newer one of 10.0.1xx');
    expect(wanted('latestFeature')).toBe('.NET SDK 10.0.100 or a newer one of 10.0');
    expect(wanted('minor')).toBe('.NET SDK 10.0.100 or a newer one of 10');
    expect(wanted('major')).toBe('.NET SDK 10.0.100 or newer');
    expect(wanted('disable')).toBe('.NET SDK 10.0.100');
  });

  it('finds none where there is none, and judges no SDKs in folders of their own', () => {
    expect(readGlobalJson('global.json', { 'msbuild-sdks': {} })).toBeUndefined();
    expect(readGlobalJson('global.json', null)).toBeUndefined();
    expect(accepted({ version: '10.0.100', paths: ['.dotnet'] }, ['8.0.404'])).toEqual(['8.0.404']);
  });

  it.each([
    [{ version: '10' }, /"10" of the SDK is not a whole one/],
    [{ version: '10.0.1' }, /"10.0.1"/],
    [{ version: '10.0.*' }, /"10.0.\*"/],
    [{ version: 10 }, /The version 10 /],
    [{ version: '10.0.100', rollForward: 'sometimes' }, /no rollForward "sometimes"/],
  ])('refuses %j', (sdk, reason) => {
    expect(() => read(sdk)).toThrow(reason);
  });
});
