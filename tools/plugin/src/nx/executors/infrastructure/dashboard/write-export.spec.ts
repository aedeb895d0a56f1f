import { executor } from './executor.ts';
import { readDeclared } from '../../options/options.ts';
import { refuseMixedOptions, type ExportOptions } from './write-export.ts';

function refuse(given: Readonly<Record<string, unknown>>): void {
  const options = readDeclared(given, executor.options, { doing: 'show the dashboard' });
  refuseMixedOptions(options as unknown as ExportOptions);
}

describe('the options of an export', () => {
  it.each([
    [{ export: 'site', actions: true }, /--export and --actions exclude one another/],
    [{ export: 'site', port: 0 }, /--export and --port exclude one another/],
    [{ export: 'site', open: true }, /--export and --open exclude one another/],
    [{ withoutPeople: true }, /--without-people is an option of an export/],
  ])('%j are refused', (given, reason) => {
    expect(() => refuse(given)).toThrow(reason);
  });

  it.each([[{ export: 'site', withoutPeople: true, open: false }], [{ port: 8090, open: true, actions: true }], [{}]])(
    '%j are taken',
    (given) => {
      expect(() => refuse(given)).not.toThrow();
    },
  );
});
